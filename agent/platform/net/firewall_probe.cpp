// SPDX-License-Identifier: Apache-2.0
#include "platform/net/firewall_probe.hpp"

// clang-format off
#include <netinet/in.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
// clang-format on
#include <fcntl.h>
#include <ifaddrs.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/deadline.hpp"
#include "platform/net/packet.hpp"
#include "platform/posix/posix.hpp"
#include "platform/process/process.hpp"

namespace agent {
namespace {

// The kernel answers a packet at once when no rule drops it. But it may need some time until a new address
// works: an IPv6 address is tentative, and packets to it are lost, until a kernel worker has run. That worker
// needs the RTNL lock, which others may hold (addrconf_dad_work() in Linux' net/ipv6/addrconf.c). So the
// first question is asked without rules.
constexpr Milliseconds ready_timeout(10'000);
constexpr Milliseconds answer_timeout(1'000);  // after that, no answer means that a rule dropped the packet
constexpr Milliseconds again_after(100);       // a lost packet proves nothing: like TCP, send it again
// Two ports, so that a late answer to the first question is not taken for an answer to the second.
constexpr std::uint16_t port_without_rules = 50000;
constexpr std::uint16_t port_with_rules = 50001;

struct Question {
  std::string interface;
  std::string rules;
  Bytes from;
  Bytes to;
  std::uint16_t port = 0;
  [[nodiscard]] bool v6() const { return to.size() == sizeof(in6_addr); }
};

std::string interface_with(const Bytes& address) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return {};
  std::string name;
  for (const auto* each = all; each != nullptr && name.empty(); each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    const void* bytes = nullptr;
    if (each->ifa_addr->sa_family == AF_INET && address.size() == sizeof(in_addr))
      bytes = &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;  // NOLINT
    if (each->ifa_addr->sa_family == AF_INET6 && address.size() == sizeof(in6_addr))
      bytes = &reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;  // NOLINT
    if (bytes != nullptr && std::memcmp(bytes, address.data(), address.size()) == 0) name = each->ifa_name;
  }
  ::freeifaddrs(all);
  return name;
}

std::string without_jumps(const std::string& rules, const std::string& chain) {
  std::istringstream lines(rules);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("-A INPUT ") || !line.ends_with("-j " + chain)) kept += line + "\n";
  return kept;
}

// A socket of the given family, to configure an interface or to listen.
Result<UniqueFd> open_socket(int family) {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(errno, "socket");
  return fd;
}

Result<UniqueFd> make_interface(const std::string& name) {
  UniqueFd tun(::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!tun) return fail_errno(errno, "/dev/net/tun");
  ifreq request = {};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(tun.get(), TUNSETIFF, &request) != 0) return fail_errno(errno, "make an interface " + name);
  AGENT_TRY_ASSIGN(auto control, open_socket(AF_INET));
  request.ifr_flags = IFF_UP;
  if (::ioctl(control.get(), SIOCSIFFLAGS, &request) != 0) return fail_errno(errno, name + " up");
  return tun;
}

sockaddr as_sockaddr(const Bytes& v4) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  std::memcpy(&address.sin_addr, v4.data(), sizeof address.sin_addr);
  sockaddr out = {};
  std::memcpy(&out, &address, sizeof address);
  return out;
}

// Sets this machine's address on the interface, and the route back to the sender.
Status give_v4_address(const Question& question) {
  AGENT_TRY_ASSIGN(auto control, open_socket(AF_INET));
  auto name = question.interface;
  ifreq address = {};
  name.copy(address.ifr_name, IFNAMSIZ - 1);
  address.ifr_addr = as_sockaddr(question.to);
  rtentry route = {};
  route.rt_dst = as_sockaddr(question.from);
  route.rt_genmask = as_sockaddr({255, 255, 255, 255});
  route.rt_flags = RTF_UP | RTF_HOST;
  route.rt_dev = name.data();
  if (::ioctl(control.get(), SIOCSIFADDR, &address) != 0) return fail_errno(errno, "set an address");
  if (::ioctl(control.get(), SIOCADDRT, &route) != 0) return fail_errno(errno, "set a route");
  return {};
}

