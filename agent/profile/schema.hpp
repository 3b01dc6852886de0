// SPDX-License-Identifier: Apache-2.0
// Every key of a profile and of the secrets file: its name, its allowed values, and the field it fills.
// docs/PROFILE.md and profiles/default.yaml explain the same keys; a test compares the three.
#pragma once

#include "profile/profile.hpp"
#include "profile/yaml/keys.hpp"

namespace agent::parsing {

// Bound to `profile`, which must outlive the table.
std::vector<Key> profile_keys(Profile& profile);
std::vector<Key> inbound_rule_keys(InboundRule& rule);  // for one entry of ufw.allow
std::vector<Key> secret_keys(Secrets& secrets);

}  // namespace agent::parsing
