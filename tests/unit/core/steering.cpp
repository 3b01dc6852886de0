// SPDX-License-Identifier: Apache-2.0
// The compiler makes sure that code that changes a machine cannot read the texts of an observation.
#include <type_traits>

#include "resources/access/accounts.hpp"
#include "resources/access/firewall/ufw.hpp"
#include "resources/access/sshd.hpp"
#include "resources/openclaw/program/nodejs.hpp"
#include "resources/openclaw/update.hpp"
#include "resources/seal/seal.hpp"
#include "resources/tailscale/login.hpp"
#include "resources/tailscale/serve.hpp"

namespace agent {
namespace {

template <class R, class Given>
constexpr bool acts_on = std::is_invocable_v<decltype(&R::apply), R&, Host&, const Given&>;

template <class R>
constexpr bool acts_on_text =
    acts_on<R, Observation> || acts_on<R, Drift> || acts_on<R, std::vector<Drift>> || acts_on<R, std::string>;

static_assert(acts_on<NvmShim, NvmShimState>);  // the question is well put
static_assert(!acts_on_text<NvmShim>);
static_assert(!acts_on_text<Ufw>);
static_assert(!acts_on_text<Sshd>);
static_assert(!acts_on_text<Seal>);
static_assert(!acts_on_text<GatewayUser>);
static_assert(!acts_on_text<OpenclawUpdate>);
static_assert(!acts_on_text<TailscaleLogin>);
static_assert(!acts_on_text<Serve>);

template <class T>
concept is_read = requires(const T& seen) { seen.drifts; } || requires(const T& seen) { seen.drifts(); } ||
                  requires(const T& seen) { seen.drifts_; } || requires(const T& seen) { seen.has("x"); } ||
                  requires(const T& seen) { seen.notes; } || requires(const T& seen) { seen.notes(); } ||
                  requires(const T& seen) { seen.facts; } || requires(const T& seen) { seen.in_sync(); };

struct Readable {
  bool has(const char*) const { return true; }
};
static_assert(is_read<Readable>);  // the question is well put
static_assert(!is_read<Observation>);

}  // namespace
}  // namespace agent
