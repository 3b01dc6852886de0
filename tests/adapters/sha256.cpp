// SPDX-License-Identifier: Apache-2.0
#include "platform/crypto/sha256.hpp"

#include <doctest/doctest.h>

using namespace agent;

// NIST, Cryptographic Standards and Guidelines, "Examples with Intermediate Values", SHA256.pdf; and the
// CAVP's million.
TEST_CASE("SHA-256: NIST's examples") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
                   "mnopqrsmnopqrstnopqr"
                   "stu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256: how the data is cut makes no difference, whatever its length modulo the block") {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string data(size, 'x');
    Sha256 cut;
    for (std::size_t at = 0; at < size; at += 7) cut.update(std::string_view(data).substr(at, 7));
    CHECK(cut.hex() == sha256_hex(data));
  }
  // Lengths around the padding's edges, from sha256sum(1).
  CHECK(sha256_hex(std::string(55, 'x')) ==
        "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  CHECK(sha256_hex(std::string(56, 'x')) ==
        "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  CHECK(sha256_hex(std::string(64, 'x')) ==
        "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

TEST_CASE("SHA-256: asking for the hash does not disturb it") {
  Sha256 hash;
  hash.update("ab");
  static_cast<void>(hash.hex());
  hash.update("c");
  CHECK(hash.hex() == sha256_hex("abc"));
}
