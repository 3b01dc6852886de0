// SPDX-License-Identifier: Apache-2.0
#include "resources/common/untrusted_json.hpp"

#include <algorithm>

namespace agent {

bool is_deeper(const Json& value, int than) {
  if (!value.is_structured()) return false;
  return than == 0 || std::any_of(value.begin(), value.end(),
                                  [than](const Json& child) { return is_deeper(child, than - 1); });
}

Json parse_json(std::string_view text) {
  auto parsed = Json::parse(text, nullptr, false);
  if (is_deeper(parsed, deepest_json)) return Json(Json::value_t::discarded);
  return parsed;
}

std::string text_in(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool flag_in(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at != object.end() && at->is_array())
    for (const auto& item : *at)
      if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

}  // namespace agent
