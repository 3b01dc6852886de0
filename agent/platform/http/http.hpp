// SPDX-License-Identifier: Apache-2.0
// HTTP requests to a local service.
#pragma once

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Any answer is a success, whatever its status. Errc::unavailable when no answer came within the timeout,
// Errc::invalid for an invalid URL. No proxy, no redirects.
[[nodiscard]] Result<HttpResponse> http_get(const HttpGet& request);

}  // namespace agent