Status give_v6_address(const Question& question) {
  AGENT_TRY_ASSIGN(auto control, open_socket(AF_INET6));
  const auto index = ::if_nametoindex(question.interface.c_str());
  in6_ifreq address = {};
  std::memcpy(&address.ifr6_addr, question.to.data(), sizeof address.ifr6_addr);
  address.ifr6_prefixlen = 128;
  address.ifr6_ifindex = static_cast<int>(index);
  // Padded with zeros: qemu's user emulation reads the longer rtentry, which contains a pointer
  // (do_ioctl_rt).
  struct {
    in6_rtmsg message;
    std::array<char, sizeof(rtentry)> rest;
  } padded = {};
  auto& route = padded.message;
  std::memcpy(&route.rtmsg_dst, question.from.data(), sizeof route.rtmsg_dst);
  route.rtmsg_dst_len = 128;
  route.rtmsg_metric = 1;
  route.rtmsg_flags = RTF_UP | RTF_HOST;
  route.rtmsg_ifindex = static_cast<int>(index);
  if (::ioctl(control.get(), SIOCSIFADDR, &address) != 0) return fail_errno(errno, "set an IPv6 address");
  if (::ioctl(control.get(), SIOCADDRT, &padded) != 0) return fail_errno(errno, "set an IPv6 route");
  return {};
}

Status load_rules(const Question& question) {
  Command command;
  command.argv = {question.v6() ? "ip6tables-restore" : "iptables-restore"};
  command.input = question.rules;
  AGENT_TRY_ASSIGN(auto done, run_process(command));
  if (!done.ok()) return fail(Errc::failed, "{}: {}", command.argv.front(), done.err);
  return {};
}

Result<UniqueFd> listen_on(const Question& question) {
  auto listener = open_socket(question.v6() ? AF_INET6 : AF_INET);
  if (!listener) return listener;
  sockaddr_in6 any = {};  // all zeros is any address in both families, and the port is at the same offset
  any.sin6_family = question.v6() ? AF_INET6 : AF_INET;
  any.sin6_port = htons(question.port);
  if (::bind(listener->get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0)  // NOLINT
    return fail_errno(errno, "bind");
  if (::listen(listener->get(), 8) != 0) return fail_errno(errno, "listen");
  return listener;
}

Result<bool> is_answered(int tun, const Question& question, std::uint16_t from_port, Milliseconds timeout) {
  const auto first = first_packet(question.from, from_port, question.to, question.port);
  const std::string_view as_text(reinterpret_cast<const char*>(first.data()), first.size());  // NOLINT
  std::array<unsigned char, 2048> packet{};
  pollfd ready = {tun, POLLIN, 0};
  for (const Deadline deadline(timeout); !deadline.passed();) {
    AGENT_TRY(write_all(tun, as_text, "send a packet"));
    const Deadline again(std::min(again_after, deadline.left()));
    while (::poll(&ready, 1, static_cast<int>(again.left().count())) > 0) {
      const auto size = ::read(tun, packet.data(), packet.size());
      if (size < 0 && errno != EAGAIN && errno != EINTR) return fail_errno(errno, "read the answer");
      if (size > 0 && is_syn_ack(packet.data(), static_cast<std::size_t>(size), from_port)) return true;
    }
  }
  return false;
}

// Runs on its own thread: the network namespace ends with the thread.
Result<bool> ask(const Question& question) {
  if (::unshare(CLONE_NEWNET) != 0) return fail_errno(errno, "make a network namespace");
  AGENT_TRY_ASSIGN(auto tun, make_interface(question.interface));
  AGENT_TRY(question.v6() ? give_v6_address(question) : give_v4_address(question));
  AGENT_TRY_ASSIGN(auto listener, listen_on(question));
  auto ready = is_answered(tun.get(), question, port_without_rules, ready_timeout);
  if (!ready) return ready;
  if (!*ready)
    return fail(Errc::timed_out, "without firewall rules there was no answer within {} s",
                ready_timeout.count() / 1000);
  AGENT_TRY(load_rules(question));
  return is_answered(tun.get(), question, port_with_rules, answer_timeout);
}

}  // namespace

Command save_rules(bool v6) {
  Command command;
  command.argv = {v6 ? "ip6tables-save" : "iptables-save"};
  command.env = {{"LC_ALL", "C"}};
  return command;
}

Result<bool> probe_rules(const std::string& rules, const NewConnection& connection,
                         const std::string& without_chain) {
  Question question{"", without_jumps(rules, without_chain), address_bytes(connection.from),
                    address_bytes(connection.to), connection.port};
  if (question.from.empty() || question.from.size() != question.to.size())
    return fail(Errc::invalid, "{} to {}: not two addresses of the same kind", connection.from,
                connection.to);
  question.interface = interface_with(question.to);
  if (question.interface.empty())
    return fail(Errc::not_found, "no interface has the address {}", connection.to);
  Result<bool> answer = false;
  try {
    std::thread([&] { answer = ask(question); }).join();
  } catch (const std::system_error& error) {
    answer = fail(Errc::failed, "start a thread: {}", error.what());
  }
  if (!answer)
    return pass(std::move(answer), fmt::format("try a connection from {} to {} port {}", connection.from,
                                               connection.to, connection.port));
  return answer;
}

}  // namespace agent
