// SPDX-License-Identifier: Apache-2.0
#include "profile/yaml/problems.hpp"

#include <algorithm>
#include <tuple>

namespace agent::parsing {
namespace {

constexpr std::size_t longest_quote = 60;

// Only printable ASCII, so that a file cannot send control characters to the terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, longest_quote)) {
    if (c >= ' ' && c <= '~')
      out += c;
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text.size() > longest_quote ? out + "..." : out;
}

}  // namespace

void Problems::add(Position at, std::string_view key, std::string_view what) {
  auto text = file_;
  if (at.line > 0) text += fmt::format(":{}:{}", at.line, at.column);
  if (!key.empty()) text += fmt::format(": {}", key);
  list_.push_back({at, fmt::format("{}: {}", text, what)});
}

std::string Problems::shown(std::string_view text) { return printable(text); }

std::string Problems::value(std::string_view text) const {
  return quoting_ == Quoting::forbidden ? "the value" : fmt::format("\"{}\"", printable(text));
}

std::string Problems::unknown_key(std::string_view name) const {
  return quoting_ == Quoting::forbidden ? "(a key that is not shown)" : printable(name);
}

Error Problems::error() const {
  auto sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  Error error{Errc::invalid, {}};
  const auto shown = std::min(sorted.size(), most_shown);
  for (std::size_t i = 0; i < shown; ++i) error.message += (i == 0 ? "" : "\n") + sorted[i].text;
  if (shown < sorted.size())
    error.message += fmt::format("\n{}: {} more problems are not shown", file_, sorted.size() - shown);
  return error;
}

}  // namespace agent::parsing
