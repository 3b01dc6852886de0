"""The lab's network: namespaces ``wan`` (the internet), ``op`` (the operator's laptop) and one for each host.

    machine --- uplink --- wan ---+--- host 16, 17, …      10.99.N.0/24, fd00:99:N::/64 on bridge br0 in wan
            10.99.(100+N).0/30    +--- op

wan is everyone's router. It holds .1 (DNS, and the place an outsider looks from), .3 (the mirror), .4 (the control server) and
the metadata addresses 169.254.169.254 and fe80::a9fe:a9fe. IPv4 goes on to the real internet, for apt; IPv6 ends in wan, which says so at
once. All is made from N and the names below, so all can be removed knowing only N.
"""

from __future__ import annotations

import ctypes
import ipaddress
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PREFIX = "ba-lab"
MTU = "1400"  # some machines' uplinks are tunnels
METADATA_V4 = "169.254.169.254"
METADATA_V6 = "fe80::a9fe:a9fe"

_CLONE_NEWNET = 0x40000000  # linux/sched.h

# Last bytes of addresses.
ROUTER, OPERATOR, MIRROR, CONTROL, FIRST_HOST = 1, 2, 3, 4, 16


def namespace(number: int, part: str) -> str:
    """The real name of namespace ``part`` (wan, op, or a host's) of lab ``number``."""
    return f"{PREFIX}{number}-{part}"


def v4(number: int, last: int) -> str:
    """Address of the machine ``last`` on the lab's bridge."""
    return f"10.99.{number}.{last}"


def v6(number: int, last: int) -> str:
    return f"fd00:99:{number}::{last:x}"


def own_v6(number: int, last: int) -> str:
    """A network of the machine's own, as Hetzner gives one to each server; the server's address is its first."""
    return f"fd00:99:{number}:{last:x}::/64"


def last_byte(address: str) -> int:
    """Which machine of the lab an address belongs to; its IPv4, global IPv6 and link-local addresses all end alike."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(ip, "ipv4_mapped", None) or ip).packed[-1]


def mac(number: int, last: int) -> str:
    return f"02:00:00:00:{number:02x}:{last:02x}"


def create(number: int) -> None:
    """Makes wan, the operator's namespace and the way out (where the machine forwards: machine.py)."""
    wan, uplink, out = namespace(number, "wan"), f"{PREFIX}{number}", f"10.99.{100 + number}"
    _ip("netns", "add", wan)
    _ip("-n", wan, "link", "set", "lo", "up")
    _ip("link", "add", uplink, "type", "veth", "peer", "name", "uplink", "netns", wan)
    _ip("addr", "add", f"{out}.1/30", "dev", uplink)
    _ip("link", "set", uplink, "mtu", MTU, "up")
    _ip("-n", wan, "addr", "add", f"{out}.2/30", "dev", "uplink")
    _ip("-n", wan, "link", "set", "uplink", "mtu", MTU, "up")
    _ip("-n", wan, "route", "add", "default", "via", f"{out}.1")
    _ip("-n", wan, "-6", "route", "add", "unreachable", "default")
    # An address of its own: it would take the lowest of its ports', and change it, when a host goes; then others seek it for seconds.
    _ip("-n", wan, "link", "add", "br0", "address", mac(number, ROUTER), "type", "bridge")
    for address in (f"{v4(number, ROUTER)}/24", f"{v4(number, MIRROR)}/24", f"{v4(number, CONTROL)}/24",
                    f"{v6(number, ROUTER)}/64", f"{METADATA_V4}/32", f"{METADATA_V6}/64"):
        _ip("-n", wan, "addr", "add", address, "dev", "br0", *(["nodad"] if ":" in address else []))
    _ip("-n", wan, "link", "set", "br0", "mtu", MTU, "up")
    _ip("route", "add", f"{v4(number, 0)}/24", "via", f"{out}.2")
    for key in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
        _run(["ip", "netns", "exec", wan, "sysctl", "-qw", key])
    attach(number, "op", OPERATOR)
    _resolv_conf(number).mkdir(parents=True)
    (_resolv_conf(number) / "resolv.conf").write_text(f"nameserver {v4(number, ROUTER)}\n")
    _run(["nft", "-f", "-"], input=f"""
        table ip {PREFIX}{number} {{
            chain out {{
                type nat hook postrouting priority srcnat;
                ip saddr {{ {out}.0/30, {v4(number, 0)}/24 }} oifname != "{uplink}" masquerade
            }}
        }}""")


