// SPDX-License-Identifier: Apache-2.0
// Every resource of a gateway, in the order a person would explain them. Only this and main know the concrete
// types.
#pragma once

#include "core/ledger.hpp"
#include "core/plan.hpp"
#include "profile/profile.hpp"

namespace agent {

// The plan of a whole server. Profile, secrets and ledger must outlive it. `session`: the SSH session that
// asked for the run, if one did: it must be possible to make it again afterwards.
[[nodiscard]] Result<Plan> server_plan(const Profile& profile, const Secrets& secrets, const Ledger& ledger,
                                       const std::optional<NewConnection>& session = {});

// The seal alone: for a boot after first boot, since cloud-init writes user-data to the disk at every boot.
[[nodiscard]] Result<Plan> seal_plan(const Profile& profile, const Ledger& ledger);

}  // namespace agent
