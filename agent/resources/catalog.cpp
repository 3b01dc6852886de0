#include "resources/catalog.hpp"

#include "resources/account.hpp"
#include "resources/gateway.hpp"
#include "resources/metadata.hpp"
#include "resources/node.hpp"
#include "resources/openclaw_config.hpp"
#include "resources/openclaw_env.hpp"
#include "resources/openclaw_package.hpp"
#include "resources/openclaw_unit.hpp"
#include "resources/openclaw_update.hpp"
#include "resources/packages.hpp"
#include "resources/reconcile_timer.hpp"
#include "resources/resolver.hpp"
#include "resources/seal.hpp"
#include "resources/serve.hpp"
#include "resources/shipped_units.hpp"
#include "resources/sshd.hpp"
#include "resources/sudoers.hpp"
#include "resources/tailscale_daemon.hpp"
#include "resources/tailscale_login.hpp"
#include "resources/ufw.hpp"
#include "resources/webhook.hpp"

namespace agent {

Result<Plan> server_plan(const Profile& profile, const Secrets& secrets, const Ledger& ledger,
                         const std::optional<NewConnection>& session) {
  std::vector<std::unique_ptr<Resource>> all;
  const auto add = [&all]<class R>(std::unique_ptr<R> resource) { all.push_back(std::move(resource)); };
  add(ShippedUnits::boot());
  add(std::make_unique<Resolver>());
  add(std::make_unique<Packages>(profile));
  add(std::make_unique<GatewayUser>(profile.user));
  add(std::make_unique<Linger>(profile.user));
  add(std::make_unique<UserPassword>(profile.user));
  add(std::make_unique<Sudoers>(profile.user));
  add(std::make_unique<Sshd>(profile, session));
  add(std::make_unique<TailscalePackage>(profile));
  add(std::make_unique<TailscaleService>(profile));
  add(std::make_unique<TailscaleLogin>(profile, secrets.tailscale_auth_key));
  add(ShippedUnits::firewall_revert());
  add(std::make_unique<Ufw>(profile, session));
  add(std::make_unique<MetadataGuard>());
  add(std::make_unique<NodeRuntime>(profile));
  add(std::make_unique<NvmShim>(profile.user));
  add(std::make_unique<BuildUser>());
  add(std::make_unique<OpenclawPackage>(profile));
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
  add(std::make_unique<Seal>(profile, ledger, std::move(others), std::vector{std::string(OpenclawUpdate::resource_name)}));
  return Plan::make(std::move(all));
}

Result<Plan> seal_plan(const Profile& profile, const Ledger& ledger) {
  std::vector<std::unique_ptr<Resource>> only;
  only.push_back(std::make_unique<Seal>(profile, ledger, std::vector<std::string>{"the whole server"}, std::vector<std::string>()));
  return Plan::make(std::move(only));
}

}  // namespace agent
