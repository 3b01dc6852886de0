// SPDX-License-Identifier: Apache-2.0
// The mirrors' files: archives in upstream's layout, and OpenClaw's lock. The profile's hashes are set to
// match.
#pragma once

#include "profile/profile.hpp"
#include "support/fake_host.hpp"

namespace agent::world {

void serve_downloads(FakeHost& host, Profile& profile);

}  // namespace agent::world
