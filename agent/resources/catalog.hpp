// SPDX-License-Identifier: Apache-2.0
// All resources of a gateway, in the order in which a person would explain them. Only this file and commands/
// know the concrete types.
#pragma once

#include "core/ledger.hpp"
#include "core/plan.hpp"
#include "profile/profile.hpp"

namespace agent {

// The plan of a whole server. Profile, secrets and ledger must outlive it. `session`: the SSH session that
// started the run, if any. After the run it must be possible to open it again.
[[nodiscard]] Result<Plan> server_plan(const Profile& profile, const Secrets& secrets, const Ledger& ledger,
                                       const std::optional<NewConnection>& session = {});

// Only the seal: for later boots, because cloud-init writes user-data to the disk at every boot.
[[nodiscard]] Result<Plan> seal_plan(const Profile& profile, const Ledger& ledger);

}  // namespace agent
