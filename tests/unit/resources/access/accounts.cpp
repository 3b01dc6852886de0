// SPDX-License-Identifier: Apache-2.0
// user, user/linger, user/password, sshd: accounts and their rights
#include "support/converged.hpp"
#include "support/world_programs.hpp"

namespace agent {

using namespace world;

TEST_CASE("user: groups that amount to root are taken away, others stay") {
  Converged world;
  auto& user = world.host.users.at("ubuntu");
  user.groups = {"users", "sudo", "docker", "lxd", "adm", "admin"};
  CHECK(only_drift(world, "user") == Lines{"group sudo: is member, should be not a member",
                                           "group admin: is member, should be not a member",
                                           "group docker: is member, should be not a member",
                                           "group lxd: is member, should be not a member",
                                           "group adm: is member, should be not a member"});
  repairs(world);
  CHECK(world.user().groups == Lines{"users"});
}

TEST_CASE("user: a password is taken away") {
  Converged world;
  world.host.users.at("ubuntu").password_locked = false;
  CHECK(only_drift(world, "user/password") == Lines{"password: is set or empty, should be locked"});
  repairs(world);
  CHECK(world.user().password_locked);
}

// Ubuntu's image has `ubuntu` in adm and sudo, and logind may have started his manager at boot with them.
TEST_CASE("user/linger: a manager that still has groups which were taken away is started again") {
  Converged world;
  const auto name = fmt::format("user@{}.service", world.host.users.at("ubuntu").uid);
  auto& manager = world.host.unit_of(Scope::system(), name);
  manager.main_pid = 4242;
  world.host.files.put("/etc/group", "root:x:0:\nadm:x:4:syslog\nsudo:x:27:\nusers:x:100:\nubuntu:x:1001:\n");
  world.host.files.put("/proc/4242/status", "Name:\tsystemd\nGroups:\t4 27 100 1001 \nVmPeak:\t1 kB\n");
  CHECK(only_drift(world, "user/linger") ==
        Lines{"group adm of the running user manager: is member, should be not a member",
              "group sudo of the running user manager: is member, should be not a member"});
  repairs(world);
  CHECK(has(world.host.changes(), "restart_unit " + name));
}

TEST_CASE("user: password and sudo stay until there is other access") {
  const std::string grants = "/etc/sudoers.d/90-cloud-init-users";
  World world;
  world.host.users["ubuntu"] = {"ubuntu", 1000, 1000, "/home/ubuntu", "/bin/bash", {}, false};
  world.host.files.put_directory("/home/ubuntu", {0755, 1000, 1000});
  world.host.files.put(grants, "ubuntu ALL=(ALL) NOPASSWD:ALL\n", {0440});
  SUBCASE("the tailnet is not up") { world.tailnet.control.silent = true; }
  SUBCASE("the operator uses sshd, and root has no key") { world.profile.tailscale.ssh = false; }
  CHECK(world.enforce().exit_code() == 1);
  CHECK_FALSE(world.user().password_locked);
  CHECK(world.host.files.find(grants)->content.find("NOPASSWD:ALL") != std::string::npos);
}

TEST_CASE("user: an account that is there is kept as it is, whatever its uid") {
  World world;
  world.host.users["ubuntu"] = {"ubuntu", 4711, 4711, "/home/ubuntu", "/bin/zsh", {}, true};
  world.host.files.put_directory("/home/ubuntu", {0700, 4711, 4711});
  CHECK(world.enforce().exit_code() == 0);
  CHECK(world.user().shell == "/bin/zsh");
  CHECK(world.host.files.find("/home/ubuntu/.openclaw/.env")->uid == 4711);
}

TEST_CASE("user: root is refused as the gateway's user") {
  World world;
  world.profile.user = "root";
  CHECK(failure(world, "user") == "root is root: name an unprivileged user in the profile (key user)");
}

TEST_CASE("user: errors of the programs are passed on") {
  World world;
  world.host.on_run("useradd", [](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{1, false, "", "useradd: cannot lock /etc/passwd; try again later.\n"};
  });
  CHECK(failure(world, "user") == "useradd: useradd: cannot lock /etc/passwd; try again later.");
}

TEST_CASE("linger: off is drift") {
  Converged world;
  world.host.files.erase("/var/lib/systemd/linger/ubuntu");
  CHECK(only_drift(world, "user/linger") == Lines{"linger: is off, should be on"});
  repairs(world);
}

TEST_CASE("linger: a manager whose bus is gone is restarted") {
  Converged world;
  world.host.unreachable_buses.insert("ubuntu");
  CHECK(drifts(world.check(), "user/linger") == Lines{"user's bus: is does not answer, should be answers"});
  repairs(world);
  CHECK(world.host.unreachable_buses.empty());
}

TEST_CASE("user: a home that was lost in a power cut is made again") {
  Converged world;
  world.host.files.erase("/home/ubuntu");
  const auto seen = world.check();
  CHECK(drifts(seen, "user") == Lines{"home: is absent, should be /home/ubuntu"});
  repairs(world);
}

TEST_CASE("user: a home that useradd had only begun when the run was killed is made again") {
  const std::string making = "/var/lib/bootstrap-agent/stamps/making-ubuntu";
  World world;
  world.host.users["ubuntu"] = {"ubuntu", 4711, 4711, "/home/ubuntu", "/bin/bash", {}, true};
  world.host.files.put_directory("/home/ubuntu", {0755, 0, 0});
  world.host.files.put("/home/ubuntu/.bashrc", "# half of");
  world.host.files.put(making, "");
  CHECK(drifts(world.check(), "user") ==
        Lines{"home: is incomplete, from an interrupted run, should be /home/ubuntu"});
  CHECK(world.enforce().exit_code() == 0);
  CHECK(world.host.files.find("/home/ubuntu/.bashrc") ==
        nullptr);  // the real helper would copy it from /etc/skel
  CHECK(world.host.files.find("/home/ubuntu")->uid == 4711);
  CHECK(world.host.files.find("/home/ubuntu/.openclaw/.env") != nullptr);
  CHECK(world.host.files.find(making) == nullptr);
}

TEST_CASE("user: a home's contents are removed only when a run was interrupted while it made the home") {
  World world;
  SUBCASE("the account has another one, which is absent") {
    world.host.users["ubuntu"] = {"ubuntu", 4711, 4711, "/srv/ubuntu", "/bin/bash", {}, true};
    world.host.files.put_directory("/srv");
  }
  SUBCASE("useradd has failed, and somebody has then made the account") {
    world.host.on_run("useradd", [](FakeHost&, const Command& command) -> Result<Completed> {
      return Completed{command.argv.back() == "ubuntu" ? 1 : 0, false, "", "useradd: no\n"};
    });
    (void)world.enforce();
    world.host.users["ubuntu"] = {"ubuntu", 4711, 4711, "/home/ubuntu", "/bin/bash", {}, true};
  }
  world.host.files.put("/home/ubuntu/mine", "kept", {0600, 4711, 4711});
  (void)world.enforce();
  CHECK(world.host.files.find("/home/ubuntu/mine") != nullptr);
}

TEST_CASE("sshd: passwords on again, by whatever file, are drift") {
  Converged world;
  world.host.files.put("/etc/ssh/sshd_config.d/00-bootstrap-agent.conf", "PermitRootLogin yes\n");
  CHECK(only_drift(world, "sshd") == Lines{"drop-in: is changed, should be as made",
                                           "passwordauthentication: is yes, should be no",
                                           "kbdinteractiveauthentication: is yes, should be no",
                                           "permitrootlogin: is yes, should be without-password"});
  repairs(world);
}

TEST_CASE("sshd: settings that sshd -t refuses are never in place, and the message has its words") {
  World world;
  world.sshd.refuses = "/etc/ssh/sshd_config.d/00-bootstrap-agent.conf line 2: Bad configuration option";
  const auto report = world.enforce();
  CHECK(find(report, "sshd").reason == "sshd -T: " + world.sshd.refuses);  // it was broken before the run

  World broken_by_us;
  broken_by_us.host.on_run("sshd", [](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{255, false, "", "line 2: Bad configuration option"};
  });
  CHECK(failure(broken_by_us, "sshd") ==
        "sshd -t refuses our settings, so they were not put in place: line 2: Bad configuration option");
  for (const auto& change : broken_by_us.host.changes()) CHECK(change.find("/etc/ssh/") == std::string::npos);
}

TEST_CASE("sshd: host keys that a power cut has left empty are made again, and the server is started") {
  Converged world;
  world.sshd.refuses = "sshd: no hostkeys available -- exiting.\r\n";
  world.host.files.put("/etc/ssh/ssh_host_ed25519_key", "", {0600});
  world.host.unit_of(Scope::system(), SshServer::unit).active_state = "failed";
  CHECK(only_drift(world, "sshd") == Lines{"host keys: is none, should be made"});
  repairs(world);
  CHECK(world.host.files.find("/etc/ssh/ssh_host_ed25519_key")->content == "a key");
  CHECK(world.host.unit_of(Scope::system(), SshServer::unit).active_state == "active");
}

TEST_CASE("sshd: passwords stay on where they may be the only access") {
  const std::string words =
      "passwords were left on: you log in through sshd, and root has no key in /root/.ssh/authorized_keys. "
      "Add one, or start the run over "
      "Tailscale SSH (ssh root@NODE)";
  World by_password;
  by_password.session = NewConnection{"203.0.113.5", "198.51.100.1", 22};
  CHECK(find(by_password.enforce(), "sshd").reason == words);
  World no_tailscale_ssh;
  no_tailscale_ssh.profile.tailscale.ssh = false;
  no_tailscale_ssh.host.files.put("/home/ubuntu/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n",
                                  {0600, 1000, 1000});
  // The second line as cloud-init writes it with disable_root.
  for (const auto* none : {"# none yet\n\n",
                           "no-port-forwarding,command=\"echo 'Please login as the user';echo;sleep 10;exit "
                           "142\" ssh-ed25519 AAAA me\n"}) {
    no_tailscale_ssh.host.files.put("/root/.ssh/authorized_keys", none);
    CHECK(failure(no_tailscale_ssh, "sshd") == words);
  }
  no_tailscale_ssh.host.files.put("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n");
  repairs(no_tailscale_ssh);
  World over_tailscale_ssh;
  over_tailscale_ssh.session = NewConnection{"100.64.0.1", Tailnet::address_v4, 22};
  repairs(over_tailscale_ssh);
}

TEST_CASE("sshd: one that has not run yet, or is not there, is no failure") {
  World world;
  world.sshd.has_run = false;
  world.sshd.knows_g = false;
  const auto report = world.enforce();
  CHECK(find(report, "sshd").outcome == Outcome::converged);
  CHECK(find(report, "sshd").notes == Lines{"sshd has not run yet; only its drop-in was looked at"});
  world.host.files.erase("/usr/sbin/sshd");
  CHECK(find(world.check(), "sshd").notes == Lines{"no OpenSSH server is installed; nothing to harden"});
}

TEST_CASE("sshd: behind its socket and never started, its files say what it would do") {
  World world;
  world.sshd.has_run = false;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(find(world.check(), "sshd").notes.empty());
  world.host.files.put("/etc/ssh/sshd_config.d/00-a.conf",
                       "PasswordAuthentication yes\n");  // sorts before ours
  CHECK(only_drift(world, "sshd") == Lines{"passwordauthentication: is yes, should be no"});
}

TEST_CASE("sshd: a running server is restarted into its new settings, a stopped one is left alone") {
  Converged world;
  const std::string drop_in = "/etc/ssh/sshd_config.d/00-bootstrap-agent.conf";
  world.host.files.erase(drop_in);
  repairs(world);
  CHECK(world.host.changes().rbegin()[1] == "restart_unit ssh.service");  // the last change is the sync
  world.host.unit_of(Scope::system(), SshServer::unit).active_state = "inactive";
  world.host.files.erase(drop_in);
  repairs(world);
  CHECK(world.host.changes().rbegin()[1] == "write_file " + drop_in);
}

}  // namespace agent
