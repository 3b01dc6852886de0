# SPDX-License-Identifier: Apache-2.0
"""What a stranger reaches of a server: TCP ports of its public addresses, tried from this laptop."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Network
from typing import Literal

from openclaw_server.life.checks import Check

Reached = Literal["open", "refused", "silent", "no way"]
Try = Callable[[str, int], Reached]

SECONDS = 2.0  # that a port may take to answer
AT_ONCE = 64  # connections at a time over all ports: a home router remembers each for minutes
AT_ONCE_OF_FEW = 200  # of the usual ports, which are few enough in all; a Mac lets a program have 256 files open
MOST_FEW = 2048  # ports
_SHOWN = 10


def connect(address: str, port: int) -> Reached:
    """Tries one port. ``silent``: nothing came back, as behind a firewall. ``no way``: this laptop has no route there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.settimeout(SECONDS)
            trial.connect((address, port))
    except TimeoutError:
        return "silent"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "refused"
    except OSError:  # no route, or this laptop's own limits: nothing is known of the port
        return "no way"
    return "open"


def ports(gateway: int, listening: Iterable[tuple[str, int]], *, every: bool) -> list[int]:
    """Those that are tried: 1 to 1024, the gateway's, and all on which the server itself says that it listens."""
    if every:
        return list(range(1, 65536))
    return sorted({*range(1, 1025), gateway, *(port for protocol, port in listening if protocol == "tcp")})


def first_address(network: str) -> str:
    """The address that a server has in the /64 which the API names: the first."""
    return str(IPv6Network(network, strict=False)[1])


def look(addresses: dict[str, str | None], wanted: list[int], attempt: Try = connect) -> list[Check]:
    """One row an address family. Every answer is bad: behind the firewall nothing answers, not even with a refusal."""
    found = []
    for family, address in addresses.items():
        name = f"nothing answers on {family}"
        if address is None:
            found.append(Check(name, "good", "the server has no such address"))
            continue
        if attempt(address, wanted[0]) == "no way":
            found.append(Check(name, "not tried", f"this laptop has no way to {address}"))
            continue
        with ThreadPoolExecutor(AT_ONCE if len(wanted) > MOST_FEW else AT_ONCE_OF_FEW) as pool:
            reached = dict(zip(wanted, pool.map(lambda port, at=address: attempt(at, port), wanted), strict=True))
        # Open ones first: behind no firewall at all every other one refuses.
        answered = [f"{port} {kind}" for kind in ("open", "refused") for port, how in reached.items() if how == kind]
        more = f" and {len(answered) - _SHOWN} more" if len(answered) > _SHOWN else ""
        untried = sum(how == "no way" for how in reached.values())
        if answered:
            found.append(Check(name, "bad", f"{address}: {', '.join(answered[:_SHOWN])}{more}"))
        elif untried:
            found.append(
                Check(name, "not tried", f"{address}: {untried} of {len(wanted)} TCP ports could not be tried from here")
            )
        else:
            found.append(Check(name, "good", f"{address}: {len(wanted)} TCP ports are silent"))
    return found
