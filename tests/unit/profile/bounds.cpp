// SPDX-License-Identifier: Apache-2.0
// No input needs much time or memory, and the result is always a value or an error.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <random>

#include "profile/load.hpp"
#include "profile/yaml/text.hpp"
#include "support/kernel.hpp"
#include "support/repository.hpp"

using namespace agent;
using namespace agent::parsing;

namespace {

constexpr auto longest = std::chrono::seconds(1);
constexpr long most_kib = 64 * 1024;

// Processor time, which does not grow on a busy machine.
std::chrono::microseconds spent() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// Not in an emulator: its processor time depends on the caches of a busy machine.
bool time_is_ours() {
  static const bool ours = !emulated_kernel("a processor's own speed");
  return ours;
}

// A line of /proc/self/status (proc(5)), in KiB.
long status_kib(const std::string& field) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.rfind(field + ":", 0) == 0) return std::stol(line.substr(field.size() + 1));
  return 0;
}

// Resets VmHWM, the peak of memory use.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_ours = false;  // a sanitizer keeps freed memory
#else
constexpr bool memory_is_ours = true;
#endif

std::string repeated(const std::string& unit, std::size_t size) {
  std::string out;
  while (out.size() < size) out += unit;
  out.resize(size);
  return out;
}

// Loads the text both ways, in the time and memory allowed.
void check_bounded(const std::string& text) {
  static const auto base = repository_file("profiles/default.yaml");
  reset_peak();
  const auto before = status_kib("VmRSS");
  const auto start = spent();
  const auto profile = load_profile(base, text, "p");
  const auto secrets = load_secrets(text, "s");
  if (time_is_ours()) CHECK(spent() - start < longest);
  if (memory_is_ours) CHECK(status_kib("VmHWM") - before < most_kib);
  if (!profile) CHECK_FALSE(profile.error().message.empty());
  if (!secrets) CHECK_FALSE(secrets.error().message.empty());
}

}  // namespace

TEST_CASE("ten megabytes of any content are refused because of their size") {
  for (const auto* unit : {"[", "{", "a: b\n", "\n", "x", "- ", "\"", "&a *a "}) {
    const auto text = repeated(unit, 10'000'000);
    check_bounded(text);
    CHECK(load_profile(repository_file("profiles/default.yaml"), text, "p").error().message ==
          "p: has 10000000 bytes; the limit is 65536");
  }
}

TEST_CASE("input of the maximum size that is hard to parse needs at most a second and 64 MiB") {
  for (const auto* begin : {"", "a: ", "[", "- ", "\""}) {
    for (const auto* unit :
         {"[",    "{",       "[{",           "{[",     "{a: ",  "a: [",  "- [",    "[,",
          "{?",   "[?",      "- ",           "-\n",    "? ",    "? a\n", ": ",     "\"",
          "'",    "\"a\\\n", "\\x41",        "& ",     "&a ",   "&a\n",  "- &a\n", "* ",
          "*a ",  "! ",      "!a ",          "!<",     "!a!b ", "| ",    "> ",     "a: |\n  b\n",
          "%",    "%FOO\n",  "%TAG !a! b\n", "---\n",  "# ",    "a ",    "a,",     "[],",
          "[]: ", "a\n",     "a:\n",         "a: b\n", "- a\n", "\n",    ",",      "@",
          "`",    "\r\n"}) {
      CAPTURE(begin);
      CAPTURE(unit);
      check_bounded(repeated(begin + repeated(unit, largest_text), largest_text));
    }
  }
  std::string distinct;
  for (int i = 0; distinct.size() < largest_text - 16; ++i) distinct += fmt::format("k{}: 1\n", i);
  check_bounded(distinct);
  check_bounded("user: " + std::string(60000, 'x') + "\n" + std::string(5000, 'y') + ": 1\n");
}

// Fixed seed: the same inputs in every run.
TEST_CASE("a changed profile is a profile or an error") {
  const auto base = repository_file("profiles/default.yaml");
  const std::string telling = "[]{}:,-?&*!|>'\"%@`#\n\r\t \\~<=\0\x1b\x80\xff\xc3\xe2";
  std::mt19937 random(20261123);  // NOLINT(cert-msc51-cpp): repeatable on purpose
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto text = base;
    for (auto changes = 1 + below(4); changes > 0; --changes) {
      const auto at = below(text.size());
      const auto length = std::min(1 + below(40), text.size() - at);
      switch (below(5)) {
        case 0:
          text[at] = telling[below(telling.size())];
          break;
        case 1:
          text[at] = static_cast<char>(below(256));
          break;
        case 2:
          text.erase(at, length);
          break;
        case 3:
          text.insert(at, base.substr(below(base.size()), length));
          break;
        default:
          text.insert(at, length, telling[below(telling.size())]);
          break;
      }
    }
    CAPTURE(text);
    const auto profile = load_profile(base, text, "p");
    (profile ? accepted : refused) += 1;
    if (!profile) CHECK(profile.error().message.rfind("p:", 0) == 0);
    const auto secrets = load_secrets(text, "s");
    if (!secrets) CHECK(secrets.error().message.rfind("s:", 0) == 0);
  }
  CHECK(accepted > 100);
  CHECK(refused > 100);
}
