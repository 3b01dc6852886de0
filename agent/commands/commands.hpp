// SPDX-License-Identifier: Apache-2.0
// What each option of the command line does. Each returns the process's exit code and prints its own output.
#pragma once

#include "cli/options.hpp"

namespace agent {

// --first-boot, --reconcile: checks the input, puts it in place, starts the worker as a transient unit and
// follows it.
int enforce_command(const Options& options);
// --worker: the run itself, in its unit.
int worker_command(const Options& options);
// The seal alone, by this process: for a first boot that cannot start its run. What goes wrong is printed.
void seal_alone(const Options& options);
// --boot: at every boot. Resumes a first boot or an update that did not end, and seals again what cloud-init
// writes anew.
int boot_command(const Options& options);
// --revert: puts the firewall back as it was before a change that nobody confirmed.
int revert_command(const Options& options);
// --verify, --plan.
int check_command(const Options& options);
// --status [--wait].
int status_command(const Options& options);
// --render-user-data: prints a new server's user-data. For any user, on any machine.
int render_command(const Options& options);
// --install: replaces the agent by a signed binary.
int install_command(const Options& options);

// The id of the key whose binaries --install takes; empty when this build has none.
std::string built_in_key_id();
// --version.
int version_command(const Options& options);

// Prints an error to stderr, redacted, and returns the exit code that fits it.
int complain(const Error& error, int exit_code);

// 0, or prints that root is needed and returns exit_usage.
int require_root();

}  // namespace agent
