// SPDX-License-Identifier: Apache-2.0
// Runs a program to its end, under a deadline. No shell, ever.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Takes each line of a running program's output, without its end. Called on the thread that runs the program.
using LineSink = std::function<void(std::string_view line)>;

// Runs `command` and waits for its end. At the deadline its process group is killed, and what it printed
// until then is still in the result. What it leaves running in its group is killed when it ends, so nothing
// outlives the call and nothing that holds the output open can delay it. `line` is called only if
// command.log_output. An Error means that it could not be started, and at which stage.
[[nodiscard]] Result<Completed> run_process(const Command& command, const LineSink& line = {});

}  // namespace agent
