// SPDX-License-Identifier: Apache-2.0
// The parts of a key table: for each kind of value, how to check it and where to store it. The field must
// outlive the reader.
#pragma once

#include <chrono>
#include <limits>

#include "profile/network.hpp"
#include "profile/values.hpp"
#include "profile/yaml/keys.hpp"
#include "secrets/secret.hpp"

namespace agent::parsing {

using TextParser = Parsed<std::string> (*)(std::string_view);

Read text(std::string& out, TextParser parse);
Read texts(std::vector<std::string>& out, TextParser parse);  // a list without duplicates
Read choice(std::string& out, std::vector<std::string_view> words);
Read boolean(bool& out);
Read link(std::string& out, std::vector<std::string_view> placeholders, const bool& allow_http);
Read secret(Secret& out, TextParser parse);

// For the readers: whether the value is of this kind. Adds a problem if not.
bool expect_scalar(const Node& value, const std::string& key, Problems& problems);
bool expect_list(const Node& value, const std::string& key, Problems& problems);

// Stores the parsed value, or adds a problem with the value.
template <class T, class Store>
void settle(const Parsed<T>& parsed, const Node& value, const std::string& key, Problems& problems,
            Store store) {
  if (parsed)
    store(*parsed);
  else
    problems.add(value.at, key, problems.value(value.text) + " " + parsed.error());
}

template <class T>
Read number(T& out, std::uint64_t least, std::uint64_t most) {
  return [&out, least, most = std::min<std::uint64_t>(most, std::numeric_limits<T>::max())](
             Node& value, const std::string& key, Problems& problems) {
    if (!expect_scalar(value, key, problems)) return;
    const auto parsed = whole_number(value.plain ? value.text : "", least, most);
    settle(parsed, value, key, problems, [&](std::uint64_t number) { out = static_cast<T>(number); });
  };
}

template <class Duration>
Read period(Duration& out, std::chrono::seconds least, std::chrono::seconds most) {
  return [&out, least, most](Node& value, const std::string& key, Problems& problems) {
    if (!expect_scalar(value, key, problems)) return;
    const auto parsed = duration(value.text, least, most, Duration(1));
    settle(parsed, value, key, problems,
           [&](std::chrono::seconds time) { out = std::chrono::duration_cast<Duration>(time); });
  };
}

}  // namespace agent::parsing
