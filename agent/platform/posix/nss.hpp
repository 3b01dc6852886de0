// SPDX-License-Identifier: Apache-2.0
// Name lookups of a static binary.
#pragma once

namespace agent {

// Call it first in main. A static glibc would load the NSS modules in the host's nsswitch.conf (`myhostname`
// on Debian and Ubuntu). They are made for the host's libc, and the program would crash. With this call it
// uses only the sources that are linked in, and loads nothing. A dynamic build does the same, so that both
// find the same names.
void pin_nss();

}  // namespace agent
