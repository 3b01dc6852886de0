// SPDX-License-Identifier: Apache-2.0
// The engine, with resources that do what a test says.
#include "core/engine/engine.hpp"

#include <doctest/doctest.h>

#include <future>
#include <latch>

#include "secrets/redact.hpp"
#include "support/fake_host.hpp"
#include "support/forked.hpp"

namespace agent {
namespace {

Resource::Spec named(std::string name, std::vector<std::string> needs = {},
                     std::vector<std::string> tokens = {}, bool last = false) {
  return {std::move(name), std::move(needs), std::move(tokens), last};
}

struct Script {
  std::function<Result<Observation>(int)> sees = [](int) {
    return Observation();
  };  // the number of the look, from 1
  std::function<Status(Host&)> does = [](Host&) { return Status(); };
};

// The engine sees only the words of a look.
struct ScriptedState {
  Observation words;
};

class Scripted : public ResourceOf<ScriptedState> {
 public:
  Scripted(Spec spec, Script script) : ResourceOf(std::move(spec)), script_(std::move(script)) {}
  Result<ScriptedState> look(const Probe&) const override {
    AGENT_TRY_ASSIGN(auto words, script_.sees(++looks_));
    return ScriptedState{std::move(words)};
  }
  Observation describe(const ScriptedState& state) const override { return state.words; }
  Status apply(Host& host, const ScriptedState&) override { return script_.does(host); }

 private:
  Script script_;
  mutable int looks_ = 0;
};

Observation adrift(const std::string& observed = "no", const std::string& desired = "yes") {
  Observation seen;
  seen.drift("field", observed, desired);
  return seen;
}

// Has drift until its n-th look.
std::function<Result<Observation>(int)> good_from_look(int n) {
  return [n](int look) { return look < n ? adrift() : Observation(); };
}

// One change that has this name.
std::function<Status(Host&)> makes(const std::string& directory) {
  return [directory](Host& host) { return host.make_directory(directory, {0755}); };
}

class Stage {
 public:
  FakeHost host;
  Ledger ledger;
  std::vector<std::string> lines;

  void add(Resource::Spec spec, Script script) {
    resources_.push_back(std::make_unique<Scripted>(std::move(spec), std::move(script)));
  }
  Report enforce() {
    return agent::enforce(plan(), host, ledger, [this](const ResourceReport& r) { note(r); });
  }
  Report check() {
    return agent::check(plan(), host, ledger, [this](const ResourceReport& r) { note(r); });
  }

