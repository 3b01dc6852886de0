// SPDX-License-Identifier: Apache-2.0
// Paths that several parts use. They are in one file, so that two resources never disagree.
#pragma once

#include <string>
#include <string_view>

namespace agent::paths {

inline const std::string state = "/var/lib/bootstrap-agent";  // root, 0755: report.json and receipt.json
inline const std::string work = state + "/tmp";               // root, 0700: fetches, files to be checked
inline const std::string stamps = state + "/stamps";          // root, 0755: what was made, and when
inline const std::string report = state + "/report.json";
inline const std::string receipt = state + "/receipt.json";
inline const std::string update =
    state + "/update.json";  // root, 0600: the snapshot of an update in progress
inline const std::string firewall_before =
    state + "/ufw.before";  // root, 0700: ufw's files before an unconfirmed change
inline const std::string firewall_reverting =
    firewall_before + ".reverting";                       // the same, from when it is being put back
inline const std::string instance = state + "/instance";  // root, 0644: cloud-init's id of this server
inline const std::string new_identity =
    state + "/new-identity";  // root, 0644: the gateway's token is another server's
inline const std::string retry = state + "/retry.json";      // root, 0644: since when runs have failed
inline const std::string secrets = state + "/secrets.yaml";  // root, 0600: secrets not yet consumed
inline const std::string webhook = state + "/webhook-url";   // root, 0600: where failed runs are reported
inline const std::string run = "/run/bootstrap-agent";       // root, 0755: lock (0600) and events (0644)
inline const std::string run_private = run + "/private";     // root, 0700, tmpfs: a secret for a program
inline const std::string lock = run + "/lock";
inline const std::string events = run + "/events.jsonl";
inline const std::string log = "/var/log/bootstrap-agent.log";  // root, 0600, destroyed by the seal
inline const std::string configuration = "/etc/bootstrap-agent";
inline const std::string profile = configuration + "/profile.yaml";
inline const std::string agent = "/usr/local/sbin/bootstrap-agent";
inline const std::string previous_agent = agent + ".previous";   // root, 0755: what --install has replaced
inline const std::string boot_unit = "bootstrap-agent.service";  // runs the agent at every boot
inline const std::string tailscaled_unit = "tailscaled.service";
inline const std::string system_units = "/etc/systemd/system/";
inline const std::string ca_bundle = "/etc/ssl/certs/ca-certificates.crt";

}  // namespace agent::paths
