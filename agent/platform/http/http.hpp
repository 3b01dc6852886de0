// SPDX-License-Identifier: Apache-2.0
// Asks a local service.
#pragma once

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Any answer is a success, whatever its status. Errc::unavailable when none came within the timeout,
// Errc::invalid for a URL that is none. No proxy, no redirects.
[[nodiscard]] Result<HttpResponse> http_get(const HttpGet& request);

}  // namespace agent
