// SPDX-License-Identifier: Apache-2.0
// Runs each seed of one fuzz target once, like libFuzzer at its start. So a target that no longer fits the
// code fails in every test run, and not only when somebody fuzzes. A broken condition ends the process
// (fuzz.hpp); doctest then names the seed.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" [[gnu::weak]] int LLVMFuzzerInitialize(int* count, char*** arguments);

TEST_CASE("fuzz: the seeds of " FUZZ_TARGET) {
  static const bool ready = LLVMFuzzerInitialize == nullptr || LLVMFuzzerInitialize(nullptr, nullptr) == 0;
  REQUIRE(ready);
  SUBCASE("nothing") { CHECK(LLVMFuzzerTestOneInput(nullptr, 0) == 0); }
  int seeds = 0;
  for (const auto& file : std::filesystem::directory_iterator(FUZZ_SEEDS)) {
    ++seeds;
    SUBCASE(file.path().c_str()) {  // when the process ends, doctest prints subcases, but no INFO
      std::ifstream in(file.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      REQUIRE(in.good());
      CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) == 0);
    }
  }
  CHECK(seeds > 0);
}
