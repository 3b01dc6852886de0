"""Power cuts at each moment of an OpenClaw update: it ends with the new version when that is good, else with the old one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pins
import pytest
from agent_calls import reconcile
from cuts import SECONDS, empty_files, forget_runs, leftovers, wait_until_begun
from lab import fake_openclaw, first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World

OLD = "2026.9.6"
UPDATE = "/var/lib/bootstrap-agent/update.json"
Moment = Callable[[Host], None]


def begun(resource: str) -> Moment:
    return lambda host: wait_until_begun(host, resource)


def becomes_current(version: str) -> Moment:
    def is_current(host: Host) -> bool:
        link = f"{host.root}/opt/openclaw/current"
        return os.path.islink(link) and os.readlink(link).rstrip("/").endswith(version)

    return lambda host: wait_until(lambda: is_current(host), SECONDS, f"{version} to become current", poll=0.01)


def snapshot_is_kept(host: Host) -> None:
    wait_until(lambda: host.exists(UPDATE), SECONDS, "the way back to be kept", poll=0.01)


@pytest.fixture(scope="module")
def updated(world: World, agent: Path) -> Iterator[Host]:
    """A host on ext4 whose first boot has ended well."""
    host = world.host("bookworm", image=True)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: updated\n")
    host.boot()
    host.wait_up()
    assert first_boot.wait_for_agent(host).code == 0
    host.wait_booted()
    yield host
    host.remove()


def wait_until_idle(host: Host) -> None:
    """Waits for the end of the boot's run; until then another run would be refused."""
    host.wait_booted()
    host.run([first_boot.AGENT, "--status", "--wait"], timeout=SECONDS)


def cut_update(host: Host, moments: dict[str, Moment]) -> None:
    """Power cuts at each moment of the update that PINNED asks for, and of the boots that continue it."""
    host.run(["sync"]).check()  # otherwise PINNED would be empty, which means the default profile
    for name, moment in moments.items():
        with contextlib.ExitStack() as run:
            if not host.exists(UPDATE):
                wait_until_idle(host)
                forget_runs(host)
                run.enter_context(host.follow([first_boot.AGENT, "--reconcile", "--profile", pins.PINNED]))
            moment(host)
            host.cut_power()
        print(f"power went at: {name}", flush=True)
        host.boot()
        host.wait_up()
    wait_until_idle(host)


def test_a_version_that_is_never_ready_makes_way_however_often_power_goes(world: World, updated: Host, tmp_path: Path) -> None:
    version = "2026.10.1"
    pins.pin(world, updated, tmp_path, version, fake_openclaw.NEVER_READY)
    before = pins.settings(updated)
    cut_update(updated, {
        "openclaw/package has begun": begun("openclaw/package"),
        "the way back is kept": snapshot_is_kept,
        "the new version is current": becomes_current(version),
        "the gateway has begun": begun("openclaw/gateway"),
        "the way back has begun": begun("openclaw/update"),
        "the old version is current again": becomes_current(OLD),
    })
    wait_until(lambda: pins.is_ready(updated), SECONDS, "the gateway")  # it starts at boot like any other service
    assert pins.running(updated) == OLD
    assert pins.settings(updated) == before
    assert (updated.exists(UPDATE), empty_files(updated), leftovers(updated)) == (False, [], [])


def test_a_version_that_is_good_takes_over_however_often_power_goes(world: World, updated: Host, tmp_path: Path) -> None:
    version = "2026.11.1"
    pins.pin(world, updated, tmp_path, version, fake_openclaw.READY)
    cut_update(updated, {
        "openclaw/package has begun": begun("openclaw/package"),
        "the way back is kept": snapshot_is_kept,
        "the new version is current": becomes_current(version),
        "the gateway has begun": begun("openclaw/gateway"),
        "the end of the update has begun": begun("openclaw/update"),
    })
    ended = reconcile(updated)
    assert (ended.code, ended.bad, ended.fields("openclaw/gateway")) == (0, {}, {})  # the boot had finished the update
    assert pins.running(updated) == version and pins.is_ready(updated)
    assert (updated.exists(UPDATE), empty_files(updated), leftovers(updated)) == (False, [], [])
