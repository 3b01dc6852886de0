// SPDX-License-Identifier: Apache-2.0
// URLs, networks and lists of hashes, one line each. An accepted value means what it seems to mean, and is
// accepted again.
#include "cli/agent_source.hpp"
#include "fuzz.hpp"
#include "profile/network.hpp"

namespace agent::fuzz {
namespace {

void check_url(const std::string& text, bool allow_http) {
  const auto url = parsing::url(text, {{"version", "arch"}, allow_http});
  if (!url) return require(!url.error().empty(), "an error says what is wrong");
  require(*url == text, "a URL is kept as it is");
  require(url->starts_with("https://") || (allow_http && url->starts_with("http://")),
          "the scheme is allowed");
  require(std::none_of(
              url->begin(), url->end(),
              [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\'' || c == '`' || c == '\\'; }),
          "nothing in it could end a line or a quoted word");
  const auto authority =
      url->substr(url->find("//") + 2, url->find_first_of("/?", url->find("//") + 2) - url->find("//") - 2);
  require(authority.find('@') == std::string::npos && !authority.empty(), "it names a host and no user");
}

void check_network(const std::string& text) {
  const auto network = parsing::network(text);
  if (!network) return require(!network.error().empty(), "an error says what is wrong");
  const auto again = parsing::network(*network);
  require(again && *again == *network, "the one way to write it is its own: " + *network);
}

void check_source(const Result<AgentSource>& source) {
  if (!source) return require_error(source.error(), {Errc::invalid});
  require(!source->sha256().empty(), "there is a hash");
  for (const auto& [architecture, hash] : source->sha256())
    require(hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string::npos,
            "a hash is one");
}

}  // namespace

void run(std::string_view input) {
  const auto given = parts(input, 4);
  check_url(given[0], false);
  check_url(given[0], true);
  check_network(given[1]);
  check_source(AgentSource::pinned(given[0], given[2]));
  check_source(AgentSource::in_sums(given[0], given[3], "SHA256SUMS"));
}

}  // namespace agent::fuzz
