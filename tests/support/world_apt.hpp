// SPDX-License-Identifier: Apache-2.0
// dpkg and apt: what is installed, who holds the locks, and apt's messages when something fails.
#pragma once

#include <set>
#include <string>

#include "support/fake_host.hpp"

namespace agent::world {

struct Apt {
  std::set<std::string> installed;
  TimePoint dpkg_locked_until{};      // another package manager works until then
  TimePoint lists_locked_until{};     // another `apt-get update` goes on until then
  TimePoint archives_locked_until{};  // another one downloads until then
  bool interrupted = false;           // dpkg was killed in the middle
  bool corrupt_lists = false;         // in pieces; update goes on only without them
  std::string corrupt_says = "Problem with MergeList /var/lib/apt/lists/deb.test_main_Packages";
  bool empty_lists = false;          // there by name, without content; update keeps them
  bool stale_lists = false;          // the lists name versions that the mirror no longer has
  TimePoint unreachable_until{};     // the mirror's name does not resolve until then
  bool other_suite_is_gone = false;  // a repository that nothing is needed from answers 404
  std::string would_remove;          // what an install would take away

  void attach(FakeHost& host);

 private:
  Completed update(FakeHost& host, const Command& command);
  Completed install(FakeHost& host, const Command& command);
};

}  // namespace agent::world
