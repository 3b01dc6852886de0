// SPDX-License-Identifier: Apache-2.0
// A Place is a Path in the form that system calls need: its open directory and its last component. All code
// that touches a single file goes through here, so the rule for homes (types.hpp, Path) is in one function.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "platform/posix/act_as.hpp"
#include "ports/types.hpp"

namespace agent {

class Place {
 public:
  // Errc::not_found when the directory is absent. Errc::refused when a path in a home contains a symlink; the
  // message names it. While the object lives, the calling thread acts as the home's user, so it must stay on
  // its thread.
  [[nodiscard]] static Result<Place> open(const Path& path);

  [[nodiscard]] int directory() const { return directory_.get(); }
  [[nodiscard]] const char* name() const { return name_.c_str(); }
  [[nodiscard]] bool in_home() const { return acting_.has_value(); }
  // For messages: the path, and the user who accessed it.
  [[nodiscard]] const std::string& shown() const { return shown_; }

  // The error of a call on this place that failed with `error`.
  [[nodiscard]] tl::unexpected<Error> failed(std::string_view verb, int error) const;
  // Errc::refused: a home's path that ends in a symlink.
  [[nodiscard]] tl::unexpected<Error> link_in_the_way(std::string_view verb) const;
  // fsync(2) of the directory, so that a new name in it survives a crash.
  [[nodiscard]] Status sync() const;
  // The temporary name of a replacement. It is always the same for the same path, so that the next run
  // removes what a killed run left behind.
  [[nodiscard]] std::string temporary_name() const { return "." + name_ + ".bootstrap-agent-new"; }

 private:
  Place() = default;
  std::optional<ActAs> acting_;
  UniqueFd directory_;
  std::string name_;
  std::string shown_;
};

}  // namespace agent
