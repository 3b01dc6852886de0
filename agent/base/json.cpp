// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace agent {

Json sorted(const Json& value) {
  if (!value.is_object() && !value.is_array()) return value;
  auto out = value.is_array() ? Json::array() : Json::object();
  if (value.is_array()) {
    for (const auto& item : value) out.push_back(sorted(item));
    return out;
  }
  std::vector<std::string> keys;
  for (const auto& item : value.items()) keys.push_back(item.key());
  std::sort(keys.begin(), keys.end());
  for (const auto& key : keys) out[key] = sorted(value[key]);
  return out;
}

}  // namespace agent
