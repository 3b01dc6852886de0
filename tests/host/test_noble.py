"""A server in the manner of Hetzner's Ubuntu 24.04 (lab/noble.py): what its image does to the agent, and the agent to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pins
import pytest
from agent_calls import verify
from lab import first_boot
from lab.first_boot import AGENT
from lab.host import Host
from lab.wait import wait_until
from lab.world import World

NAME = "noble"
# A run, and as long as it goes on, PID 1 executes itself again, as an upgrade of systemd makes it. Its exit code lands in a file:
# whoever waits on the bus for a unit's end is disconnected, too.
REEXEC = f"(while :; do systemctl daemon-reexec; sleep 0.3; done) & {AGENT} --reconcile >/root/said 2>&1; echo $? >/root/code; kill $!"


@pytest.fixture(scope="module")
def noble(world: World, agent: Path) -> Iterator[Host]:
    """A host after its first boot, with a few lines in place of OpenClaw."""
    host = world.host("noble")
    host.user_data = world.user_data(agent, world.secrets(), f"tailscale:\n  hostname: {NAME}\n", openclaw=pins.stand_in(world))
    host.boot()
    host.wait_up()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out + ended.err
    yield host
    host.remove()


def shell(world: World) -> str:
    """What root's terminal over Tailscale SSH shows; it goes through login(1) and PAM."""
    return world.operator.shell(f"root@{NAME}", "echo in-$((40 + 2)); exit\n").out


def test_it_is_verified(noble: Host) -> None:
    assert verify(noble).bad == {}
    assert noble.run(["cloud-init", "status", "--wait"]).code in (0, 2), "2: cloud-init has warnings of its own"


def test_the_expired_password_that_the_server_came_with_is_locked(world: World, noble: Host) -> None:
    assert noble.run(["passwd", "--status", "root"]).check().out.split()[1] == "L"
    shown = shell(world)
    assert "in-42" in shown and "password" not in shown.lower(), shown
    assert noble.run(["su", "-", "root", "-c", "true"]).code == 0  # as cron and sudo do


def test_the_network_is_configured_again_under_a_node(world: World, noble: Host) -> None:
    noble.run(["systemctl", "restart", "systemd-networkd", "systemd-resolved"]).check()
    wait_until(lambda: "in-42" in shell(world), 60, "the operator to get in again")
    assert verify(noble).bad == {}


def test_pid_1_that_executes_itself_again_and_again_fails_nothing(noble: Host) -> None:
    noble.run(["sh", "-ec", "systemctl stop tailscaled; tailscale serve reset || :; ufw --force disable; "
                            "rm /etc/systemd/system/bootstrap-agent-metadata.service"]).check()
    noble.run(["systemd-run", "--unit=again-and-again", "sh", "-c", REEXEC]).check()
    wait_until(lambda: noble.exists("/root/code"), 300, "the run to end", poll=1)
    assert noble.read("/root/code") == "0\n", noble.read("/root/said")
    assert verify(noble).bad == {}


def test_nftables_that_flushes_all_rules_leaves_ours_in_force(noble: Host) -> None:
    """Debian's nftables.service is started, reloaded, and comes with a boot."""
    noble.run(["systemctl", "enable", "--now", "nftables"]).check()
    assert verify(noble).bad == {}
    noble.run(["systemctl", "reload", "nftables"]).check()
    assert verify(noble).bad == {}
    noble.reboot()
    noble.wait_booted()
    noble.run([AGENT, "--status", "--wait"], timeout=600).check()
    wait_until(lambda: verify(noble).bad == {}, 60, "all to be as desired after the boot", poll=2)
