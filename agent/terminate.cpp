// SPDX-License-Identifier: Apache-2.0
// What is left of libstdc++'s last words. Its own handler prints what an exception that left its thread says,
// unredacted, and brings a demangler of 42 KB for its type. Linked into the program by name: an archive's
// member would come too late.
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
