// SPDX-License-Identifier: Apache-2.0
// A machine in memory for targets that test a resource. It has the gateway's user, and otherwise only what
// the input says.
#pragma once

#include "core/engine/findings.hpp"
#include "core/resource.hpp"
#include "embedded.hpp"
#include "fuzz.hpp"
#include "profile/load.hpp"
#include "support/fake_host.hpp"

namespace agent::fuzz {

inline const Profile& default_profile() {
  static const Profile profile = load_profile(embedded::default_yaml, "", "default").value();
  return profile;
}

inline const std::string local_api =
    "/run/tailscale/tailscaled.sockhttp://local-tailscaled.sock/localapi/v0/";

// One machine for all runs of a target that only observes.
class Machine : public FakeHost {
 public:
  Machine() {
    users["ubuntu"] = {"ubuntu", 1000, 1000, "/home/ubuntu", "/bin/bash", {}, true};
    files.put_directory("/home/ubuntu", {0755, 1000, 1000});
    files.put_directory("/home/ubuntu/.openclaw", {0700, 1000, 1000});
  }
  [[nodiscard]] const User& user() const { return users.at("ubuntu"); }
  void answers(const std::string& prefix, std::string body) {
    on_http(prefix, [body = std::move(body)](const FakeHost&, const HttpGet&) -> Result<HttpResponse> {
      return HttpResponse{200, body};
    });
  }
  void prints(const std::string& program, std::string out) {
    on_query(program, [out = std::move(out)](const FakeHost&, const Command&) -> Result<Completed> {
      return Completed{0, false, out, ""};
    });
  }
};

// A resource either describes its state, or says why it cannot be observed.
inline Result<Resource::Look> look(const Resource& resource, const Probe& probe) {
  auto seen = resource.observe(probe);
  if (!seen)
    require_error(seen.error(), {Errc::invalid, Errc::refused, Errc::unavailable, Errc::failed,
                                 Errc::not_found, Errc::blocked});
  return seen;
}

// It lives as long as the look.
inline const std::vector<Drift>& drifts(const Resource::Look& seen) {
  return Findings(seen.observation()).drifts();
}

inline bool has_drift(const Resource::Look& seen, std::string_view field) {
  const auto& all = drifts(seen);
  return std::any_of(all.begin(), all.end(), [&](const Drift& drift) { return drift.field == field; });
}

inline bool in_sync(const Result<Resource::Look>& seen) { return seen && drifts(*seen).empty(); }

}  // namespace agent::fuzz
