// SPDX-License-Identifier: Apache-2.0
// user/sudoers: what the gateway's user may run as root, by whatever file names him
#include "resources/access/sudoers.hpp"

#include "support/converged.hpp"

namespace agent {

using namespace world;

TEST_CASE("sudoers: nothing the user may run takes a path, stdin, URL or secret") {
  const auto content = Sudoers::content("ubuntu");
  for (const char* word : {"--profile", "--secrets", "--deadline", "*", "ALL:", " ALL\n", "SETENV"})
    CHECK_MESSAGE(content.find(word) == std::string::npos, word);
  CHECK(content.find("ubuntu ALL=(root) NOPASSWD: /usr/local/sbin/bootstrap-agent --reconcile\n") !=
        std::string::npos);
}

TEST_CASE("sudoers: what others granted this user is revoked, the rest of their file stays") {
  Converged world;
  const std::string file = "/etc/sudoers.d/90-cloud-init-users";
  world.host.files.put(
      file, "# cloud-init\nubuntu ALL=(ALL) NOPASSWD:ALL\nubuntu\tALL=(ALL) ALL\nubuntux ALL=(ALL) ALL\n",
      {0440});
  CHECK(only_drift(world, "user/sudoers") == Lines{"grant in " + file + ": is present, should be absent",
                                                   "sudo rule: is (ALL) NOPASSWD: ALL, should be absent",
                                                   "sudo rule: is (ALL) ALL, should be absent"});
  repairs(world);
  CHECK(world.host.files.find(file)->content == "# cloud-init\nubuntux ALL=(ALL) ALL\n");
  for (const auto& change : world.host.changes())
    CHECK(change.find("/etc/sudoers.d/bootstrap-agent") == std::string::npos);
}

TEST_CASE("sudoers: changed, or writable: named and repaired") {
  Converged world;
  auto& own = *world.host.files.find("/etc/sudoers.d/bootstrap-agent");
  own.content += "ubuntu ALL=(ALL) ALL\n";
  CHECK(only_drift(world, "user/sudoers") ==
        Lines{"content: is changed, should be as made", "sudo rule: is (ALL) ALL, should be absent"});
  repairs(world);
  world.host.files.find("/etc/sudoers.d/bootstrap-agent")->mode = 0640;
  CHECK(only_drift(world, "user/sudoers") == Lines{"mode: is 0640, should be 0440"});
  repairs(world);
  world.host.files.find("/etc/sudoers.d/bootstrap-agent")->uid = 1000;
  CHECK(only_drift(world, "user/sudoers") == Lines{"owner: is uid 1000, should be uid 0"});
  repairs(world);
}

TEST_CASE("sudoers: a file that visudo refuses is never installed") {
  World world;
  world.accounts.visudo_refuses = "syntax error near line 2";
  CHECK(failure(world, "user/sudoers") == "visudo refuses our sudoers file: syntax error near line 2");
  CHECK(world.host.files.find("/etc/sudoers.d/bootstrap-agent") == nullptr);
}

// "%group" and /etc/sudoers are not lines that root may take out of somebody's file.
TEST_CASE("sudoers: a rule for his group, or in /etc/sudoers, is named, and refused until it is gone") {
  for (const auto& [file, rule, shown] : std::vector<std::array<std::string, 3>>{
           {"/etc/sudoers.d/ops", "%users ALL=(ALL:ALL) ALL\n", "(ALL:ALL) ALL"},
           {"/etc/sudoers", "ubuntu ALL=(root) NOPASSWD: /usr/bin/apt-get\n",
            "(root) NOPASSWD: /usr/bin/apt-get"},
           {"/etc/sudoers",
            "ALL ALL=(root) /usr/local/bin/bootstrap-agent --verify --format json --report /tmp/x\n",
            "(root) /usr/local/bin/bootstrap-agent --verify --format json --report /tmp/x"}}) {
    CAPTURE(shown);
    Converged world;
    world.host.users.at("ubuntu").groups.push_back("users");
    world.host.files.put(file, rule, {0440});
    CHECK(only_drift(world, "user/sudoers") == Lines{"sudo rule: is " + shown + ", should be absent"});
    CHECK(failure(world, "user/sudoers") ==
          "sudo still gives ubuntu `" + shown +
              "`, by a rule for a group, for all, or in another file: find it with `grep -r . /etc/sudoers "
              "/etc/sudoers.d`, take it out with visudo, then run `bootstrap-agent --reconcile`");
    CHECK(world.host.files.find(file)->content == rule);
    world.host.files.erase(file);
    repairs(world);
  }
}

// PAM refuses root whose password has expired; then nobody is shown sudo's rules.
TEST_CASE("sudoers: when sudo cannot say what he may run, that is a note") {
  Converged world;
  world.accounts.sudo_refuses = "sudo: Account or password is expired, reset your password and try again\n";
  const auto report = world.check();
  CHECK(report.exit_code() == 0);
  CHECK(find(report, "user/sudoers").notes == Lines{"sudo cannot say what ubuntu may run: sudo: Account or "
                                                    "password is expired, reset your password and "
                                                    "try again"});
}

TEST_CASE("sudoers: whatever runs side by side, sudo is asked after root's expired password is locked") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    World world;
    world.host.shake = seed;
    auto& root = world.host.users.at("root");
    root.must_change_password = true;
    root.password_locked = false;
    (void)world.enforce();
    CHECK(find(world.check(), "user/sudoers").notes.empty());
    CHECK(world.accounts.asked_with_expired_root == 0);
  }
}

}  // namespace agent
