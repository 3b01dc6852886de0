// SPDX-License-Identifier: Apache-2.0
// Everything that is wrong with one file of the owner's, collected, and said at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace agent::parsing {

// Counted from 1, columns in bytes. Line 0: the file as a whole.
struct Position {
  int line = 0;
  int column = 0;
};

// May what the file holds be quoted in messages? Not when it is a secret, and then not even a key that is
// unknown: it may be a token in the wrong place.
enum class Quoting { allowed, forbidden };

class Problems {
 public:
  // `file` is how messages name the file.
  Problems(std::string file, Quoting quoting) : file_(std::move(file)), quoting_(quoting) {}

  // `key` is the dotted path of the key, or empty. `what` reads "what is wrong; what would be right".
  void add(Position at, std::string_view key, std::string_view what);

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  // Are there more than a person will read? Then what is added needs no advice.
  [[nodiscard]] bool many() const { return list_.size() >= most_shown; }
  [[nodiscard]] Quoting quoting() const { return quoting_; }

  // How a message shows a value, or a key that nobody knows: in quotes, on one line, cut to a bearable
  // length; or not at all.
  [[nodiscard]] std::string value(std::string_view text) const;
  [[nodiscard]] std::string unknown_key(std::string_view name) const;

  // Another's words that may hold pieces of the file, made harmless likewise. Never where quoting is
  // forbidden.
  [[nodiscard]] static std::string shown(std::string_view text);

  // One line each, by position: "file:line:column: key: what". Of very many, the first and a count.
  [[nodiscard]] Error error() const;

 private:
  static constexpr std::size_t most_shown = 100;

  struct Problem {
    Position at;
    std::string text;
  };
  std::string file_;
  Quoting quoting_;
  std::vector<Problem> list_;
};

}  // namespace agent::parsing
