// SPDX-License-Identifier: Apache-2.0
#include "profile/readers.hpp"

#include <algorithm>

namespace agent::parsing {
namespace {

// Every other YAML reader takes a plain true as a boolean. So a text `true` must be in quotes.
bool expect_text(const Node& value, const std::string& key, Problems& problems) {
  if (!expect_scalar(value, key, problems)) return false;
  if (!value.plain || !boolean_word(value.text)) return true;
  problems.add(value.at, key,
               problems.value(value.text) + " is a boolean; write a text, or put the word in quotes");
  return false;
}

}  // namespace

bool expect_scalar(const Node& value, const std::string& key, Problems& problems) {
  switch (value.kind) {
    case Node::Kind::scalar:
      return true;
    case Node::Kind::broken:
      return false;
    case Node::Kind::null:
      problems.add(value.at, key, "is empty; write a value, or leave the key out");
      return false;
    case Node::Kind::list:
      problems.add(value.at, key, "is a list; write a single value");
      return false;
    case Node::Kind::map:
      problems.add(value.at, key, "is a map; write a single value");
      return false;
  }
  return false;
}

bool expect_list(const Node& value, const std::string& key, Problems& problems) {
  if (value.kind == Node::Kind::null)
    problems.add(value.at, key, "is empty; write [] for no entries, or leave the key out");
  if (value.kind == Node::Kind::scalar || value.kind == Node::Kind::map)
    problems.add(value.at, key, "is not a list; write its entries in [ ] or after '- '");
  return value.kind == Node::Kind::list;
}

Read text(std::string& out, TextParser parse) {
  return [&out, parse](Node& value, const std::string& key, Problems& problems) {
    if (!expect_text(value, key, problems)) return;
    settle(parse(value.text), value, key, problems, [&](const std::string& parsed) { out = parsed; });
  };
}

Read texts(std::vector<std::string>& out, TextParser parse) {
  return [&out, parse](Node& value, const std::string& key, Problems& problems) {
    if (!expect_list(value, key, problems)) return;
    std::vector<std::string> entries;
    for (auto& child : value.children) {
      const auto label = fmt::format("{}[{}]", key, &child - value.children.data());
      if (!expect_text(child, label, problems)) continue;
      settle(parse(child.text), child, label, problems, [&](const std::string& parsed) {
        if (std::find(entries.begin(), entries.end(), parsed) != entries.end())
          problems.add(child.at, label, problems.value(parsed) + " appears twice; keep one");
        entries.push_back(parsed);
      });
    }
    out = std::move(entries);
  };
}

Read choice(std::string& out, std::vector<std::string_view> words) {
  return [&out, words = std::move(words)](Node& value, const std::string& key, Problems& problems) {
    if (!expect_scalar(value, key, problems)) return;
    if (std::find(words.begin(), words.end(), value.text) != words.end())
      out = value.text;
    else
      problems.add(
          value.at, key,
          fmt::format("{} is not known; write {}", problems.value(value.text), fmt::join(words, " or ")));
  };
}

Read boolean(bool& out) {
  return [&out](Node& value, const std::string& key, Problems& problems) {
    if (!expect_scalar(value, key, problems)) return;
    settle(boolean_word(value.plain ? value.text : ""), value, key, problems,
           [&](bool parsed) { out = parsed; });
  };
}

// Whether there is an @ before the path.
static bool names_user(std::string_view url) {
  const auto scheme = url.find("://");
  return url.substr(0, url.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3))
             .find('@') != std::string_view::npos;
}

Read link(std::string& out, std::vector<std::string_view> placeholders, const bool& allow_http) {
  return [&out, &allow_http, placeholders = std::move(placeholders)](Node& value, const std::string& key,
                                                                     Problems& problems) {
    if (!expect_text(value, key, problems)) return;
    if (names_user(value.text))  // there may be a password, so the value is not shown
      return problems.add(value.at, key, "the URL names a user; a profile must not contain credentials");
    settle(url(value.text, {placeholders, allow_http}), value, key, problems,
           [&](const std::string& parsed) { out = parsed; });
  };
}

Read secret(Secret& out, TextParser parse) {
  return [&out, parse](Node& value, const std::string& key, Problems& problems) {
    if (!expect_scalar(value, key, problems)) return;
    auto parsed = parse(value.text);
    if (parsed)
      out = Secret(std::move(*parsed));
    else
      problems.add(value.at, key, problems.value(value.text) + " " + parsed.error());
  };
}

}  // namespace agent::parsing
