#include "resources/json.hpp"

namespace agent {

using nlohmann::json;

json parse_json(std::string_view text) {
  auto parsed = json::parse(text, nullptr, false);
  if (is_deeper(parsed, deepest_json)) return json(json::value_t::discarded);
  return parsed;
}

std::string text_in(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool flag_in(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

std::vector<std::string> texts_in(const json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at != object.end() && at->is_array())
    for (const auto& item : *at)
      if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

}  // namespace agent
