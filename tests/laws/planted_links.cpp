// SPDX-License-Identifier: Apache-2.0
// Law: the gateway's user may plant a link anywhere in the home where root would write. Then nothing outside
// the home is changed, the message names the path, and when the link is gone the next run converges.
#include <doctest/doctest.h>

#include "laws/traces.hpp"
#include "report/text.hpp"

namespace agent {
namespace {

const std::string outside = "/root/precious";

// Every path in the home that a first boot writes to, with the directories above, in the order of the writes.
std::set<std::string> written_paths() {
  world::World world;
  (void)world.enforce();
  std::set<std::string> paths;
  const auto prefix = "~" + world.profile.user + "/";
  for (const auto& change : world.host.changes()) {
    const auto at = change.find(prefix);
    if (at == std::string::npos || change.starts_with("remove")) continue;
    auto path = change.substr(at + prefix.size());
    for (; !path.empty();
         path.erase(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/')))
      paths.insert(path);
  }
  return paths;
}

const FileMode of_the_user{0755, 1001, 1001};

// A home whose owner has made `path` a link to a file of root.
void plant(world::World& world, const std::string& path) {
  world.host.users["ubuntu"] = {"ubuntu", 1001, 1001, "/home/ubuntu", "/bin/bash", {}, true};
  world.host.files.put_directory("/home/ubuntu", of_the_user);
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    world.host.files.put_directory("/home/ubuntu/" + path.substr(0, slash), of_the_user);
  world.host.files.put_symlink("/home/ubuntu/" + path, outside);
}

}  // namespace

TEST_CASE("law: a link planted at any path in the home that root would write is refused") {
  const auto paths = written_paths();
  CHECK(paths.size() >=
        9);  // .openclaw, .env, openclaw.json, its draft, the unit and the directories above, .nvm
  for (const auto& path : paths)
    for (const bool to_directory : {false, true}) {
      CAPTURE(path);
      CAPTURE(to_directory);
      world::World world;
      if (to_directory)
        world.host.files.put_directory(outside, {0777, 0, 0});
      else
        world.host.files.put(outside, "root's\n", {0666, 0, 0});
      plant(world, path);
      const auto report = world.enforce();
      CHECK(report.exit_code() == 1);
      const auto names = [&](const ResourceReport& r) {
        return r.reason.find("symlink is in the way") != std::string::npos &&
               r.reason.find("~ubuntu/" + path) != std::string::npos;
      };
      CHECK_MESSAGE(std::any_of(report.resources.begin(), report.resources.end(), names), table_for(report));
      if (!to_directory) CHECK(world.host.files.find(outside)->content == "root's\n");
      CHECK(world.host.list(outside).value_or(std::vector<std::string>()).empty());
      CHECK_MESSAGE(world.host.breaches().empty(), laws::in_words(world.host.breaches()));

      world.host.files.erase("/home/ubuntu/" + path);
      const auto next = world.enforce();
      CHECK_MESSAGE(next.exit_code() == 0, table_for(next));
    }
}

}  // namespace agent
