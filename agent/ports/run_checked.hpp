// SPDX-License-Identifier: Apache-2.0
// Programs that must succeed, and what to say of one that did not.
#pragma once

#include "ports/host.hpp"

namespace agent {

// What a program that did not succeed has to say, in one redacted line: its lines on stderr, else those on
// stdout, else how it ended.
[[nodiscard]] std::string failure_text(const Command& command, const Completed& completed);

// Runs a program that must succeed. Otherwise "PROGRAM VERB: failure_text()": Errc::timed_out past its
// deadline, else Errc::failed.
[[nodiscard]] Result<Completed> run_checked(Host& host, const Command& command);

// The same for a query.
[[nodiscard]] Result<Completed> query_checked(const Probe& probe, const Query& query);

}  // namespace agent
