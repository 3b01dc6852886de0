// SPDX-License-Identifier: Apache-2.0
#include "profile/network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

#include "profile/ascii.hpp"

namespace agent::parsing {
namespace {

tl::unexpected<std::string> no(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

struct Address {
  int family = AF_UNSPEC;
  std::array<unsigned char, 16> bytes{};
  [[nodiscard]] unsigned bits() const { return family == AF_INET ? 32 : 128; }
};

Address address(const std::string& text) {
  Address out;
  out.family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(out.family, text.c_str(), out.bytes.data()) != 1) out.family = AF_UNSPEC;
  return out;
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(address.family, address.bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

// The network of the address: the bits after the prefix are zero.
Address masked(Address address, unsigned prefix) {
  for (unsigned bit = prefix; bit < address.bits(); ++bit)
    address.bytes[bit / 8] = static_cast<unsigned char>(address.bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  return address;
}

bool is_host(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    return address(std::string(text.substr(1, text.size() - 2))).family == AF_INET6;
  if (text.empty() || text.size() > 253) return false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('.', begin), text.size());
    if (!host_label(text.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

bool is_authority(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && text.back() != ']';
  if (has_port && !whole_number(text.substr(colon + 1), 1, 65535)) return false;
  return is_host(has_port ? text.substr(0, colon) : text);
}

// "{version} and {arch}", or "nothing in braces".
std::string shown(const std::vector<std::string_view>& placeholders) {
  std::string out;
  for (auto name : placeholders) out += fmt::format("{}{{{}}}", out.empty() ? "" : " and ", name);
  return out.empty() ? "nothing in braces" : out;
}

bool placeholders_are_known(std::string_view path, const std::vector<std::string_view>& placeholders) {
  for (auto at = path.find_first_of("{}"); at != std::string_view::npos; at = path.find_first_of("{}", at)) {
    const auto end = path.find('}', at);
    if (path[at] == '}' || end == std::string_view::npos) return false;
    const auto name = path.substr(at + 1, end - at - 1);
    if (std::find(placeholders.begin(), placeholders.end(), name) == placeholders.end()) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

Parsed<std::string> network(std::string_view text) {
  constexpr auto form = "is not an address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32";
  const auto slash = text.find('/');
  const auto host = address(std::string(text.substr(0, slash)));
  if (host.family == AF_UNSPEC) return no(form);
  if (slash == std::string_view::npos) return text_of(host);

  const auto prefix = whole_number(text.substr(slash + 1), 0, host.bits());
  if (!prefix) return no(form);
  if (*prefix == 0) return no("means anywhere; leave the key out for that");
  const auto net = masked(host, static_cast<unsigned>(*prefix));
  if (net.bytes != host.bytes)
    return no(fmt::format("is a host in a network; write {}/{} for the network", text_of(net), *prefix));
  return *prefix == host.bits() ? text_of(net) : fmt::format("{}/{}", text_of(net), *prefix);
}

Parsed<std::string> url(std::string_view text, const UrlRules& rules) {
  const std::string_view https = "https://";
  const std::string_view http = "http://";
  const bool plain = text.substr(0, http.size()) == http;
  if (!plain && text.substr(0, https.size()) != https)
    return no("is not an https URL; begin it with https://");
  if (plain && !rules.allow_http)
    return no("is not encrypted; begin it with https:// (allow_insecure_urls is for test laboratories)");
  const std::string_view unsafe = "\"'<>\\^`|";  // not allowed in a URL (RFC 3986, 2), and they would need
                                                 // escapes in the files that contain it
  if (text.size() > 2048 ||
      !all_are(text, [&](char c) { return is_visible(c) && unsafe.find(c) == std::string_view::npos; }))
    return no("has a character that a URL cannot contain, or is too long; percent-encode it");
  if (text.find('#') != std::string_view::npos)
    return no("has a fragment; leave out the '#' and what follows");

  const auto rest = text.substr(plain ? http.size() : https.size());
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos)
    return no("names a user; a profile must not contain credentials");
  if (!is_authority(authority))
    return no("has no valid host; write it like https://mirror.example.com/path, in lower case");
  if (!placeholders_are_known(rest.substr(end), rules.placeholders))
    return no(fmt::format("has unknown braces; this URL may contain {}", shown(rules.placeholders)));
  return std::string(text);
}

}  // namespace agent::parsing
