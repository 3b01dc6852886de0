// SPDX-License-Identifier: Apache-2.0
// A private message bus. While it exists, the agent uses it as the system bus.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "adapters/child.hpp"
#include "adapters/scratch.hpp"

namespace agent::test {

class PrivateBus {
 public:
  PrivateBus()
      : config_(write_config()),
        daemon_({"dbus-daemon", "--nofork", "--print-address", "--config-file=" + config_}) {
    address_ = "unix:" + daemon_.after("unix:");
    REQUIRE_MESSAGE(address_ != "unix:", daemon_.printed());
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address_.c_str(), 1);
  }
  ~PrivateBus() { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  std::string write_config() const {
    scratch_.write(
        "bus.conf",
        "<busconfig><type>system</type><listen>unix:path=" + scratch_.path("bus") +
            "</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
            "<allow send_destination=\"*\" eavesdrop=\"false\"/><allow "
            "receive_sender=\"*\"/></policy></busconfig>");
    return scratch_.path("bus.conf");
  }

  Scratch scratch_;
  std::string config_;
  Child daemon_;
  std::string address_;
};

}  // namespace agent::test
