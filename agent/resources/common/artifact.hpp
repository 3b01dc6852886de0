// SPDX-License-Identifier: Apache-2.0
// A program that we install is a verified artifact in /opt/NAME/VERSION. It is never changed after it was
// made. /opt/NAME/current points at the version in use. Only this class knows where a version is, how it is
// installed atomically, and how to check that it is unchanged.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "core/resource.hpp"

namespace agent {

class Artifact {
 public:
  // `links`: path of a link -> path inside the version that it points at, through /opt/NAME/current.
  using Links = std::vector<std::pair<std::string, std::string>>;
  Artifact(std::string name, std::string version, Links links);

  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] std::string directory() const;  // /opt/NAME/VERSION
  // A file that is written when the version is installed. When it is newer than a process, the process runs
  // something older.
  [[nodiscard]] std::string stamp() const;

  struct State {
    enum class Version { absent, changed, as_made } version = Version::absent;
    std::string current;             // the target of /opt/NAME/current; a text in words when it is not a link
    std::vector<std::string> links;  // the same for each of `links`, in their order
  };
  [[nodiscard]] Result<State> look(const Probe& probe) const;
  // Adds drift: "version", "current", "link PATH".
  void describe(const State& state, Observation& seen) const;
  [[nodiscard]] bool is_current(const State& state) const { return state.current == version_; }

  // Removes the drift that look() saw. `make` creates and fills the directory, with any owner. Then the
  // directory is given to root, fingerprinted and renamed into place. When the agent is killed, the next run
  // starts over, and nothing incomplete has the final name.
  using Make = std::function<Status(Host&, const std::string& directory)>;
  [[nodiscard]] Status install(Host& host, const State& state, const Make& make) const;

  // The version that /opt/NAME/current points at, complete or not; empty when it points at none.
  [[nodiscard]] Result<std::string> current(const Probe& probe) const;
  [[nodiscard]] Status make_current(Host& host, const std::string& version) const;
  // The other versions, newest first.
  [[nodiscard]] Result<std::vector<std::string>> others(const Probe& probe) const;
  [[nodiscard]] Status remove(Host& host, const std::string& version) const;

 private:
  [[nodiscard]] std::string stamp_of(const std::string& version) const;
  [[nodiscard]] std::string root() const { return "/opt/" + name_; }
  [[nodiscard]] std::string target_of(const std::string& inside) const {
    return root() + "/current/" + inside;
  }
  [[nodiscard]] Status put(Host& host, const Make& make) const;

  std::string name_;
  std::string version_;
  Links links_;
};

// Every `what` in the text becomes `with`.
void replace_all(std::string& text, std::string_view what, std::string_view with);

}  // namespace agent