 private:
  const Plan& plan() { return plan_.emplace(Plan::make(std::move(resources_)).value()); }
  void note(const ResourceReport& r) { lines.push_back(fmt::format("{} {}", r.name, to_string(r.outcome))); }
  std::vector<std::unique_ptr<Resource>> resources_;
  std::optional<Plan> plan_;
};

Outcome outcome_of(Script script) {
  Stage stage;
  stage.add(named("it"), std::move(script));
  return stage.enforce().resources.front().outcome;
}

Report enforced(Script script) {
  Stage stage;
  stage.add(named("it"), std::move(script));
  return stage.enforce();
}

}  // namespace

TEST_CASE("engine: what is in sync is not applied") {
  Script script;
  script.does = [](Host&) -> Status { return fail(Errc::failed, "applied"); };
  CHECK(outcome_of(script) == Outcome::in_sync);
}

TEST_CASE("engine: applied and then seen as desired is converged, with the drift that was first seen") {
  const auto report = enforced({good_from_look(2)});
  CHECK(report.resources[0].outcome == Outcome::converged);
  REQUIRE(report.resources[0].drifts.size() == 1);
  CHECK(report.resources[0].drifts[0].field == "field");
  CHECK(report.exit_code() == 0);
}

TEST_CASE("engine: after apply, successful or not, everything is synced before the next resource uses it") {
  Stage stage;
  stage.add(named("first"), {good_from_look(2), makes("/first")});
  stage.add(named("second", {"first"}), {good_from_look(2), makes("/second")});
  stage.add(named("half", {"second"}), {good_from_look(2), [](Host& host) -> Status {
                                          AGENT_TRY(host.make_directory("/half", {0755}));
                                          return fail(Errc::failed, "the rest");
                                        }});
  stage.add(named("as it should be"), {});
  stage.enforce();
  CHECK(stage.host.changes() == std::vector<std::string>{"make_directory /first", "sync /",
                                                         "make_directory /second", "sync /",
                                                         "make_directory /half", "sync /"});
}

TEST_CASE("engine: what may be lost in a power cut is not converged") {
  Stage stage;
  stage.add(named("it"), {good_from_look(2), makes("/it")});
  stage.host.fail_at(2);
  const auto report = stage.enforce();
  CHECK(report.resources[0].outcome == Outcome::failed);
  CHECK(report.resources[0].reason.find("sync") != std::string::npos);
}

TEST_CASE("engine: resources marked last get time, even after the run's deadline") {
  Stage stage;
  std::map<std::string, Milliseconds> left;
  const auto tells = [&](const std::string& name) {
    return Script{good_from_look(2), [&left, name](Host& host) -> Status {
                    left[name] = std::chrono::duration_cast<Milliseconds>(host.deadline() - host.now());
                    return {};
                  }};
  };
  stage.host.set_deadline(stage.host.now());
  stage.add(named("work"), tells("work"));
  stage.add(named("seal", {}, {}, true), tells("seal"));
  stage.enforce();
  CHECK(left == std::map<std::string, Milliseconds>{{"work", {}}, {"seal", last_resource_time}});
}

TEST_CASE("engine: still drifted after it was applied is failed, and says what") {
  const auto report = enforced({good_from_look(99)});
  CHECK(report.resources[0].outcome == Outcome::failed);
  CHECK(report.resources[0].reason == "still drifted after it was applied: field is no, should be yes");
  CHECK(report.exit_code() == 1);
}

TEST_CASE("engine: errors of looking, of applying and of looking again each fail it, with their own words") {
  const auto unseen =
      enforced({[](int) -> Result<Observation> { return fail(Errc::failed, "cannot look"); }});
  CHECK(unseen.resources[0].outcome == Outcome::failed);
  CHECK(unseen.resources[0].reason == "cannot look");

  const auto unapplied =
      enforced({good_from_look(2), [](Host&) -> Status { return fail(Errc::refused, "cannot apply"); }});
  CHECK(unapplied.resources[0].outcome == Outcome::failed);
  CHECK(unapplied.resources[0].reason == "cannot apply");

  const auto unseen_after = enforced({[](int look) -> Result<Observation> {
    if (look == 1) return adrift();
    return fail(Errc::failed, "gone");
  }});
  CHECK(unseen_after.resources[0].outcome == Outcome::failed);
  CHECK(unseen_after.resources[0].reason == "applied, but could not be checked: gone");
}

TEST_CASE("engine: what cannot be looked at yet is blocked, on what it says") {
  const auto report =
      enforced({[](int) -> Result<Observation> { return fail(Errc::blocked, "other: not there"); }});
  CHECK(report.resources[0].outcome == Outcome::blocked);
  CHECK(report.resources[0].reason == "other: not there");
  CHECK(report.exit_code() == 1);
}

TEST_CASE("engine: a failure blocks what needs it, and what needs that, but not the others") {
  Stage stage;
  stage.add(named("a"), {[](int) -> Result<Observation> { return fail(Errc::failed, "no"); }});
  stage.add(named("b", {"a"}), {});
  stage.add(named("c", {"b"}), {});
  stage.add(named("d"), {good_from_look(2)});
  const auto report = stage.enforce();
  CHECK(report.resources[0].outcome == Outcome::failed);
  CHECK(report.resources[1].outcome == Outcome::blocked);
  CHECK(report.resources[1].reason == "needs a, which failed");
  CHECK(report.resources[2].outcome == Outcome::blocked);
  CHECK(report.resources[2].reason == "needs b, which is blocked");
  CHECK(report.resources[3].outcome == Outcome::converged);
}

TEST_CASE("engine: the last one runs after all others, also when they failed, and knows which are settled") {
  Stage stage;
  std::vector<std::string> order;
  stage.add(named("seal", {}, {}, true), {[&](int) {
              order.emplace_back("seal");
              CHECK(stage.ledger.settled("good"));
              CHECK_FALSE(stage.ledger.settled("bad"));
              return Observation();
            }});
  stage.add(named("bad"), {[](int) -> Result<Observation> { return fail(Errc::failed, "no"); }});
  stage.add(named("good", {}, {}), {[&](int) {
              order.emplace_back("good");
              return Observation();
            }});
  const auto report = stage.enforce();
  CHECK(order == std::vector<std::string>{"good", "seal"});
  CHECK(report.resources.back().name == "seal");
  CHECK(report.resources.back().outcome == Outcome::in_sync);
}

TEST_CASE("engine: of two resources marked last, one that needs the other waits for its end, good or bad") {
  Stage stage;
  std::vector<std::string> order;
  stage.add(named("seal", {"update"}, {}, true), {[&](int) {
              order.emplace_back("seal");
              return Observation();
            }});
  stage.add(named("update", {}, {}, true), {[&](int) -> Result<Observation> {
              std::this_thread::sleep_for(
                  std::chrono::milliseconds(50));  // enough time for the seal to overtake it
              order.emplace_back("update");
              return fail(Errc::failed, "no");
            }});
  const auto report = stage.enforce();
  CHECK(order == std::vector<std::string>{"update", "seal"});
  CHECK(report.resources.back().outcome == Outcome::in_sync);
}

TEST_CASE("engine: independent resources run side by side") {
  Stage stage;
  std::latch both(2);
  const auto meets_the_other = [&](int) -> Result<Observation> {
    both.count_down();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!both.try_wait()) {
      if (std::chrono::steady_clock::now() > deadline) return fail(Errc::timed_out, "alone");
      std::this_thread::yield();
    }
    return Observation();
  };
  stage.add(named("a"), {meets_the_other});
  stage.add(named("b"), {meets_the_other});
  CHECK(stage.enforce().exit_code() == 0);
}

