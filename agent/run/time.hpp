#pragma once

#include <array>
#include <chrono>
#include <ctime>
#include <string>

namespace agent {

// Now, as RFC 3339 in UTC.
inline std::string utc_now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace agent
