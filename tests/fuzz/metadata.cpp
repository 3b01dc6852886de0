// SPDX-License-Identifier: Apache-2.0
// The output of `nft -j list`.
#include "embedded.hpp"
#include "machine.hpp"
#include "resources/access/metadata_guard.hpp"

namespace agent::fuzz {

void run(std::string_view input) {
  static Machine machine;
  static const MetadataGuard guard;
  machine.files.put("/usr/sbin/nft", "", {0755});
  machine.prints("nft", std::string(input));

  const auto seen = look(guard, machine);
  if (!seen) return;
  for (const char* address : {"169.254.169.254", "fe80::a9fe:a9fe"})
    require(has_drift(*seen, address) || input.find("reject") != std::string_view::npos,
            "only what is rejected is out of reach");
}

}  // namespace agent::fuzz
