// SPDX-License-Identifier: Apache-2.0
#include "platform/crypto/signature.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>

namespace agent {
namespace {

// sodium_init() is not called: it selects faster code and opens the random generator. Verification needs
// neither, and this saves 16 KB.

template <std::size_t size>
using Bytes = std::array<unsigned char, size>;
using KeyId = decltype(SigningKey::id);
using Ed25519 = Bytes<crypto_sign_BYTES>;

// Keys and signatures begin with two letters for the algorithm, then the key's id.
constexpr std::size_t id_at = 2;
constexpr std::size_t body_at = id_at + KeyId().size();
constexpr std::string_view untrusted_mark = "untrusted comment: ";
constexpr std::string_view trusted_mark = "trusted comment: ";

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <std::size_t size>
std::optional<Bytes<size>> decode(std::string_view base64) {
  Bytes<size> out{};
  std::size_t got = 0;
  const int failed = sodium_base642bin(out.data(), size, base64.data(), base64.size(), nullptr, &got, nullptr,
                                       sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0 || got != size) return std::nullopt;
  return out;
}

template <std::size_t to, std::size_t from>
Bytes<to> part(const Bytes<from>& whole, std::size_t at) {
  Bytes<to> out{};
  std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(at), to, out.begin());
  return out;
}

template <std::size_t size>
bool names(const Bytes<size>& whole, std::string_view algorithm) {
  return whole[0] == static_cast<unsigned char>(algorithm[0]) &&
         whole[1] == static_cast<unsigned char>(algorithm[1]);
}

std::string shown(const KeyId& id) {
  std::uint64_t number = 0;
  std::for_each(id.rbegin(), id.rend(), [&number](unsigned char byte) { number = number << 8U | byte; });
  return fmt::format("{:X}", number);
}

// Removes the text up to the next newline from `rest`, and returns it without the newline.
std::string_view next_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

struct Signature {
  bool prehashed = false;
  KeyId key{};
  Ed25519 of_content{};
  std::string_view comment;
  Ed25519 of_comment{};  // over of_content and the comment
};

Result<Signature> parse(std::string_view text) {
  const auto untrusted = next_line(text);
  const auto first = decode<body_at + crypto_sign_BYTES>(next_line(text));
  const auto comment = next_line(text);
  const auto second = decode<crypto_sign_BYTES>(next_line(text));
  const bool known = first && (names(*first, "ED") || names(*first, "Ed"));
  if (!untrusted.starts_with(untrusted_mark) || !known || !comment.starts_with(trusted_mark) || !second ||
      !text.empty())
    return fail(Errc::invalid, "its signature is not a minisign signature, or is damaged");
  return Signature{names(*first, "ED"), part<KeyId().size()>(*first, id_at),
                   part<crypto_sign_BYTES>(*first, body_at), comment.substr(trusted_mark.size()), *second};
}

bool verified(const Ed25519& signature, const unsigned char* data, std::size_t size, const SigningKey& key) {
  return crypto_sign_verify_detached(signature.data(), data, size, key.point.data()) == 0;
}

}  // namespace

Result<SigningKey> parse_signing_key(std::string_view text) {
  if (text.starts_with(untrusted_mark)) next_line(text);
  const auto key = decode<body_at + crypto_sign_PUBLICKEYBYTES>(next_line(text));
  if (!key || !names(*key, "Ed") || !text.empty())
    return fail(
        Errc::invalid,
        "not a minisign public key, which has two lines; the second has 56 characters and begins with RW");
  return SigningKey{part<KeyId().size()>(*key, id_at), part<crypto_sign_PUBLICKEYBYTES>(*key, body_at)};
}

std::string id_of(const SigningKey& key) { return shown(key.id); }

Result<std::string> trusted_comment(std::string_view content, std::string_view signature,
                                    const SigningKey& key) {
  AGENT_TRY_ASSIGN(auto parsed, parse(signature));
  if (parsed.key != key.id)
    return fail(Errc::refused, "signed by key {}; the trusted key is {}", shown(parsed.key), shown(key.id));
  if (!parsed.prehashed)
    return fail(Errc::refused, "signed without prehashing; sign it without minisign's -l");

  Bytes<crypto_generichash_BYTES_MAX> hash{};  // BLAKE2b-512
  crypto_generichash(hash.data(), hash.size(), bytes(content), content.size(), nullptr, 0);
  if (!verified(parsed.of_content, hash.data(), hash.size(), key))
    return fail(Errc::refused, "altered: this is not the file that key {} has signed", shown(key.id));

  std::string commented(parsed.of_content.begin(), parsed.of_content.end());
  commented += parsed.comment;
  if (!verified(parsed.of_comment, bytes(commented), commented.size(), key))
    return fail(Errc::refused, "the trusted comment of its signature was altered");
  return std::string(parsed.comment);
}

}  // namespace agent