TEST_CASE("engine: those that share a token run one at a time") {
  Stage stage;
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  const auto busy = [&](int) {
    most = std::max(most.load(), ++inside);
    for (int i = 0; i < 200; ++i) std::this_thread::yield();
    --inside;
    return Observation();
  };
  for (int i = 0; i < 8; ++i) stage.add(named(fmt::format("r{}", i), {}, {"dpkg"}), {busy});
  CHECK(stage.enforce().exit_code() == 0);
  CHECK(most == 1);
}

TEST_CASE("engine: needs are over before what needs them begins") {
  Stage stage;
  std::atomic<bool> applied{false};
  stage.add(named("late", {"early"}), {[&](int) -> Result<Observation> {
              if (!applied) return fail(Errc::failed, "too early");
              return Observation();
            }});
  stage.add(named("early"), {good_from_look(2), [&](Host&) -> Status {
                               for (int i = 0; i < 200; ++i) std::this_thread::yield();
                               applied = true;
                               return {};
                             }});
  CHECK(stage.enforce().exit_code() == 0);
}

TEST_CASE("engine: an exception fails its resource; the others and the last go on, then it is thrown") {
  Stage stage;
  std::atomic<bool> sealed{false};
  stage.add(named("bug"), {[](int) -> Result<Observation> { throw std::runtime_error("bug"); }});
  stage.add(named("other"), {good_from_look(2)});
  stage.add(named("seal", {}, {}, true), {[&](int) {
              sealed = true;
              return Observation();
            }});
  CHECK_THROWS_WITH_AS((void)stage.enforce(), "bug", std::runtime_error);
  CHECK(sealed);
  CHECK(stage.ledger.settled("other"));
  CHECK_FALSE(stage.ledger.settled("bug"));
  CHECK(std::find(stage.lines.begin(), stage.lines.end(), "bug failed") != stage.lines.end());
}

TEST_CASE("engine: when no thread can be started, the work is done without threads, up to the last") {
  CHECK(in_child([] {
          if (!without_threads()) return std::string("there are threads");
          Stage stage;
          stage.add(named("seal", {}, {}, true), {});
          stage.add(named("a", {}, {"dpkg"}), {good_from_look(2)});
          stage.add(named("b", {"a"}, {"dpkg"}),
                    {[](int) -> Result<Observation> { return fail(Errc::failed, "no"); }});
          (void)stage.enforce();
          return fmt::format("{}", fmt::join(stage.lines, ", "));
        }) == "a pending, a converged, b pending, b failed, seal pending, seal in sync");
}

TEST_CASE("engine: a check looks at everything, applies nothing, and counts drift as exit 2") {
  Stage stage;
  bool applied = false;
  stage.add(named("a"), {[](int) -> Result<Observation> { return fail(Errc::failed, "no"); }});
  stage.add(named("b", {"a"}), {good_from_look(2), [&](Host&) -> Status {
                                  applied = true;
                                  return {};
                                }});
  const auto report = stage.check();
  CHECK(report.resources[1].outcome == Outcome::drifted);
  CHECK(report.resources[1].drifts.size() == 1);
  CHECK_FALSE(applied);
  CHECK(report.mode == Mode::check);
  CHECK(report.exit_code() == 2);
}

TEST_CASE("engine: the watcher is told when each resource begins and ends") {
  Stage stage;
  stage.add(named("a"), {good_from_look(2)});
  stage.add(named("b", {"a"}), {[](int) -> Result<Observation> { return fail(Errc::failed, "no"); }});
  stage.add(named("c", {"b"}), {});
  (void)stage.enforce();
  CHECK(stage.lines ==
        std::vector<std::string>{"a pending", "a converged", "b pending", "b failed", "c blocked"});
}

TEST_CASE("engine: a report contains no registered secret, wherever it was quoted") {
  const std::string secret = "engine-test-secret-value";
  register_secret(secret);
  const auto seen = [&](int look) {
    auto out = look == 1 ? adrift("is " + secret, "not " + secret) : Observation();
    out.note("note " + secret);
    out.fact("fact", secret);
    return out;
  };
  const auto report = enforced({seen});
  const auto& resource = report.resources[0];
  CHECK(resource.drifts[0].observed == "is [redacted]");
  CHECK(resource.drifts[0].desired == "not [redacted]");
  CHECK(resource.notes[0] == "note [redacted]");
  CHECK(resource.facts.at("fact") == "[redacted]");
  const auto failed =
      enforced({[&](int) -> Result<Observation> { return fail(Errc::failed, "it said {}", secret); }});
  CHECK(failed.resources[0].reason == "it said [redacted]");
}

}  // namespace agent
