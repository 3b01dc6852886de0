// ufw(8), as every user of it here runs it.
#pragma once

#include <string>
#include <vector>

#include "ports/host.hpp"

namespace agent {

// An exit code other than 0 is an Error with what it said.
[[nodiscard]] Status run_ufw(Host& host, const std::vector<std::string>& arguments);

}  // namespace agent
