// SPDX-License-Identifier: Apache-2.0
// A report as JSON and as a table.
#include <doctest/doctest.h>

#include <limits>

#include "commands/run/tell_owner.hpp"
#include "report/json.hpp"
#include "report/text.hpp"

namespace agent {
namespace {

using json = nlohmann::ordered_json;

const RunInfo run{"verify", "2026-11-01T00:00:00Z", "0.1.0", "abc1234"};

ResourceReport resource(const std::string& name, Outcome outcome) {
  ResourceReport out;
  out.name = name;
  out.outcome = outcome;
  out.started = Milliseconds(1500);
  out.duration = Milliseconds(12'300);
  return out;
}

Report full_report() {
  Report report;
  report.mode = Mode::enforce;
  report.duration = Milliseconds(64'000);
  report.changes = 42;
  for (const auto outcome : {Outcome::in_sync, Outcome::converged, Outcome::drifted, Outcome::blocked,
                             Outcome::failed, Outcome::pending})
    report.resources.push_back(resource("r" + std::to_string(report.resources.size()), outcome));
  auto& failed = report.resources[4];
  failed.needs = {"r0", "r1"};
  failed.reason = "it \"failed\"\tbadly";
  failed.drifts = {{"field", "is", "should"}, {"", "", ""}};
  failed.notes = {"a note", "ünïcode"};
  failed.facts = {{"url", "https://x/"}};
  return report;
}

std::string refusal(const json& in) {
  const auto report = report_from_json(in);
  return report ? "accepted" : report.error().message;
}

}  // namespace

TEST_CASE("report json: what is written is read back the same") {
  const auto report = full_report();
  const auto written = to_json(report, run);
  const auto read = report_from_json(json::parse(written.dump()));
  REQUIRE(read);
  CHECK(to_json(*read, run) == written);
  CHECK(read->resources[4].reason == report.resources[4].reason);
  CHECK(read->resources[4].facts == report.resources[4].facts);
  CHECK(read->resources[5].outcome == Outcome::pending);
}

TEST_CASE("report text: a name or a program's output cannot send control characters to the terminal") {
  auto report = full_report();
  report.resources[4].reason =
      "\x1b]0;title\x07 and \xc2\x9b"
      "2J, \x7f\r, but \tünï";
  report.resources[4].drifts = {{"copy /tmp/\x1b[2J", "is", "should"}};
  for (const auto& text : {line_for(report.resources[4]), table_for(report), plan_for(report)}) {
    CAPTURE(text);
    CHECK(text.find_first_of("\x1b\x07\x7f\r") == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find("but \tünï") != std::string::npos);
  }
  CHECK(table_for(report).find("copy /tmp/?[2J: is is, should be should") != std::string::npos);
}

TEST_CASE("report json: its head") {
  const auto written = to_json(full_report(), run);
  CHECK(written.at("schema") == 1);
  CHECK(written.at("agent") == json{{"version", "0.1.0"}, {"commit", "abc1234"}});
  CHECK(written.at("command") == "verify");
  CHECK(written.at("mode") == "enforce");
  CHECK(written.at("started_at") == "2026-11-01T00:00:00Z");
  CHECK(written.at("duration_ms") == 64'000);
  CHECK(written.at("exit_code") == 1);
  CHECK(written.at("changes") == 42);
  CHECK(written.at("facts") == json{{"url", "https://x/"}});
  CHECK_FALSE(written.at("resources").at(0).contains("reason"));
}

TEST_CASE("report json: bytes that are not UTF-8 don't break it") {
  auto report = full_report();
  report.resources[4].reason = "bad \xff byte";
  report.resources[4].drifts = {{"f", "\xc3", "ok"}};
  const auto text = to_json(report, run).dump();
  CHECK(json::parse(text).at("resources").at(4).at("reason") == "bad \xEF\xBF\xBD byte");
}

TEST_CASE("report json: something else is refused, not guessed at") {
  CHECK(refusal(json::parse("[]", nullptr, false)).starts_with("not a report: "));
  CHECK(refusal(json::parse("not json", nullptr, false)).starts_with("not a report: "));
  CHECK(refusal(json::object()).starts_with("not a report: "));
  auto written = to_json(full_report(), run);
  written["schema"] = 2;
  CHECK(refusal(written) == "a report of schema 2, not 1");
  written["schema"] = 1;
  written["resources"][0].erase("name");
  CHECK(refusal(written).starts_with("not a resource of a report: "));
  written = to_json(full_report(), run);
  written["resources"][0]["duration_ms"] = "long";
  CHECK(refusal(written).starts_with("not a resource of a report: "));
}

TEST_CASE("report json: impossible times cause no overflow") {
  auto in = to_json(full_report(), run);
  for (const json& number :
       {json(1e300), json(-1e300), json(std::numeric_limits<std::int64_t>::max()), json(-1)}) {
    in["duration_ms"] = in["changes"] = number;
    in["resources"][0]["started_ms"] = in["resources"][0]["duration_ms"] = number;
    const auto back = report_from_json(in);
    REQUIRE(back);
    CHECK_FALSE(table_for(*back).empty());
    CHECK((line_for(back->resources[0]).find("-") == std::string::npos));
  }
}

TEST_CASE("report: exit codes") {
  Report report;
  const auto code = [&](Mode mode, Outcome outcome) {
    report.mode = mode;
    report.resources = {resource("a", Outcome::in_sync), resource("b", outcome)};
    return report.exit_code();
  };
  CHECK(code(Mode::enforce, Outcome::in_sync) == 0);
  CHECK(code(Mode::enforce, Outcome::converged) == 0);
  for (const auto bad : {Outcome::failed, Outcome::blocked, Outcome::drifted, Outcome::pending}) {
    CHECK(code(Mode::enforce, bad) == 1);
    CHECK(code(Mode::check, bad) == 2);
  }
  CHECK(code(Mode::check, Outcome::in_sync) == 0);
}

TEST_CASE("report text: a line as a resource begins and ends") {
  auto one = resource("tailscale/login", Outcome::pending);
  CHECK(line_for(one) == "    1.5 s  tailscale/login …");
  one.outcome = Outcome::converged;
  CHECK(line_for(one) == "   13.8 s  tailscale/login: converged in 12.3 s");
  one.outcome = Outcome::blocked;
  one.duration = Milliseconds(0);
  one.reason = "needs a, which failed";
  CHECK(line_for(one) == "    1.5 s  tailscale/login: blocked: needs a, which failed");
}

TEST_CASE("report text: the table says what is wrong and what would be right, and hides what is well") {
  auto report = full_report();
  report.resources.pop_back();
  report.resources[1].drifts = {{"hidden", "x", "y"}};  // it converged
  CHECK(table_for(report) ==
        "  r0  in sync      12.3 s\n"
        "  r1  converged    12.3 s\n"
        "  r2  drifted      12.3 s\n"
        "  r3  blocked      12.3 s\n"
        "  r4  failed       12.3 s\n"
        "      it \"failed\"\tbadly\n"
        "      field: is is, should be should\n"
        "      : is , should be \n"
        "      note: a note\n"
        "      note: ünïcode\n"
        "2 of 5 resources as desired, 1 converged, 1 drifted, 1 blocked, 1 failed; 42 changes; 64.0 s\n");
}

TEST_CASE("report text: a good run ends with the gateway's address") {
  Report report;
  report.mode = Mode::check;
  report.duration = Milliseconds(800);
  report.resources = {resource("tailscale/serve", Outcome::in_sync)};
  report.resources[0].facts = {{"url", "https://openclaw.tail1234.ts.net/"}};
  CHECK(table_for(report) ==
        "  tailscale/serve  in sync      12.3 s\n1 of 1 resources as desired; 0.8 s\ngateway: "
        "https://openclaw.tail1234.ts.net/\n");
  report.resources[0].outcome = Outcome::drifted;
  CHECK(table_for(report).find("gateway:") == std::string::npos);
}

TEST_CASE("report text: the console's line names what failed, else what is blocked") {
  Report report;
  report.resources = {resource("tailscale/login", Outcome::blocked), resource("user", Outcome::in_sync)};
  CHECK(failure_line(report).starts_with(
      "bootstrap-agent: this server is not in the desired state: tailscale/login. See "));
  report.resources.push_back(resource("seal", Outcome::failed));
  CHECK(failure_line(report).starts_with(
      "bootstrap-agent: this server is not in the desired state: seal. See "));
}

TEST_CASE("report text: a plan says what would be done, in which order") {
  Report report;
  report.mode = Mode::check;
  report.resources = {resource("packages", Outcome::in_sync), resource("ufw", Outcome::drifted),
                      resource("serve", Outcome::blocked), resource("odd", Outcome::failed)};
  report.resources[1].needs = {"packages", "login"};
  report.resources[1].drifts = {{"status", "inactive", "active"}};
  report.resources[2].reason = "login: not there";
  CHECK(plan_for(report) ==
        "  packages  keep    \n"
        "  ufw       change    after packages, login\n"
        "      status: is inactive, should be active\n"
        "  serve     unknown \n"
        "      login: not there\n"
        "  odd       fail    \n"
        "1 of 4 resources as desired, 1 drifted, 1 blocked, 1 failed; 0.0 s\n");
}

}  // namespace agent
