// SPDX-License-Identifier: Apache-2.0
// The id of this build. The file with its symbols has the same id.
#pragma once

#include <string>

namespace agent {

// The build id that the linker wrote into the running program, in hexadecimal. Empty when it wrote none.
[[nodiscard]] std::string build_id();

}  // namespace agent
