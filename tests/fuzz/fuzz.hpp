// SPDX-License-Identifier: Apache-2.0
// Common code of all libFuzzer targets. Each target is one file and defines run(), which takes one input and
// aborts when a condition that must hold does not.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace agent::fuzz {

void run(std::string_view input);

inline void require(bool holds, std::string_view what) {
  if (holds) return;
  fmt::print(stderr, "\ndoes not hold: {}\n", what);
  std::abort();
}

// The error has one of these kinds and a message.
inline void require_error(const Error& error, std::initializer_list<Errc> kinds) {
  require(std::find(kinds.begin(), kinds.end(), error.code) != kinds.end(),
          "the error's kind is documented: " + error.message);
  require(!error.message.empty(), "an error says what is wrong");
}

// Exactly `count` parts, one line each; the last part has the rest of the input.
inline std::vector<std::string> parts(std::string_view input, std::size_t count) {
  std::vector<std::string> out;
  while (out.size() + 1 < count) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    out.emplace_back(line);
  }
  out.emplace_back(input);
  return out;
}

// For mkstemp(3) and mkdtemp(3). scripts/fuzz gives a TMPDIR on tmpfs, which it removes.
inline std::string scratch_template() {
  const char* directory = std::getenv("TMPDIR");
  return fmt::format("{}/fuzz-XXXXXX", directory != nullptr ? directory : "/tmp");
}

}  // namespace agent::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  agent::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
