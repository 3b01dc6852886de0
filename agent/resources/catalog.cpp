// SPDX-License-Identifier: Apache-2.0
#include "resources/catalog.hpp"

#include "profile/secret_table.hpp"
#include "resources/access/accounts.hpp"
#include "resources/access/firewall/forwarded_ports.hpp"
#include "resources/access/firewall/ufw.hpp"
#include "resources/access/metadata_guard.hpp"
#include "resources/access/passwords.hpp"
#include "resources/access/sshd.hpp"
#include "resources/access/sudoers.hpp"
#include "resources/agent_units/needrestart.hpp"
#include "resources/agent_units/reconcile_timer.hpp"
#include "resources/agent_units/shipped_units.hpp"
#include "resources/openclaw/cli_pairing.hpp"
#include "resources/openclaw/config.hpp"
#include "resources/openclaw/env.hpp"
#include "resources/openclaw/gateway.hpp"
#include "resources/openclaw/other_gateways.hpp"
#include "resources/openclaw/program/command.hpp"
#include "resources/openclaw/program/nodejs.hpp"
#include "resources/openclaw/program/package.hpp"
#include "resources/openclaw/unit.hpp"
#include "resources/openclaw/update.hpp"
#include "resources/packages.hpp"
#include "resources/seal/seal.hpp"
#include "resources/seal/webhook.hpp"
#include "resources/tailscale/access.hpp"
#include "resources/tailscale/daemon.hpp"
#include "resources/tailscale/identity.hpp"
#include "resources/tailscale/login.hpp"
#include "resources/tailscale/resolver.hpp"
#include "resources/tailscale/serve.hpp"

namespace agent {
namespace {

Seal::Register env_secrets(const Profile& profile) {
  return [user = profile.user](const Probe& probe) { register_env_secrets(probe, user); };
}

}  // namespace

Result<Plan> server_plan(const Profile& profile, const Secrets& secrets, const Ledger& ledger,
                         const std::optional<NewConnection>& session) {
  std::vector<std::unique_ptr<Resource>> all;
  const auto add = [&all]<class R>(std::unique_ptr<R> resource) { all.push_back(std::move(resource)); };
  add(ShippedUnits::boot());
  add(std::make_unique<Needrestart>());
  add(std::make_unique<Resolver>());
  add(Packages::iptables(profile));
  add(std::make_unique<Packages>(profile));
  add(std::make_unique<GatewayUser>(profile.user));
  add(std::make_unique<Linger>(profile.user));
  add(std::make_unique<UserPassword>(profile.user));
  add(std::make_unique<RootPassword>());
  add(std::make_unique<Sudoers>(profile.user));
  add(std::make_unique<Sshd>(profile, session));
  add(std::make_unique<NodeIdentity>(secrets.tailscale_auth_key));
  add(tailscale_package(profile));
  add(std::make_unique<TailscaleService>(profile));
  add(std::make_unique<TailscaleLogin>(profile, secrets.tailscale_auth_key));
  add(std::make_unique<TailscaleAccess>(profile));
  add(ShippedUnits::firewall_revert());
  add(std::make_unique<Ufw>(profile, session));
  add(std::make_unique<ForwardedPorts>(profile.ufw.allow));
  add(std::make_unique<MetadataGuard>());
  add(nodejs(profile));
  add(std::make_unique<NvmShim>(profile.user));
  add(std::make_unique<BuildUser>());
  add(std::make_unique<OpenclawPackage>(profile));
  add(std::make_unique<OpenclawCommand>(profile.user));
  add(std::make_unique<OtherGateways>(profile.user));
  add(std::make_unique<OpenclawEnv>(profile, secrets));
  add(std::make_unique<OpenclawConfig>(profile));
  add(std::make_unique<OpenclawUnit>(profile));
  add(std::make_unique<Gateway>(profile));
  add(std::make_unique<CliPairing>(profile.user));
  add(std::make_unique<Serve>(profile));
  add(std::make_unique<ReconcileTimer>(profile.reconcile_timer));
  add(std::make_unique<OpenclawUpdate>(profile, ledger));
  add(std::make_unique<Webhook>(secrets.webhook_url));
  std::vector<std::string> others;
  others.reserve(all.size());
  for (const auto& resource : all) others.push_back(resource->name());
  add(std::make_unique<Seal>(profile, ledger, Seal::Run::whole_server, std::move(others),
                             std::vector{std::string(OpenclawUpdate::resource_name)}, env_secrets(profile)));
  std::vector<std::string> consumers;
  for (const auto& row : secret_table()) consumers.emplace_back(row.consumer);
  return Plan::make(std::move(all), consumers);
}

Result<Plan> seal_plan(const Profile& profile, const Ledger& ledger) {
  std::vector<std::unique_ptr<Resource>> only;
  only.push_back(std::make_unique<Seal>(profile, ledger, Seal::Run::seal_alone, std::vector<std::string>(),
                                        std::vector<std::string>(), env_secrets(profile)));
  return Plan::make(std::move(only));
}

}  // namespace agent
