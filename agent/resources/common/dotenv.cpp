// SPDX-License-Identifier: Apache-2.0
#include "resources/common/dotenv.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>

#include "secrets/redact.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

// Blanks and `export` are allowed before a key. nullopt: the line has another key.
std::optional<std::string> value_of(const std::string& line, std::string_view key) {
  auto at = line.find_first_not_of(" \t");
  if (at == std::string::npos) return std::nullopt;
  if (line.compare(at, 7, "export ") == 0) at = line.find_first_not_of(" \t", at + 7);
  if (at == std::string::npos || line.compare(at, key.size(), key) != 0) return std::nullopt;
  at = line.find_first_not_of(" \t", at + key.size());
  if (at == std::string::npos || (line[at] != '=' && line[at] != ':')) return std::nullopt;
  const auto begin = line.find_first_not_of(" \t", at + 1);
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

std::string dotenv_value(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  std::string value;
  for (std::string line; std::getline(lines, line);)
    if (auto found = value_of(line, key)) value = *found;
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back())
    value = value.substr(1, value.size() - 2);
  return value.find_first_not_of(overwrite_char) == std::string::npos ? "" : value;
}

void set_dotenv_value(std::string& text, std::string_view key, std::string_view value) {
  std::istringstream lines(text);
  std::string kept;
  kept.reserve(text.size() + key.size() + value.size() + 2);
  for (std::string line; std::getline(lines, line);)
    if (!value_of(line, key)) kept += line + "\n";
  kept += fmt::format("{}={}\n", key, value);
  wipe(text);
  text = kept;
  wipe(kept);
}

}  // namespace agent
