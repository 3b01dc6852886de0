// SPDX-License-Identifier: Apache-2.0
// Which rules accept a new connection. Each test has its own network namespace with an interface eth7 that
// has addresses, and rules like those of ufw and tailscaled.
#include "platform/net/firewall_probe.hpp"

#include <doctest/doctest.h>
#include <sched.h>

#include <functional>
#include <thread>

#include "platform/process/process.hpp"
#include "platform/real_host.hpp"
#include "support/forked.hpp"

namespace agent {
namespace {

void run(std::vector<std::string> argv, std::string input = "") {
  Command command;
  command.argv = std::move(argv);
  command.input = std::move(input);
  const auto done = run_process(command);
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
  REQUIRE_MESSAGE(done->ok(), done->err);
}

// On its own thread: the network namespace ends with it.
void elsewhere(const std::function<void()>& test) {
  std::thread([&] {
    REQUIRE(::unshare(CLONE_NEWNET) == 0);
    run({"ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth8"});
    run({"ip", "addr", "add", "198.51.100.1/24", "dev", "eth7"});
    run({"ip", "addr", "add", "2001:db8::1/64", "dev", "eth7", "nodad"});
    test();
  }).join();
}

void load(const std::string& rules, const std::string& program = "iptables-restore") {
  run({program}, "*filter\n:INPUT DROP [0:0]\n:ts-input - [0:0]\n" + rules + "COMMIT\n");
}

bool probe_firewall(const std::string& from, const std::string& to, std::uint16_t port) {
  RealHost host({});
  const auto answer = host.probe_firewall({from, to, port}, "ts-input");
  REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
  return *answer;
}

const std::string here = "198.51.100.1";
const std::string established = "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";

}  // namespace

TEST_CASE("admission: without rules everything comes in") {
  elsewhere([] {
    CHECK(probe_firewall("203.0.113.5", here, 22));
    CHECK(probe_firewall("2001:db8::5", "2001:db8::1", 22));
  });
}

TEST_CASE("admission: source, port and interface decide, as the rules say") {
  elsewhere([] {
    load(established + "-A INPUT -s 203.0.113.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n");
    CHECK(probe_firewall("203.0.113.5", here, 22));
    CHECK_FALSE(probe_firewall("203.0.114.5", here, 22));
    CHECK_FALSE(probe_firewall("203.0.113.5", here, 23));
    load(established + "-A INPUT -i eth7 -j ACCEPT\n");
    CHECK(probe_firewall("203.0.114.5", here, 22));
    load(established + "-A INPUT -i eth8 -j ACCEPT\n");
    CHECK_FALSE(probe_firewall("203.0.114.5", here, 22));
    load("-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n");
    CHECK_FALSE(probe_firewall("203.0.114.5", here, 22));
  });
}

TEST_CASE("admission: IPv6 has rules of its own") {
  elsewhere([] {
    load("-A INPUT -s 2001:db8::/64 -p tcp -m tcp --dport 22 -j ACCEPT\n", "ip6tables-restore");
    CHECK(probe_firewall("2001:db8::5", "2001:db8::1", 22));
    CHECK_FALSE(probe_firewall("2001:db8:1::5", "2001:db8::1", 22));
    CHECK(probe_firewall("203.0.113.5", here, 23));
  });
}

TEST_CASE("admission: an established connection proves nothing, nor does tailscaled's own chain") {
  elsewhere([] {
    load(established + "-A ts-input -i eth7 -j ACCEPT\n-A INPUT -j ts-input\n");
    CHECK_FALSE(probe_firewall("203.0.113.5", here, 22));
  });
}

TEST_CASE("admission: a lost packet proves nothing, since TCP sends it again") {
  elsewhere([] {
    load("-A INPUT -p tcp -m statistic --mode nth --every 3 --packet 2 -j ACCEPT\n");
    CHECK(probe_firewall("203.0.113.5", here, 22));
  });
}

TEST_CASE("admission: an unknown answer is an error, and nothing is left behind") {
  elsewhere([] {
    RealHost host({});
    CHECK(host.probe_firewall({"203.0.113.5", "192.0.2.1", 22}, "").error().message ==
          "no interface has the address 192.0.2.1");
    CHECK(host.probe_firewall({"203.0.113.5", "2001:db8::1", 22}, "").error().code == Errc::invalid);
    CHECK(host.probe_firewall({"nowhere", "198.51.100.1", 22}, "").error().code == Errc::invalid);
    CHECK(host.run(save_rules(false))->out.find("-A INPUT") == std::string::npos);
  });
}

TEST_CASE("admission: an error when no thread can be started") {
  CHECK(in_child([] {
          if (!without_threads()) return std::string("there are threads");
          const auto answer = probe_rules("", {"127.0.0.2", "127.0.0.1", 22}, "");
          return answer ? std::string("answered") : answer.error().message;
        }).starts_with("try a connection from 127.0.0.2 to 127.0.0.1 port 22: start a thread: "));
}

}  // namespace agent
