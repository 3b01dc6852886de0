// SPDX-License-Identifier: Apache-2.0
#include "secrets/redact.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>

#include "secrets/secret.hpp"
#include "secrets/secret_forms.hpp"
#include "secrets/token_forms.hpp"

namespace agent {
namespace {

constexpr std::string_view mask = "[redacted]";
constexpr std::size_t shortest = 6;
constexpr std::size_t shortest_rest = 12;  // the shortest token after its prefix: a text or program that only
                                           // mentions the prefix is not a token

// Wipes its values at exit, like Secret does.
struct Registry {
  std::mutex mutex;
  std::vector<std::vector<std::string>> values;  // each in all its forms; the value itself is first
  ~Registry() {
    for (auto& forms : values)
      for (auto& form : forms) wipe(form);
  }
};

Registry& registry() {
  static Registry instance;
  return instance;
}

void find_all(std::string_view text, std::string_view what, std::vector<Span>& spans) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
    spans.push_back({at, what.size()});
}

bool token_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

void find_tokens(std::string_view text, std::string_view prefix, std::vector<Span>& spans) {
  for (auto at = text.find(prefix); at != std::string::npos;) {
    auto end = at + prefix.size();
    while (end < text.size() && token_char(text[end])) ++end;
    if (end - at >= prefix.size() + shortest_rest) spans.push_back({at, end - at});
    at = text.find(prefix, end);
  }
}

// Sorts the spans, and joins those that overlap or touch, so that every byte of each secret is covered.
std::vector<Span> merged(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> out;
  for (const auto& span : spans) {
    if (out.empty() || span.begin > out.back().begin + out.back().size)
      out.push_back(span);
    else
      out.back().size = std::max(out.back().size, span.begin + span.size - out.back().begin);
  }
  return out;
}

}  // namespace

void register_secret(std::string_view value) {
  if (value.size() < shortest) return;
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  for (const auto& forms : all.values)
    if (forms.front() == value) return;
  all.values.push_back(forms_of(value, shortest));
}

std::vector<Span> secret_spans(std::string_view text) {
  std::vector<Span> spans;
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  for (const auto& forms : all.values)
    for (const auto& form : forms) find_all(text, form, spans);
  for (auto prefix : token_prefixes) find_tokens(text, prefix, spans);
  return merged(std::move(spans));
}

std::string redact(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (const auto& span : secret_spans(text)) {
    out += text.substr(done, span.begin - done);
    out += mask;
    done = span.begin + span.size;
  }
  return out += text.substr(done);
}

}  // namespace agent
