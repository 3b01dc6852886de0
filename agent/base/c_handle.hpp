// SPDX-License-Identifier: Apache-2.0
// Owns an object of a C library, and releases it with the library's own function.
#pragma once

#include <memory>

namespace agent {

template <auto Release>
struct CRelease {
  template <class T>
  void operator()(T* object) const noexcept {
    static_cast<void>(Release(object));
  }
};

// CHandle<CURL, curl_easy_cleanup> handle(curl_easy_init());
template <class T, auto Release>
using CHandle = std::unique_ptr<T, CRelease<Release>>;

}  // namespace agent
