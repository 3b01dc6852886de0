"""The lab's name server: its own names, and for everything else the machine's resolvers. And the DHCP server of virtual machines."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from . import net
from .instance import Instance
from .wait import wait_until

# systemd-resolved shows programs a stub on loopback, which namespaces can't reach, and keeps the real servers here.
_SOURCES = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))


def resolvers() -> list[str]:
    """The machine's name servers that can be reached from a namespace. Empty if it has none."""
    for source in _SOURCES:
        lines = source.read_text().splitlines() if source.exists() else []
        servers = [line.split()[1] for line in lines if line.startswith("nameserver ")]
        usable = [s for s in servers if "%" not in s and (ip := ipaddress.ip_address(s)).version == 4 and not ip.is_loopback]
        if usable:
            return usable
    return []


def start(instance: Instance, names: dict[str, str]) -> None:
    """Starts dnsmasq in wan; ``names`` are the lab's own, with their addresses. Answers no IPv6: there is no way out for it.

    Nothing below tailscale.com is found: a lab's nodes have no business with the real service and its log server.
    """
    log = instance.directory / "dnsmasq.log"
    here = net.v4(instance.number, net.ROUTER)
    options = ["--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--pid-file=", "--bind-interfaces",
               f"--listen-address={here}", "--local=/test/", "--local=/ts.net/", "--local=/tailscale.com/", "--filter-AAAA",
               "--log-facility=-", *(f"--host-record={name},{address}" for name, address in names.items()),
               *(f"--server={server}" for server in resolvers()), *_dhcp(instance.number)]
    with open(log, "wb") as output:
        server = instance.spawn(["dnsmasq", *options], netns="wan", stdout=output)

    def started() -> bool:
        if server.poll() is not None:
            raise RuntimeError(f"dnsmasq ended with {server.returncode}: {log.read_text().strip()}")
        return "started, version" in log.read_text()

    wait_until(started, 20, "dnsmasq to start")


def _dhcp(number: int) -> list[str]:
    """Every machine has its own address. Nothing is written: leases are the addresses that they have anyhow."""
    hosts = [f"--dhcp-host={net.mac(number, last)},{net.v4(number, last)}" for last in range(net.FIRST_HOST, 255)]
    return [f"--dhcp-range={net.v4(number, 0)},static", "--dhcp-authoritative", "--leasefile-ro", f"--dhcp-option=option:mtu,{net.MTU}",
            *hosts]
