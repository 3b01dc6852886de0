// SPDX-License-Identifier: Apache-2.0
// ufw
#include <algorithm>

#include "support/converged.hpp"

namespace agent {

using namespace world;

TEST_CASE("ufw: off, other policies, a rule deleted: each is named and repaired") {
  Converged world;
  world.ufw.enabled = false;
  CHECK(only_drift(world, "ufw") == Lines{"status: is inactive, should be active"});
  repairs(world);
  world.ufw.incoming = "allow";
  world.ufw.outgoing = "reject";
  CHECK(only_drift(world, "ufw") ==
        Lines{"default incoming: is allow, should be deny", "default outgoing: is reject, should be allow"});
  repairs(world);
  world.ufw.rules.clear();
  CHECK(only_drift(world, "ufw") ==
        Lines{"rule for tailscale0, IPv6: is absent, should be allow in on tailscale0",
              "rule: is absent, should be allow in on tailscale0"});
  repairs(world);
}

TEST_CASE("ufw: only rule files that a power cut has left empty are restored from their package") {
  Converged world;
  const std::string before = "/etc/ufw/before.rules";
  const std::string after = "/etc/ufw/after6.rules";
  world.host.files.put("/usr/share/ufw/iptables/after6.rules", "*filter\nCOMMIT\n");
  world.host.files.put("/usr/share/ufw/iptables/before.rules", "the package's\n");
  world.host.files.put(before, "the owner's\n");
  world.host.files.put(after, "");
  CHECK(only_drift(world, "ufw") == Lines{"empty file: is " + after + ", should be as its package made it"});
  repairs(world);
  CHECK(world.host.files.find(after)->content == "*filter\nCOMMIT\n");
  CHECK(world.host.files.find(after)->mode == 0640);
  CHECK(world.host.files.find(before)->content == "the owner's\n");
}

TEST_CASE("ufw: a rule that the profile does not list is named, also while it is removed") {
  Converged world;
  world.ufw.rules.push_back({"allow 8080/tcp"});
  CHECK(only_drift(world, "ufw") == Lines{"rule not in the profile: is allow 8080/tcp, should be absent"});
  repairs(world);
  CHECK_FALSE(world.ufw.has("allow 8080/tcp"));
  CHECK(world.host.progress_lines ==
        Lines{"ufw: removing the rule `allow 8080/tcp`, which the profile does not list"});
}

TEST_CASE("ufw: rules with a comment, an application's name of two words or a route are removed as well") {
  Converged world;
  world.ufw.rules.push_back({"allow 22/tcp comment 'for my cat'"});
  world.ufw.rules.push_back({"allow 'Apache Full'"});
  world.ufw.rules.push_back({"route allow in on eth0 out on eth1"});
  CHECK(only_drift(world, "ufw") ==
        Lines{"rule not in the profile: is allow 22/tcp, should be absent",
              "rule not in the profile: is allow 'Apache Full', should be absent",
              "rule not in the profile: is route allow in on eth0 out on eth1, should be absent"});
  repairs(world);
  CHECK(world.ufw.rules.size() == 1);
}

TEST_CASE("ufw: a comment does not make another rule") {
  Converged world;
  world.ufw.rules.at(0).text += " comment 'the tailnet'";
  CHECK(world.check().exit_code() == 0);
}

TEST_CASE("ufw: rules that the profile lists are made and kept") {
  Converged world;
  world.profile.ufw.allow = {{443, "tcp", "203.0.113.0/24"}, {60000, "udp", ""}};
  CHECK(only_drift(world, "ufw") ==
        Lines{"rule: is absent, should be allow 60000/udp",
              "rule: is absent, should be allow from 203.0.113.0/24 to any port 443 proto tcp"});
  repairs(world);
  CHECK(world.ufw.has("allow 60000/udp"));
  world.profile.ufw.allow.pop_back();
  CHECK(only_drift(world, "ufw") == Lines{"rule not in the profile: is allow 60000/udp, should be absent"});
}

TEST_CASE("ufw: an unfiltered IPv6 is drift; it is repaired in ufw's own file, whose other lines stay") {
  Converged world;
  const std::string policies =
      "DEFAULT_INPUT_POLICY=\"DROP\"\nDEFAULT_OUTPUT_POLICY=\"ACCEPT\"\nDEFAULT_FORWARD_POLICY=\"DROP\"\n"
      "DEFAULT_APPLICATION_POLICY=\"SKIP\"\n";
  world.host.files.put("/etc/default/ufw", "# mine\nIPV6=no\nMANAGE_BUILTINS=no\n" + policies);
  world.ufw.rules.at(0).v6 = false;
  CHECK(only_drift(world, "ufw") ==
        Lines{"IPv6: is not filtered, should be filtered",
              "rule for tailscale0, IPv6: is absent, should be allow in on tailscale0"});
  repairs(world);
  CHECK(world.host.files.find("/etc/default/ufw")->content ==
        "# mine\nIPV6=yes\nMANAGE_BUILTINS=no\n" + policies);
  world.host.files.put("/etc/default/ufw", "# mine\n" + policies);
  repairs(world);
  CHECK(world.host.files.find("/etc/default/ufw")->content == "# mine\n" + policies + "IPV6=yes\n");
}

TEST_CASE("ufw: settings that it refuses to work without are added, whatever else is in the file") {
  Converged world;
  world.host.files.put("/etc/default/ufw", "# mine\nDEFAULT_FORWARD_POLICY=\"ACCEPT\"");
  CHECK(only_drift(world, "ufw") ==
        Lines{"setting DEFAULT_INPUT_POLICY: is absent, should be ufw's default",
              "setting DEFAULT_OUTPUT_POLICY: is absent, should be ufw's default",
              "setting DEFAULT_APPLICATION_POLICY: is absent, should be ufw's default"});
  repairs(world);
  CHECK(world.host.files.find("/etc/default/ufw")
            ->content.starts_with(
                "# mine\nDEFAULT_FORWARD_POLICY=\"ACCEPT\"\nDEFAULT_INPUT_POLICY=\"DROP\"\n"));
}

TEST_CASE("ufw: a kernel without IPv6 has nothing of it to filter, and no address to be asked about") {
  World world;
  world.host.files.erase("/proc/net/if_inet6");
  const auto probe = world.host.firewall;
  world.host.firewall = [probe](const NewConnection& connection) -> Result<bool> {
    if (connection.to.find(':') != std::string::npos)
      return fail(Errc::failed, "no interface has the address {}", connection.to);
    return probe ? probe(connection) : Result<bool>(true);
  };
  CHECK(world.enforce().exit_code() == 0);
  CHECK(world.ufw.enabled);
}

TEST_CASE("ufw: not installed yet is unknown until the packages are") {
  World world;
  CHECK(find(world.check(), "ufw").reason == "packages: ufw is not installed");
}

TEST_CASE("metadata: the table gone, the rules changed, the unit stopped: named and repaired") {
  Converged world;
  world.nft.loaded.clear();
  const Lines open = {"169.254.169.254: is open to every user, should be root only",
                      "fe80::a9fe:a9fe: is open to every user, should be root only"};
  CHECK(only_drift(world, "metadata") == open);
  repairs(world);
  world.host.files.put("/etc/bootstrap-agent/metadata.nft", "# emptied\n");
  CHECK(only_drift(world, "metadata") == Lines{"rules file: is changed, should be as shipped"});
  repairs(world);
  world.host.unit_of(Scope::system(), Nft::unit).active_state = "inactive";
  CHECK(only_drift(world, "metadata") == Lines{"active: is inactive, should be active"});
  repairs(world);
}

TEST_CASE("metadata: nftables.service, which flushes everybody's rules, brings the guard and ufw back") {
  Converged world;
  const std::string drop_in = "/etc/systemd/system/nftables.service.d/bootstrap-agent.conf";
  const auto text = world.host.files.find(drop_in)->content;
  for (const char* when : {"ExecStartPost=-", "ExecReload=-"}) {
    CHECK(text.find(std::string(when) + "/usr/sbin/nft -f /etc/bootstrap-agent/metadata.nft\n") !=
          std::string::npos);
    CHECK(text.find(std::string(when) + "+/usr/sbin/ufw reload\n") != std::string::npos);
  }
  world.host.files.erase(drop_in);
  CHECK(only_drift(world, "metadata") ==
        Lines{"drop-in of nftables.service: is absent, should be as shipped"});
  repairs(world);
}

TEST_CASE("metadata: rules are loaded by one restart, also when the unit has to be enabled as well") {
  Converged world;
  world.nft.loaded.clear();
  auto& unit = world.host.unit_of(Scope::system(), Nft::unit);
  SUBCASE("no more than that") {}
  SUBCASE("not enabled") { unit.unit_file_state = "disabled"; }
  SUBCASE("stopped") { unit.active_state = "inactive"; }
  repairs(world);
  const auto& changes = world.host.changes();
  CHECK(std::count(changes.begin(), changes.end(), "restart_unit " + std::string(Nft::unit)) == 1);
}

TEST_CASE("metadata: its unit masked, overridden or run from an older file is drift like any other") {
  Converged world;
  const std::string unit = "/etc/systemd/system/bootstrap-agent-metadata.service";
  world.host.files.put_symlink(unit, "/dev/null");
  REQUIRE(world.host.reload_manager(Scope::system()));
  CHECK(drifts(world.check(), "metadata").front() == "unit file: is absent, should be as shipped");
  repairs(world);
  world.host.files.put(unit + ".d/off.conf", "[Service]\nExecStart=\nExecStart=/bin/true\n");
  REQUIRE(world.host.reload_manager(Scope::system()));
  CHECK(only_drift(world, "metadata") ==
        Lines{"drop-in " + unit + ".d/off.conf: is present, should be absent"});
  repairs(world);
  CHECK(world.host.files.find(unit + ".d/off.conf") == nullptr);
  world.host.files.find(unit)->content += "# mine\n";
  CHECK(only_drift(world, "metadata") == Lines{"unit file: is changed, should be as shipped",
                                               "loaded: is an older file, should be the file on disk"});
  repairs(world);
}

TEST_CASE("metadata: one address of the two is not enough") {
  Converged world;
  auto& rules = world.nft.loaded;
  rules.erase(rules.find("ip6 daddr"));
  CHECK(only_drift(world, "metadata") ==
        Lines{"fe80::a9fe:a9fe: is open to every user, should be root only"});
  rules.replace(rules.find("hook output"), 11, "hook input ");
  CHECK(only_drift(world, "metadata").size() == 2);
}

}  // namespace agent
