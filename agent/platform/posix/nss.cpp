// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/nss.hpp"

#include <nss.h>

#include <initializer_list>

namespace agent {

void pin_nss() {
  for (const char* database :
       {"passwd", "group", "shadow", "initgroups", "services", "protocols", "networks", "aliases"})
    __nss_configure_lookup(database, "files");
  __nss_configure_lookup("hosts", "files dns");
}

}  // namespace agent
