// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_source.hpp"

#include <array>
#include <optional>

#include "profile/network.hpp"
#include "profile/yaml/problems.hpp"

namespace agent {
namespace {

using parsing::Problems;

constexpr std::array<std::string_view, 2> architectures = {"x86_64", "aarch64"};
constexpr std::string_view placeholder = "{arch}";

bool has_placeholder(std::string_view url) { return url.find(placeholder) != std::string_view::npos; }

std::string expanded(std::string url, std::string_view architecture) {
  for (auto at = url.find(placeholder); at != std::string::npos; at = url.find(placeholder))
    url.replace(at, placeholder.size(), architecture);
  return url;
}

// The last part of the path of a checked URL; empty when the URL names no file.
std::string file_name(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  const auto begin = path.find('/', std::string_view("https://").size());
  return begin == std::string_view::npos ? "" : std::string(path.substr(path.rfind('/') + 1));
}

void check_url(const std::string& url, Problems& problems) {
  if (auto parsed = parsing::url(url, {{"arch"}}); !parsed) problems.add({}, "", parsed.error());
}

// The hash of `file` in `sums`, from a line "HASH FILE", or "HASH *FILE" for a file read in binary mode.
// nullopt when it is not listed.
std::optional<std::string> listed(std::string_view sums, const std::string& file, Problems& problems) {
  std::optional<std::string> found;
  for (int line = 1; !sums.empty(); ++line) {
    const auto text = sums.substr(0, sums.find('\n'));
    sums.remove_prefix(std::min(text.size() + 1, sums.size()));
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos ||
        (text.substr(blank) != "  " + file && text.substr(blank) != " *" + file))
      continue;
    const auto parsed = parsing::sha256_digits(text.substr(0, blank));
    if (found)
      problems.add({line, 1}, file, "appears twice; keep one");
    else if (!parsed)
      problems.add({line, 1}, file, parsed.error());
    found = std::string(text.substr(0, blank));
  }
  return found;
}

tl::unexpected<Error> all(const Problems& of_options, const Problems& of_file) {
  auto error = of_options.error();
  const auto more = of_file.error().message;
  error.message += (error.message.empty() || more.empty() ? "" : "\n") + more;
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace

Result<AgentSource> AgentSource::pinned(const std::string& url, const std::string& sha256) {
  Problems of_url("--agent-url", parsing::Quoting::allowed);
  Problems of_hash("--agent-sha256", parsing::Quoting::allowed);
  check_url(url, of_url);
  if (of_url.empty() && has_placeholder(url))
    of_hash.add({}, "", "is one hash, but {arch} stands for several files; give --sums");
  else if (auto parsed = parsing::sha256_digits(sha256); !parsed)
    of_hash.add({}, "", parsed.error());
  if (!of_url.empty() || !of_hash.empty()) return all(of_url, of_hash);
  AgentSource source;
  source.url_ = url;
  source.sha256_[""] = sha256;
  return source;
}

Result<AgentSource> AgentSource::in_sums(const std::string& url, std::string_view sums,
                                         const std::string& name) {
  Problems of_url("--agent-url", parsing::Quoting::allowed);
  Problems of_sums(name, parsing::Quoting::allowed);
  check_url(url, of_url);
  const auto file = file_name(url);
  if (of_url.empty() && file.empty())
    of_url.add({}, "", "names no file; end its path with the file that the sums list");
  if (of_url.empty() && has_placeholder(url) && !has_placeholder(file))
    of_url.add({}, "", "has {arch}, but not in the file's name, which the sums list; put {arch} there");
  if (!of_url.empty()) return all(of_url, of_sums);

  AgentSource source;
  source.url_ = url;
  const auto look_for = [&](std::string_view architecture) {
    if (auto sha256 = listed(sums, file_name(expanded(url, architecture)), of_sums))
      source.sha256_[std::string(architecture)] = *sha256;
  };
  if (has_placeholder(url))
    for (const auto architecture : architectures) look_for(architecture);
  else
    look_for("");
  if (source.sha256_.empty())
    of_sums.add({}, "",
                fmt::format("does not list {}; make it with sha256sum in the file's directory", file));
  if (!of_sums.empty()) return all(of_url, of_sums);
  return source;
}

}  // namespace agent
