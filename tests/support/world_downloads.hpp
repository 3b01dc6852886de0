// SPDX-License-Identifier: Apache-2.0
// What the mirrors serve: archives in upstream's layout, and OpenClaw's lock. The profile's hashes are made
// to fit.
#pragma once

#include "profile/profile.hpp"
#include "support/fake_host.hpp"

namespace agent::world {

void serve_downloads(FakeHost& host, Profile& profile);

}  // namespace agent::world
