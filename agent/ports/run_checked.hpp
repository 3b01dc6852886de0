// SPDX-License-Identifier: Apache-2.0
// Runs programs that must succeed, and describes failures.
#pragma once

#include "ports/host.hpp"

namespace agent {

// Why a program failed, in one redacted line: its stderr, else its stdout, else how it ended.
[[nodiscard]] std::string failure_text(const Command& command, const Completed& completed);

// Runs a program that must succeed. The error is "PROGRAM VERB: failure_text()": Errc::timed_out after its
// deadline, else Errc::failed.
[[nodiscard]] Result<Completed> run_checked(Host& host, const Command& command);

// The same for a query.
[[nodiscard]] Result<Completed> query_checked(const Probe& probe, const Query& query);

}  // namespace agent
