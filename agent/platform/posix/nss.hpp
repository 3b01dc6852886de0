// SPDX-License-Identifier: Apache-2.0
// Name lookups of a static binary.
#pragma once

namespace agent {

// Call it first thing in main. A static glibc would load the NSS modules that the host's nsswitch.conf names
// (`myhostname` on Debian and Ubuntu), made for the host's libc, and die of it; pinned to the sources that
// are linked in, it loads nothing. A dynamic build does the same, so that both find the same names.
void pin_nss();

}  // namespace agent
