// SPDX-License-Identifier: Apache-2.0
// What minisign has signed is accepted, and nothing else: each byte of file, comment and signature counts.
#include "platform/crypto/signature.hpp"

#include <doctest/doctest.h>

#include "support/signed_files.hpp"

using namespace agent;
namespace files = agent::signed_files;

namespace {

SigningKey key() { return parse_signing_key(files::key).value(); }

std::string refusal(const std::string& content, const std::string& signature) {
  const auto comment = trusted_comment(content, signature, key());
  return comment ? "accepted: " + *comment : comment.error().message;
}

const std::string altered = "altered: this is not the file that key " + files::key_id + " has signed";
const std::string damaged = "its signature is not a minisign signature, or is damaged";

std::string without(const std::string& text, const std::string& part) {
  auto out = text;
  REQUIRE(out.find(part) != std::string::npos);
  return out.erase(out.find(part), part.size());
}

std::string line(const std::string& text, std::size_t number) {
  std::size_t begin = 0;
  for (; number > 0; --number) begin = text.find('\n', begin) + 1;
  return text.substr(begin, text.find('\n', begin) + 1 - begin);
}

}  // namespace

TEST_CASE("signature: minisign's own are accepted, and give the comment that was signed") {
  CHECK(trusted_comment(files::x86_64, files::newer, key()).value() ==
        "bootstrap-agent version=99.0.0 arch=x86_64");
  CHECK(trusted_comment(files::script, files::script_signature, key()).has_value());
  const auto other = parse_signing_key(files::other_key).value();
  CHECK(trusted_comment(files::x86_64, files::by_other, other).has_value());
}

TEST_CASE("signature: the untrusted comment is not signed, and counts for nothing") {
  auto text = files::newer;
  text.replace(text.find("made for a test"), 4, "MADE");
  CHECK(trusted_comment(files::x86_64, text, key()).has_value());
}

TEST_CASE("signature: a file that differs in one bit, or in its length, is refused") {
  for (std::size_t at = 0; at < files::x86_64.size(); ++at) {
    auto content = files::x86_64;
    content[at] = static_cast<char>(content[at] ^ 1);
    CAPTURE(at);
    CHECK(refusal(content, files::newer) == altered);
  }
  CHECK(refusal("", files::newer) == altered);
  CHECK(refusal(files::x86_64 + '\0', files::newer) == altered);
  CHECK(refusal(files::x86_64.substr(1), files::newer) == altered);
}

TEST_CASE("signature: a change of any character of the file, the comment or the signatures is refused") {
  for (auto at = files::newer.find('\n') + 1; at < files::newer.size(); ++at) {
    auto text = files::newer;
    text[at] = text[at] == 'x' ? 'y' : 'x';
    CAPTURE(at);
    CHECK_FALSE(trusted_comment(files::x86_64, text, key()).has_value());
  }
}

TEST_CASE("signature: an altered comment is named as such") {
  auto text = files::older;
  text.replace(text.find("0.0.1"), 5, "9.0.0");
  CHECK(refusal(files::x86_64, text) == "the trusted comment of its signature was altered");
  // A comment that the same key has signed for another file.
  const auto moved =
      line(files::newer, 0) + line(files::newer, 1) + line(files::for_arm, 2) + line(files::for_arm, 3);
  CHECK(refusal(files::x86_64, moved) == "the trusted comment of its signature was altered");
}

TEST_CASE("signature: another key is named, and the one that is trusted") {
  CHECK(refusal(files::x86_64, files::by_other) ==
        "signed by key " + files::other_key_id + "; the trusted key is " + files::key_id);
  // Another key with the same id.
  auto forged = parse_signing_key(files::other_key).value();
  forged.id = key().id;
  CHECK_FALSE(trusted_comment(files::x86_64, files::newer, forged).has_value());
}

TEST_CASE("signature: the form without prehashing is refused") {
  CHECK(refusal(files::x86_64, files::legacy) == "signed without prehashing; sign it without minisign's -l");
}

TEST_CASE("signature: a malformed signature is reported as such") {
  const std::string cut = files::newer.substr(0, files::newer.size() - 2);
  for (const auto& text :
       {std::string(), std::string("\n\n\n\n"), files::key, cut, files::newer + "more\n", "\n" + files::newer,
        without(files::newer, "untrusted comment: "), without(files::newer, line(files::newer, 3)),
        without(files::newer, line(files::newer, 2)), std::string(4096, 'A')})
    CHECK(refusal(files::x86_64, text) == damaged);
  CHECK(trusted_comment(files::x86_64, files::newer.substr(0, files::newer.size() - 1), key()).has_value());
}

TEST_CASE("signing key: from its line, or from the whole file") {
  CHECK(id_of(key()) == files::key_id);
  CHECK(id_of(parse_signing_key("untrusted comment: minisign public key " + files::key_id + "\n" +
                                files::key + "\n")
                  .value()) == files::key_id);
  const auto beginning_with_zero = "RWSAVCpXjrYABW" + files::key.substr(14);
  CHECK(id_of(parse_signing_key(beginning_with_zero).value()) == "500B68E572A5480");
  for (const auto& text : {std::string(), std::string("untrusted comment: x\n"), files::key.substr(1),
                           files::key + "A", files::key + "\nmore\n", files::newer,
                           "RWX" + files::key.substr(3), "\n" + files::key, "ED" + files::key.substr(2)})
    CHECK_MESSAGE(parse_signing_key(text).error().code == Errc::invalid, text);
}
