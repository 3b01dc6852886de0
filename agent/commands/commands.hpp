// SPDX-License-Identifier: Apache-2.0
// What each option of the command line does. Each returns the process's exit code and prints its own output.
#pragma once

#include "cli/options.hpp"

namespace agent {

// --first-boot, --reconcile: checks the input, installs it, starts the worker as a transient unit and follows
// it.
int enforce_command(const Options& options);
// --worker: the run itself, in the transient unit.
int worker_command(const Options& options);
// Runs only the seal, in this process. For a first boot that cannot start its run. Errors are printed.
void seal_alone(const Options& options);
// --boot: runs at every boot. Resumes a first boot or an update that did not finish, and seals again, because
// cloud-init writes user-data at every boot.
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
