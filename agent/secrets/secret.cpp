// SPDX-License-Identifier: Apache-2.0
#include "secrets/secret.hpp"

#include <cstring>
#include <utility>

#include "secrets/redact.hpp"

namespace agent {

void wipe(std::string& text) noexcept {
  explicit_bzero(text.data(), text.capacity());
  text.clear();
}

Secret::Secret(std::string&& value) {
  // Assigned, not moved: the bytes of a short string would stay in the source's buffer.
  value_.reserve(value.size() + 1);
  value_.assign(value);
  wipe(value);
  register_secret(value_);
}

Secret::Secret(Secret&& other) noexcept { *this = std::move(other); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(value_);
    value_.assign(other.value_);
    wipe(other.value_);
  }
  return *this;
}

Secret::~Secret() { wipe(value_); }

}  // namespace agent
