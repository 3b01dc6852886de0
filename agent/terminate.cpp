// SPDX-License-Identifier: Apache-2.0
// Replaces libstdc++'s terminate handler. The original prints the text of an uncaught exception without
// redaction, and adds a demangler of 42 KB to the binary. This file must be linked into the program directly:
// as a member of an archive it would come too late.
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace __gnu_cxx {  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libstdc++'s name

[[noreturn]] void
__verbose_terminate_handler();  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
[[noreturn]] void
__verbose_terminate_handler() {  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
  constexpr std::string_view words = "bootstrap-agent: an exception left its thread\n";
  static_cast<void>(!::write(STDERR_FILENO, words.data(), words.size()));
  std::abort();
}

}  // namespace __gnu_cxx