def attach(number: int, part: str, last: int, *, addresses: bool = True) -> None:
    """Makes namespace ``part`` with address ``last``, anew if it is there: a boot must not find the last boot's firewall.

    Without ``addresses`` whoever boots there sets them.
    """
    ns, wan, port = namespace(number, part), namespace(number, "wan"), f"port{last}"
    detach(number, part)
    _ip("netns", "add", ns)
    _ip("-n", ns, "link", "set", "lo", "up")
    _ip("-n", wan, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", ns)
    _ip("-n", wan, "link", "set", port, "mtu", MTU, "master", "br0", "up")
    _ip("-n", ns, "link", "set", "eth0", "address", mac(number, last), "mtu", MTU, "up")
    if not addresses:
        return
    _ip("-n", ns, "addr", "add", f"{v4(number, last)}/24", "dev", "eth0")
    _ip("-n", ns, "addr", "add", f"{v6(number, last)}/64", "dev", "eth0", "nodad")
    _ip("-n", ns, "route", "add", "default", "via", v4(number, ROUTER))
    _ip("-n", ns, "-6", "route", "add", "default", "via", v6(number, ROUTER))


def route_own_v6(number: int, last: int) -> None:
    """Lets wan find a machine's own network."""
    _ip("-n", namespace(number, "wan"), "-6", "route", "replace", own_v6(number, last), "via", v6(number, last), "dev", "br0")


def listen(number: int, part: str) -> socket.socket:
    """A socket that listens on loopback of namespace ``part``; whoever accepts may be anywhere."""
    with open(f"/run/netns/{namespace(number, part)}") as handle, ThreadPoolExecutor(1) as thread:
        return thread.submit(_listen_in, handle.fileno()).result()


def detach(number: int, part: str) -> None:
    """Removes namespace ``part`` and its link, if they are there."""
    if (ns := namespace(number, part)) in namespaces():
        _delete_link("eth0", ns)  # at once: with its namespace it would only go some time later
        _ip("netns", "del", ns)


def attach_tap(number: int, last: int) -> str:
    """A port of the bridge for a virtual machine, whose name it returns: a tap device in wan. Addresses come by DHCP (dns.py)."""
    wan, port = namespace(number, "wan"), f"port{last}"
    detach_tap(number, last)
    _ip("-n", wan, "tuntap", "add", port, "mode", "tap")
    _ip("-n", wan, "link", "set", port, "mtu", MTU, "master", "br0", "up")
    return port


def detach_tap(number: int, last: int) -> None:
    """Removes that port, if it is there."""
    _delete_link(f"port{last}", namespace(number, "wan"))


def namespaces() -> list[str]:
    """All named network namespaces of the machine."""
    directory = Path("/run/netns")
    return [entry.name for entry in directory.iterdir()] if directory.exists() else []


def remove(number: int) -> None:
    """Removes all of the lab's network, as far as it is there."""
    _delete_link(f"{PREFIX}{number}")
    for ns in namespaces():
        if ns.startswith(f"{PREFIX}{number}-"):
            _ip("netns", "del", ns)  # with the links that end in it
    if _resolv_conf(number).exists():
        (_resolv_conf(number) / "resolv.conf").unlink(missing_ok=True)
        _resolv_conf(number).rmdir()
        if not any(_resolv_conf(number).parent.iterdir()):
            _resolv_conf(number).parent.rmdir()
    tables = subprocess.run(["nft", "list", "tables", "ip"], check=True, capture_output=True, text=True).stdout
    if f"table ip {PREFIX}{number}" in tables.splitlines():
        _run(["nft", "delete", "table", "ip", f"{PREFIX}{number}"])


def _resolv_conf(number: int) -> Path:
    # ip-netns(8): its resolv.conf is bound over /etc/resolv.conf by `ip netns exec`
    return Path("/etc/netns") / namespace(number, "op")


def _listen_in(handle: int) -> socket.socket:
    """For a thread that ends afterwards: it stays in that namespace. (Python has no setns before 3.12.)"""
    if ctypes.CDLL(None, use_errno=True).setns(handle, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    return socket.create_server(("127.0.0.1", 0))


def _delete_link(name: str, ns: str | None = None) -> None:
    inside = ["-n", ns] if ns else []
    if subprocess.run(["ip", *inside, "link", "show", name], capture_output=True).returncode == 0:
        _ip(*inside, "link", "del", name)


def _ip(*args: str) -> None:
    _run(["ip", *args])


def _run(argv: list[str], input: str | None = None) -> None:
    done = subprocess.run(argv, input=input, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip()}")
