// SPDX-License-Identifier: Apache-2.0
// Runs a program to its end, with a deadline. Never through a shell.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Gets each line of a running program's output, without its line end. Called on the thread that runs the
// program.
using LineSink = std::function<void(std::string_view line)>;

// Runs `command` and waits for its end. At the deadline its process group is killed; the result still has the
// output until then. When the program ends, the other processes of its group are killed, so none outlives the
// call, and none can delay it by keeping the output open. `line` is called only if command.log_output is set.
// An Error means that the program could not be started; the message names the stage.
[[nodiscard]] Result<Completed> run_process(const Command& command, const LineSink& line = {});

}  // namespace agent
