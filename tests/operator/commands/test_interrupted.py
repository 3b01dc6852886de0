# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, or a laptop that sleeps, at any point: the same command goes on, and nothing is made twice."""

from __future__ import annotations

import subprocess
from typing import Any

import hcloud
import pytest
from commands.conftest import Laptop
from openclaw_server.deployment import names

POINTS = 10


class Interrupt:
    """Raises KeyboardInterrupt at the ``at``-th call to the API or start of a program, before it or after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.at, self.after = 0, -1, False
        request, popen = hcloud._client.ClientBase.request, subprocess.Popen.__init__

        def asking(client: Any, *args: Any, **more: Any) -> Any:
            return self._strike(lambda: request(client, *args, **more))

        def starting(process: Any, *args: Any, **more: Any) -> None:
            self._strike(lambda: popen(process, *args, **more), kill=process)

        monkeypatch.setattr(hcloud._client.ClientBase, "request", asking)
        monkeypatch.setattr(subprocess.Popen, "__init__", starting)

    def _strike(self, call: Any, kill: Any = None) -> Any:
        self.count += 1
        struck = self.count == self.at
        if struck and not self.after:
            raise KeyboardInterrupt
        result = call()
        if struck:
            if kill is not None:  # whoever started it never learns of it
                kill.kill()
                kill.wait()
            raise KeyboardInterrupt
        return result


def assert_whole(laptop: Laptop) -> None:
    [machine] = laptop.machines.booted
    [server] = laptop.cloud.project.servers.all
    [firewall] = laptop.cloud.project.firewalls.all
    assert machine.firewall == []
    assert list(server.firewalls) == [firewall.id]
    assert server.protection
    assert server.backup_window
    assert names.HANDED in server.labels


@pytest.mark.parametrize("point", range(POINTS))
def test_a_deploy_goes_on(laptop: Laptop, monkeypatch: pytest.MonkeyPatch, point: int) -> None:
    interrupt = Interrupt(monkeypatch)
    # A whole deploy has about 26 calls, and more where it waits. The fifth to eighth make firewall and server.
    interrupt.at, interrupt.after = (4 + point, True) if 1 <= point <= 4 else (4 + 2 * point, point % 2 == 0)
    with pytest.raises(KeyboardInterrupt):
        laptop("deploy", "claw", "--yes")
    interrupt.at = -1
    ended = laptop("deploy", "claw", "--yes")
    assert ended.code == 0, ended.err
    assert_whole(laptop)


@pytest.mark.parametrize("point", range(0, 12, 2))
def test_a_destroy_goes_on(deployed: Laptop, monkeypatch: pytest.MonkeyPatch, point: int) -> None:
    deployed.world.set(ephemeral=True)
    interrupt = Interrupt(monkeypatch)
    interrupt.at, interrupt.after = 3 + point, point % 4 == 0
    with pytest.raises(KeyboardInterrupt):
        deployed("destroy", "claw", "--confirm", "claw")
    interrupt.at = -1
    ended = deployed("destroy", "claw", "--confirm", "claw")
    assert ended.code == 0, ended.err
    assert (deployed.cloud.project.servers.all, deployed.cloud.project.firewalls.all) == ([], [])
    assert all(machine.destroyed for machine in deployed.machines.booted)


def test_again_and_again(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt = Interrupt(monkeypatch)
    for number in range(8):
        interrupt.count, interrupt.at = 0, 4 + number
        with pytest.raises(KeyboardInterrupt):
            laptop("deploy", "claw", "--yes")
    interrupt.at = -1
    assert laptop("deploy", "claw", "--yes").code == 0
    assert_whole(laptop)
