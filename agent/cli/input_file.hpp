// SPDX-License-Identifier: Apache-2.0
// Reads a file whose path root was given. A profile or secrets are read only from a place where nobody but
// root can have put or changed them.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace agent {

enum class InputKind {
  profile,      // others may read it
  secrets,      // nobody but its owner may
  signed_file,  // of any owner, in any directory: its signature decides
};

// Far more than any profile needs. A bigger file is refused before it is read.
constexpr std::size_t largest_input = std::size_t{1} << 20U;
// Far more than a release binary needs.
constexpr std::size_t largest_signed_input = std::size_t{16} << 20U;

// The absolute path. A path that does not begin with '/' is taken from the working directory.
Result<std::string> absolute_path(const std::string& path);

// The contents of the file. It must be a regular file that only root (or the user who runs the agent) can
// change: that user owns it, and others cannot write to it. The same holds for every directory above it. A
// sticky directory that everyone can write to, like /tmp, may be part of the path, but must not contain the
// file itself. A signed file may have any owner and be anywhere. No symbolic link is followed in any part of
// the path: what was checked is what is read. Never blocks: a FIFO or a device is refused. Errors: not_found,
// refused (the message says what to do), failed.
Result<std::string> read_input_file(const std::string& path, InputKind kind);

// All of standard input, for `-`. More than `limit` bytes are refused.
Result<std::string> read_stdin(std::size_t limit = largest_input);

}  // namespace agent
