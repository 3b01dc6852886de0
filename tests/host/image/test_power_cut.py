"""Power cuts at one resource after the other; data that was not on the disk is lost. Each boot continues, and the host converges."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import canaries
from cuts import SECONDS, assert_ended_well, wait_until_begun
from lab import first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World

NewHost = Callable[..., Host]
# The power cut comes when the resource begins, that is, when its needs have ended. In a first boot they run in this order.
MOMENTS = ("packages", "tailscale/package", "tailscale/service", "tailscale/login", "ufw", "metadata", "openclaw/package",
           "openclaw/config", "openclaw/unit", "openclaw/gateway", "openclaw/cli", "seal")


def test_a_first_boot_ends_well_however_often_power_goes(world: World, agent: Path, new_host: NewHost) -> None:
    host = new_host("bookworm", image=True)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: cut\n")
    for moment in MOMENTS:
        host.boot()
        host.wait_up()
        wait_until_begun(host, moment)
        host.cut_power()
        print(f"power went when {moment} had begun", flush=True)
    host.boot()
    host.wait_up()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out
    host.wait_booted()
    assert_ended_well(host, canaries.given(host))


def test_a_first_boot_ends_well_when_power_goes_while_the_node_joins(world: World, agent: Path, new_host: NewHost) -> None:
    """tailscaled has just replaced resolv.conf and does not sync it: the file is usually empty then."""
    host = new_host("bookworm", image=True)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: joining\n")
    host.boot()
    host.wait_up()
    wait_until(lambda: host.exists("/etc/resolv.pre-tailscale-backup.conf"), SECONDS, "tailscaled to take over", poll=0.005)
    wait_until(lambda: host.exists("/etc/resolv.conf"), SECONDS, "resolv.conf", poll=0.001)
    with open(host.root / "root/other", "w") as other:  # like an fsync: names reach the disk, but not other files' contents
        other.write("x")
        other.flush()
        os.fsync(other.fileno())
    host.cut_power()
    host.boot()
    host.wait_up()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out
