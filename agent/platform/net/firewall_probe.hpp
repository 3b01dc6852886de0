// SPDX-License-Identifier: Apache-2.0
// Tests whether the firewall would accept a new connection. This machine cannot make a connection to itself
// from outside, and an existing connection proves nothing, because the kernel keeps it open. So the kernel
// gets the first packet of the connection in a network namespace that has the same rules and an interface
// with the same name and address.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// iptables-save(8) or ip6tables-save(8): prints the rules that are loaded.
[[nodiscard]] Command save_rules(bool v6);

// `rules`: the output of save_rules() for the connection's address family. Rules of INPUT that jump to
// `without_chain` are left out: a chain that accepts everything from one interface would hide the result of
// the other rules. Empty: no chain is left out.
[[nodiscard]] Result<bool> probe_rules(const std::string& rules, const NewConnection& connection,
                                       const std::string& without_chain);

}  // namespace agent
