// SPDX-License-Identifier: Apache-2.0
// apt-get(8), and what its words mean. It asks nothing, restarts nothing and removes nothing.
#pragma once

#include <string>
#include <vector>

#include "ports/host.hpp"

namespace agent {

class Apt {
 public:
  // `timeout`: of one call of apt.
  Apt(Host& host, Milliseconds timeout) : host_(host), timeout_(timeout) {}

  struct Ended {
    enum class How {
      installed,
      busy,          // another package manager holds one of the locks: of dpkg, the lists or the archives
      unreachable,   // the mirror, or the DNS, is away
      would_remove,  // other packages would go
      failed,
    } how = How::failed;
    std::string why;  // one line, in apt's own words; empty when it is installed
  };

  // Tries once to install these packages. It fetches the lists where there are none, or where those that are
  // there do not help; it completes a dpkg that was killed. An Error: apt could not be run.
  [[nodiscard]] Result<Ended> install(const std::vector<std::string>& names) const;

 private:
  [[nodiscard]] Result<Completed> run(const Command& command) const { return host_.run(command); }
  [[nodiscard]] Command command(std::vector<std::string> argv) const;
  [[nodiscard]] Command install_command(const std::vector<std::string>& names) const;
  // What could not be fetched or made of the lists; nothing when all of it came.
  [[nodiscard]] Result<Ended> update_lists() const;

  Host& host_;
  Milliseconds timeout_;
};

}  // namespace agent
