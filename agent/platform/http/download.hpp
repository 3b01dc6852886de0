// SPDX-License-Identifier: Apache-2.0
// One attempt to download a file, or the remaining part of it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "platform/fs/partial_file.hpp"
#include "ports/types.hpp"

namespace agent {

struct Attempt {
  Status result;
  bool again = false;    // it failed, but another attempt may not
  bool resumed = false;  // the server continued where an earlier attempt ended
};

struct Download {
  const Fetch& fetch;
  const std::string& ca_bundle;
  const Deadline& deadline;
  std::string name;  // the last part of the URL
  const std::function<void(std::string_view)>& progress;
};

// Requests the part that `file` lacks and appends it. Starts over when the server sends the whole file.
[[nodiscard]] Attempt attempt_download(const Download& download, PartialFile& file);

}  // namespace agent
