# SPDX-License-Identifier: Apache-2.0
"""The double's servers as hosts of the lab. They are of this machine's architecture, whatever the server's type says."""

from __future__ import annotations

from cloud.machines import Booted, Rule
from lab import net
from lab.host import Host
from lab.world import World

from box import firewall

SUITE = "noble"


class LabMachines:
    """What cloud.machines.Machines wants. ``hosts`` are those that are there, by the server's id. A power-off pulls the plug."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._number = world.instance.number
        self.hosts: dict[int, Host] = {}
        self.booted: list[Booted] = []  # all that there ever were

    def boot(self, id: int, name: str, user_data: str, firewall: list[Rule] | None) -> Booted:
        host = self._world.host(SUITE, name)
        machine = Booted(id, name, user_data, host.v4, net.own_v6(self._number, host.last))
        self.booted.append(machine)
        self.enforce_on(host, machine, firewall)
        self._start(machine, host)
        return machine

    def rebuild(self, machine: Booted, user_data: str) -> None:
        old = self.hosts.pop(machine.id)
        old.remove()
        machine.user_data = user_data
        machine.is_on = True
        machine.boots += 1
        self._start(machine, self._world.host(SUITE, machine.name, last=old.last))

    def power(self, machine: Booted, *, on: bool) -> None:
        host = self.hosts[machine.id]
        if on and not host.running:
            machine.boots += 1
            host.boot()
        elif not on and host.running:
            host.kill()
        machine.is_on = on

    def enforce(self, machine: Booted, firewall: list[Rule] | None) -> None:
        self.enforce_on(self.hosts[machine.id], machine, firewall)

    def enforce_on(self, host: Host, machine: Booted, rules: list[Rule] | None) -> None:
        machine.firewall = rules
        firewall.enforce(self._number, host.last, rules)

    def destroy(self, machine: Booted) -> None:
        host = self.hosts.pop(machine.id)
        host.remove()
        firewall.enforce(self._number, host.last, None)
        machine.destroyed = True

    def _start(self, machine: Booted, host: Host) -> None:
        host.user_data = machine.user_data
        self.hosts[machine.id] = host
        host.boot()
