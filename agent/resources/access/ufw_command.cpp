#include "resources/access/ufw_command.hpp"

namespace agent {

Status run_ufw(Host& host, const std::vector<std::string>& arguments) {
  Command command;
  command.argv = {"ufw"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = {{"LC_ALL", "C"}};
  command.timeout = Milliseconds(60'000);
  AGENT_TRY_ASSIGN(auto done, with_context(host.run(command), "ufw"));
  if (!done.ok()) return fail(Errc::failed, "ufw {}: {}", arguments.front(), done.err.empty() ? done.out : done.err);
  return {};
}

}  // namespace agent
