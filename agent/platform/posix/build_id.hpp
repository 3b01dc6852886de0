// SPDX-License-Identifier: Apache-2.0
// Which build this is, as its symbols' file knows it.
#pragma once

#include <string>

namespace agent {

// The linker's build id of the running program, in hexadecimal, from its own memory; empty when it was linked
// without.
[[nodiscard]] std::string build_id();

}  // namespace agent
