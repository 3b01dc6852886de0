"""Power goes at one resource after the other, and what was not on the disk is lost: each boot goes on, and it ends well."""

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
# Power goes as soon as each has begun, which is when what it needs has ended. They follow one another in a first boot.
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
    """tailscaled has just taken over resolv.conf, which it does not sync: mostly it is empty then."""
    host = new_host("bookworm", image=True)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: joining\n")
    host.boot()
    host.wait_up()
    wait_until(lambda: host.exists("/etc/resolv.pre-tailscale-backup.conf"), SECONDS, "tailscaled to take over", poll=0.005)
    wait_until(lambda: host.exists("/etc/resolv.conf"), SECONDS, "resolv.conf", poll=0.001)
    with open(host.root / "root/other", "w") as other:  # as any program's fsync: names get on the disk, others' contents do not
        other.write("x")
        other.flush()
        os.fsync(other.fileno())
    host.cut_power()
    host.boot()
    host.wait_up()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out
