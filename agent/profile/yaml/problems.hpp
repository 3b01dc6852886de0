// SPDX-License-Identifier: Apache-2.0
// Collects everything that is wrong with one file of the owner, and reports it at once.
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

// Whether messages may quote the file's contents. Not for a secrets file: there not even an unknown key is
// quoted, because it may be a token in the wrong place.
enum class Quoting { allowed, forbidden };

class Problems {
 public:
  // `file` is the file's name in messages.
  Problems(std::string file, Quoting quoting) : file_(std::move(file)), quoting_(quoting) {}

  // `key` is the dotted path of the key, or empty. `what` has the form "what is wrong; what would be right".
  void add(Position at, std::string_view key, std::string_view what);

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }
  // Whether there are more problems than a person will read. Then new ones need no advice.
  [[nodiscard]] bool many() const { return list_.size() >= most_shown; }
  [[nodiscard]] Quoting quoting() const { return quoting_; }

  // The form in which a message shows a value or an unknown key: on one line, shortened, a value in quotes;
  // or not at all, where quoting is forbidden.
  [[nodiscard]] std::string value(std::string_view text) const;
  [[nodiscard]] std::string unknown_key(std::string_view name) const;

  // A text from another source, which may contain parts of the file, in the same safe form. Do not use it
  // where quoting is forbidden.
  [[nodiscard]] static std::string shown(std::string_view text);

  // One line per problem, sorted by position: "file:line:column: key: what". When there are very many, only
  // the first ones and a count.
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
