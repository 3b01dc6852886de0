// The second layer under Secret: whatever is printed, logged or reported passes through redact().
#pragma once

#include <string>
#include <string_view>

namespace agent {

// Remembers a value that must never be shown, for the life of the process. Values under 6 bytes are ignored: replacing them
// would only garble output. Thread-safe.
void register_secret(std::string_view value);

// The text with every registered value, and everything that looks like a token of this field (tskey-…, sk-ant-…),
// replaced by "[redacted]". Thread-safe.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace agent
