// SPDX-License-Identifier: Apache-2.0
// Law: whichever change fails, and wherever the agent dies, after the next run the machine looks exactly like
// an undisturbed one. No needed secret is lost, and none is left over.
#include <doctest/doctest.h>

#include <algorithm>

#include "laws/traces.hpp"
#include "report/text.hpp"

namespace agent {
namespace {

using When = FakeHost::When;

// The last changes before the disturbance: the disturbed change is the next one, or the last.
std::string so_far(const FakeHost& host) {
  const auto all = host.changes();
  const auto from = all.size() > 5 ? all.size() - 5 : 0;
  return laws::in_words({all.begin() + static_cast<std::ptrdiff_t>(from), all.end()});
}

const char* in_words(When when) {
  if (when == When::within) return "within";
  return when == When::before ? "before" : "after";
}

void next_run_converges(world::World& world, const std::string& disturbed) {
  world.host.revive();
  const auto report = world.enforce();
  CHECK_MESSAGE(report.exit_code() == 0, disturbed, "\n", table_for(report));
  const auto seen = world.check();
  CHECK_MESSAGE(seen.exit_code() == 0, disturbed, "\n", table_for(seen));
  const auto odd = laws::difference(laws::reference().traces, laws::traces(world.host));
  CHECK_MESSAGE(odd.empty(), disturbed, odd);
  CHECK_MESSAGE(world.host.files_with_secrets() == laws::the_only_places, disturbed,
                laws::in_words(world.host.files_with_secrets()));
  CHECK_MESSAGE(world.host.breaches().empty(), disturbed, laws::in_words(world.host.breaches()));
  CHECK(world.tailnet.daemon.trying.empty());
}

// The only moment that cannot be repaired: a one-off key is used up, and the result of the join is not on the
// disk yet.
void new_key(world::World& world, const std::vector<std::string>& changes, const std::string& disturbed) {
  const auto joined =
      std::find(changes.rbegin(), changes.rend(), std::string("run ") + world::Tailnet::program);
  CHECK_MESSAGE(joined != changes.rend(), disturbed);
  // The last sync may belong to another thread and may have ended before.
  CHECK_MESSAGE(std::count(changes.rbegin(), joined, "sync /") < 2, disturbed);
  world.tailnet.control.key_used = false;
  world.hand_over(world::all_secrets());
}

void kill_everywhere(When when, bool power_fails, void (*hinder)(world::World&),
                     void (*mend)(world::World&)) {
  for (std::size_t n = 1;; ++n) {
    world::World world;
    hinder(world);
    world.host.kill_at(n, when);
    bool died = false;
    try {
      (void)world.enforce();
    } catch (const Killed&) {
      died = true;
    }
    const auto where = fmt::format("killed {} change {}, after:\n{}", in_words(when), n, so_far(world.host));
    mend(world);
    const auto changes = world.host.changes();
    if (power_fails) world.reboot(n % 2 == 0 ? Lost::gone : Lost::emptied);
    if (power_fails && world.tailnet.daemon.dns_name.empty() && world.tailnet.control.key_used)
      new_key(world, changes, where);
    next_run_converges(world, where);
    if (!died) return;
  }
}

void nothing(world::World&) {}

}  // namespace

TEST_CASE("law: any single change may fail: the run says so, and the next one converges") {
  for (std::size_t n = 1; n <= laws::reference().changes; ++n) {
    world::World world;
    world.host.fail_at(n);
    const auto report = world.enforce();
    const auto where = fmt::format("failed at change {}", n);
    CHECK_MESSAGE(report.exit_code() == 1, where, "\n", so_far(world.host));
    const auto made = [](const ResourceReport& r) {
      return r.reason.find("made to fail by the test") != std::string::npos;
    };
    CHECK_MESSAGE(std::any_of(report.resources.begin(), report.resources.end(), made), where, "\n",
                  table_for(report));
    next_run_converges(world, where);
  }
}

TEST_CASE("law: killed before any change, the next run converges") {
  kill_everywhere(When::before, false, nothing, nothing);
}
TEST_CASE("law: killed within any change, the next run converges") {
  kill_everywhere(When::within, false, nothing, nothing);
}
TEST_CASE("law: killed after any change, the next run converges") {
  kill_everywhere(When::after, false, nothing, nothing);
}
TEST_CASE("law: power cut after any change, the run after the boot converges") {
  kill_everywhere(When::after, true, nothing, nothing);
}

TEST_CASE(
    "law: killed anywhere while the control server is silent, nothing is lost that the next run needs") {
  const auto silent = [](world::World& world) { world.tailnet.control.silent = true; };
  const auto answers = [](world::World& world) { world.tailnet.control.silent = false; };
  kill_everywhere(When::after, false, silent, answers);
  kill_everywhere(When::within, false, silent, answers);
}

}  // namespace agent
