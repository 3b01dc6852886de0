// SPDX-License-Identifier: Apache-2.0
// Would the firewall let a connection in that nobody has made yet? Nobody on this machine can make one from
// outside, and one that is there already says nothing, since the kernel lets it go on. So the kernel is shown
// the connection's first packet, in a network namespace that has the same rules and an interface of the same
// name and address.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// iptables-save(8) or ip6tables-save(8): prints the rules that are loaded.
[[nodiscard]] Command save_rules(bool v6);

// `rules`: what save_rules() printed, by the connection's family. Rules of INPUT that jump to `without_chain`
// are left out: a chain that accepts all that comes over one interface would hide what the other rules say of
// it. Empty: none.
[[nodiscard]] Result<bool> probe_rules(const std::string& rules, const NewConnection& connection,
                                       const std::string& without_chain);

}  // namespace agent
