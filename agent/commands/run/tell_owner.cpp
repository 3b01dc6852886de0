// SPDX-License-Identifier: Apache-2.0
#include "commands/run/tell_owner.hpp"

#include "core/paths.hpp"
#include "platform/http/post.hpp"
#include "ports/wait.hpp"
#include "resources/seal/webhook.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

constexpr Milliseconds all_attempts{30'000};
constexpr Milliseconds one_attempt{10'000};

}  // namespace

std::string what_comes_next(const std::string& next_try) {
  if (next_try.empty())
    return "It is not tried again automatically. After the repair, run `bootstrap-agent --reconcile`";
  return fmt::format("It is tried again automatically at {}; to try now, run `bootstrap-agent --reconcile`",
                     next_try);
}

std::string failure_line(const Report& report) {
  std::vector<std::string> bad, blocked;  // blocked resources are named only when nothing failed or drifted
  for (const auto& resource : report.resources) {
    if (resource.outcome == Outcome::failed || resource.outcome == Outcome::drifted)
      bad.push_back(resource.name);
    if (resource.outcome == Outcome::blocked) blocked.push_back(resource.name);
  }
  if (bad.empty()) bad = std::move(blocked);
  return fmt::format(
      "bootstrap-agent: this server is not in the desired state: {}. See `bootstrap-agent --status`. {}",
      fmt::join(bad, ", "), what_comes_next(report.next_try));
}

std::string tell_webhook(const Probe& probe, const std::string& line, const Json& report) {
  const auto url = register_webhook(probe);
  if (url.empty()) return {};
  const auto body =
      Json{{"text", line}, {"report", report}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string last;
  auto next = probe.now();
  std::string address(url.reveal());
  const auto told = wait_until(probe, all_attempts, "the webhook", [&]() -> Result<bool> {
    if (probe.now() < next) return false;
    auto posted = post_json(address, body, one_attempt, paths::ca_bundle);
    if (posted) return true;
    last = posted.error().message;
    if (posted.error().code != Errc::unavailable) return pass(std::move(posted));
    next = probe.now() + Milliseconds(3'000);
    return false;
  });
  wipe(address);
  return told ? "the owner's webhook was notified"
              : fmt::format("the owner's webhook was not notified: {}", last);
}

}  // namespace agent
