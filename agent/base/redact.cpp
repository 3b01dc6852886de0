#include "base/redact.hpp"

#include <array>
#include <cctype>
#include <mutex>
#include <vector>

#include "base/secret.hpp"

namespace agent {
namespace {

constexpr std::string_view mask = "[redacted]";
constexpr std::size_t shortest = 6;
// Tailscale's keys (tailscale.com/kb/1085) and Anthropic's tokens, whoever printed them.
constexpr std::array<std::string_view, 2> prefixes = {"tskey-", "sk-ant-"};

// Wipes its values at exit, as Secret does.
struct Registry {
  std::mutex mutex;
  std::vector<std::string> values;
  ~Registry() {
    for (auto& value : values) wipe(value);
  }
};

Registry& registry() {
  static Registry instance;
  return instance;
}

void replace_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + mask.size()))
    text.replace(at, what.size(), mask);
}

bool token_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

void replace_tokens(std::string& text, std::string_view prefix) {
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    auto end = at + prefix.size();
    while (end < text.size() && token_char(text[end])) ++end;
    if (end == at + prefix.size()) {  // the bare prefix, as in "a key begins with tskey-"
      at = end;
      continue;
    }
    text.replace(at, end - at, mask);
  }
}

}  // namespace

void register_secret(std::string_view value) {
  if (value.size() < shortest) return;
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  for (const auto& known : all.values)
    if (known == value) return;
  all.values.emplace_back(value);
}

std::string redact(std::string_view text) {
  std::string out(text);
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  for (const auto& value : all.values) replace_all(out, value);
  for (auto prefix : prefixes) replace_tokens(out, prefix);
  return out;
}

}  // namespace agent
