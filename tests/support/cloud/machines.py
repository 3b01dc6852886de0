# SPDX-License-Identifier: Apache-2.0
"""What a server of the double runs on. In memory nothing boots; a laboratory's hosts have the same interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

Rule = dict[str, object]  # as the API has it: direction, protocol, port, source_ips …


@dataclass
class Booted:
    """A machine that was asked for. ``firewall`` is what holds it: None is no firewall at all, [] one that lets nothing in."""

    id: int
    name: str
    user_data: str
    ipv4: str
    ipv6: str  # its own /64
    is_on: bool = True
    firewall: list[Rule] | None = None
    boots: int = 1
    destroyed: bool = False


class Machines(Protocol):
    """Called while the double holds its lock: whatever takes long goes on by itself."""

    def boot(self, id: int, name: str, user_data: str, firewall: list[Rule] | None) -> Booted:
        """A new machine that has ``user_data`` behind its metadata service."""
        ...

    def rebuild(self, machine: Booted, user_data: str) -> None:
        """A fresh disk, under the same addresses."""
        ...

    def power(self, machine: Booted, *, on: bool) -> None: ...

    def enforce(self, machine: Booted, firewall: list[Rule] | None) -> None: ...

    def destroy(self, machine: Booted) -> None: ...


@dataclass
class MemoryMachines:
    """Remembers what was asked. Addresses are of the ranges for documentation (RFC 5737, RFC 3849)."""

    booted: list[Booted] = field(default_factory=list)

    def boot(self, id: int, name: str, user_data: str, firewall: list[Rule] | None) -> Booted:
        last = len(self.booted) + 1
        machine = Booted(id, name, user_data, f"203.0.113.{last}", f"2001:db8:0:{last:x}::/64", firewall=firewall)
        self.booted.append(machine)
        return machine

    def rebuild(self, machine: Booted, user_data: str) -> None:
        machine.user_data = user_data
        machine.boots += 1

    def power(self, machine: Booted, *, on: bool) -> None:
        machine.boots += on and not machine.is_on
        machine.is_on = on

    def enforce(self, machine: Booted, firewall: list[Rule] | None) -> None:
        machine.firewall = firewall

    def destroy(self, machine: Booted) -> None:
        machine.destroyed = True
