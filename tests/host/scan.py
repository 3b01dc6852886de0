"""Which ports of a host answer a stranger. A program that runs where the stranger is.

    scan.py ADDRESS [FIRST LAST]       prints the TCP ports that accept a connection or refuse it, and the UDP ports that answer
"""

from __future__ import annotations

import errno
import resource
import select
import socket
import sys
import time

AT_ONCE = 8192
WAIT = 0.7  # seconds; neighbours on one link answer within a millisecond
# Services that a server may have: DNS, DHCP, NTP, NetBIOS, SNMP, IKE, DHCPv6, mDNS, LLMNR, tailscaled, the gateway.
UDP_PORTS = (53, 67, 68, 123, 137, 161, 500, 546, 547, 5353, 5355, 41641, 18789)


def tcp(family: int, address: str, ports: list[int]) -> list[int]:
    """The ports for which the host answered a connection request at all, also with a refusal."""
    poll = select.poll()
    asked: dict[int, tuple[socket.socket, int]] = {}
    answered = []
    for port in ports:
        connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        code = connection.connect_ex((address, port))
        if code != errno.EINPROGRESS:
            answered.append(port)
        asked[connection.fileno()] = (connection, port)
        poll.register(connection, select.POLLOUT)
    deadline = time.monotonic() + WAIT
    while (left := deadline - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            answered.append(asked[descriptor][1])
            poll.unregister(descriptor)
    for connection, _ in asked.values():
        connection.close()
    return answered


def udp(family: int, address: str, ports: tuple[int, ...]) -> list[int]:
    """The ports that answer a datagram, also with "unreachable"."""
    poll = select.poll()
    asked = {}
    for port in ports:
        sender = socket.socket(family, socket.SOCK_DGRAM)
        sender.connect((address, port))
        sender.send(b"\0" * 48)
        asked[sender.fileno()] = (sender, port)
        poll.register(sender, select.POLLIN)
    time.sleep(WAIT)  # wait the whole time for all; there is no event for silence
    return [asked[descriptor][1] for descriptor, _ in poll.poll(0)]


def main() -> None:
    address = sys.argv[1]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, AT_ONCE + 64), hard))
    first, last = map(int, sys.argv[2:] or (1, 65535))
    for begin in range(first, last + 1, AT_ONCE):
        for port in tcp(family, address, list(range(begin, min(begin + AT_ONCE, last + 1)))):
            print("tcp", port)
    for port in udp(family, address, UDP_PORTS):
        print("udp", port)


if __name__ == "__main__":
    main()
