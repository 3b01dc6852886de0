// SPDX-License-Identifier: Apache-2.0
// The devices that OpenClaw lets in.
#pragma once

#include "ports/host.hpp"

namespace agent {

// Makes the gateway forget every paired device and what waits for approval: it is stopped, and its tables are
// emptied as its user. No error where it has never run. The host's own command line pairs again by itself.
[[nodiscard]] Status forget_paired_devices(Host& host, const User& user);

}  // namespace agent
