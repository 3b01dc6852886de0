// SPDX-License-Identifier: Apache-2.0
// How a file that root is given gets in: a profile or secrets only from where nobody but root could have put
// or changed them.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace agent {

enum class InputKind {
  profile,      // others may read it
  secrets,      // nobody but its owner may
  signed_file,  // anybody's, in anybody's directory: its signature decides
};

// Far more than any profile has: what is bigger is refused before it is read.
constexpr std::size_t largest_input = std::size_t{1} << 20U;
// And far more than a release binary has.
constexpr std::size_t largest_signed_input = std::size_t{16} << 20U;

// The path, from the working directory when it does not begin with '/'.
Result<std::string> absolute_path(const std::string& path);

// The contents of the file. It must be a regular file that only root (or whoever runs the agent) can change:
// its own, not writable by others, and so must be every directory above it. A sticky one that is open to
// everyone, like /tmp, may stand further up, but must not hold the file itself. A signed file may be
// anyone's, anywhere. No symbolic link is followed, in no part of the path: what was checked is what is read.
// Never blocks: a FIFO or a device is refused. Errors: not_found, refused (with what to do), failed.
Result<std::string> read_input_file(const std::string& path, InputKind kind);

// All of standard input, for `-`: up to `limit` bytes; more is refused.
Result<std::string> read_stdin(std::size_t limit = largest_input);

}  // namespace agent
