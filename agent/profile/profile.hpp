// SPDX-License-Identifier: Apache-2.0
// A profile is desired state: plain values, one struct per topic. profiles/default.yaml explains every key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "secrets/secret.hpp"

namespace agent {

// Where a pinned archive comes from. `{version}` and `{arch}` in the URL are replaced. There is one hash per
// uname(2) architecture.
struct PinnedDownload {
  std::string url;
  std::map<std::string, std::string> sha256;  // x86_64, aarch64 -> 64 hex digits
};

// An inbound rule that the owner wants in addition to tailscale0.
struct InboundRule {
  std::uint16_t port = 0;
  std::string protocol;  // tcp, udp
  std::string from;      // address or network; empty: anywhere
};

struct Profile {
  std::string user;                   // the unprivileged user the gateway runs as
  std::vector<std::string> packages;  // Debian packages
  bool allow_insecure_urls = false;   // http:// anywhere below; never in a release profile

  struct Tailscale {
    std::string version;
    PinnedDownload download;
    std::string control_url;
    bool rejoin_on_control_url_change = false;
    std::string hostname;
    bool ssh = true;
    std::vector<std::string> tags;  // "tag:server": asked for at the join
    std::chrono::seconds join_timeout{};
    std::chrono::days key_expiry_warning{};
  } tailscale;

  struct Ufw {
    std::vector<InboundRule> allow;
  } ufw;

  struct Node {
    std::string version;
    PinnedDownload download;
  } node;

  struct OpenClaw {
    std::string version;
    std::string registry;  // npm registry
    struct Lock {  // package-lock.json; without a URL it is the built-in version's, which is part of the
                   // agent
      std::string url;
      std::string sha256;
    } lock;
    std::string model;  // provider/name, the agents' default
    std::chrono::seconds install_timeout{};
  } openclaw;

  struct Gateway {
    std::uint16_t port = 0;
    std::chrono::seconds ready_timeout{};
  } gateway;

  struct Limits {
    std::uint64_t download_mib = 0;  // of one file
    std::uint64_t unpacked_mib = 0;  // of one archive
    std::uint64_t unpacked_entries = 0;
    std::chrono::seconds download_timeout{};
    std::chrono::seconds dpkg_lock_timeout{};
    std::chrono::seconds apt_timeout{};
  } limits;

  bool reconcile_timer = false;    // reconciles several times a day, by a timer
  std::chrono::hours retry_for{};  // how long a run that failed is tried again by itself; 0: not at all

  std::chrono::hours keep_unconsumed_secrets{};  // how long a failed first boot may keep what it still needs
};

// Whether it is an OAuth client secret, and not an auth key.
[[nodiscard]] inline bool is_oauth_secret(const Secret& key) {
  return key.reveal().starts_with("tskey-client-");
}

// The secrets file. No secret is required: a resource that needs a missing one says so.
struct Secrets {
  Secret tailscale_auth_key;
  Secret anthropic_token;
  Secret gateway_token;
  bool generate_gateway_token = false;  // a new one is made on the host, even if there is one
  Secret webhook_url;

  [[nodiscard]] bool empty() const;  // see secret_table.hpp
};

}  // namespace agent
