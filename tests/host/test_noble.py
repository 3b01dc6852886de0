"""A server in the manner of Hetzner's Ubuntu 24.04 (lab/noble.py): what its image does to the agent, and the agent to it."""

from __future__ import annotations

import pytest
from agent_calls import reconcile, verify
from lab.first_boot import AGENT
from lab.host import Host
from lab.wait import wait_until
from lab.world import World

NAME = "lean-noble"
pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)
# A run, and as long as it goes on, PID 1 executes itself again, as an upgrade of systemd makes it. Its exit code lands in a file:
# whoever waits on the bus for a unit's end is disconnected, too.
REEXEC = f"(while :; do systemctl daemon-reexec; sleep 0.3; done) & {AGENT} --reconcile >/root/said 2>&1; echo $? >/root/code; kill $!"


def shell(world: World) -> str:
    """What root's terminal over Tailscale SSH shows; it goes through login(1) and PAM."""
    return world.operator.shell(f"root@{NAME}", "echo in-$((40 + 2)); exit\n").out


def test_it_is_verified(lean: Host) -> None:
    assert verify(lean).bad == {}
    assert lean.run(["cloud-init", "status", "--wait"]).code in (0, 2), "2: cloud-init has warnings of its own"


def test_the_expired_password_that_the_server_came_with_is_locked(world: World, lean: Host) -> None:
    assert lean.run(["passwd", "--status", "root"]).check().out.split()[1] == "L"
    shown = shell(world)
    assert "in-42" in shown and "password" not in shown.lower(), shown
    assert lean.run(["su", "-", "root", "-c", "true"]).code == 0  # as cron and sudo do


def test_the_network_is_configured_again_under_a_node(world: World, lean: Host) -> None:
    lean.run(["systemctl", "restart", "systemd-networkd", "systemd-resolved"]).check()
    wait_until(lambda: "in-42" in shell(world), 60, "the operator to get in again")
    assert verify(lean).bad == {}


def test_pid_1_that_executes_itself_again_and_again_fails_nothing(lean: Host) -> None:
    lean.run(["sh", "-ec", "systemctl stop tailscaled; tailscale serve reset || :; ufw --force disable; "
                            "rm /etc/systemd/system/bootstrap-agent-metadata.service"]).check()
    lean.run(["systemd-run", "--unit=again-and-again", "sh", "-c", REEXEC]).check()
    wait_until(lambda: lean.exists("/root/code"), 300, "the run to end", poll=1)
    assert lean.read("/root/code") == "0\n", lean.read("/root/said")
    assert verify(lean).bad == {}


def test_a_certificate_that_lets_encrypt_refuses_is_said_and_fails_nothing(world: World, lean: Host) -> None:
    """As after a sixth server of one name in a week."""
    lean.run(["sh", "-ec", "systemctl stop tailscaled; rm -r /var/lib/tailscale/certs; systemctl start tailscaled"]).check()
    world.services.admin("/set", acme="limited")
    try:
        wait_until(lambda: '"BackendState": "Running"' in lean.run(["tailscale", "status", "--json"]).out, 60, "the node to be back")
        seen = verify(lean)
    finally:
        world.services.admin("/set", acme="on")
    assert (seen.code, seen.bad) == (0, {})
    (note,) = [note for note in seen.resource("tailscale/serve")["notes"] if "certificate" in note]
    assert note.startswith("no certificate") and "browsers cannot connect without it" in note
    assert "certificate" not in str(verify(lean).resource("tailscale/serve").get("notes"))


def test_nftables_that_flushes_all_rules_leaves_ours_in_force(lean: Host) -> None:
    """Debian's nftables.service is started, reloaded, and comes with a boot."""
    lean.run(["systemctl", "enable", "--now", "nftables"]).check()
    assert verify(lean).bad == {}
    lean.run(["systemctl", "reload", "nftables"]).check()
    assert verify(lean).bad == {}
    lean.reboot()
    lean.wait_booted()
    lean.run([AGENT, "--status", "--wait"], timeout=600).check()
    wait_until(lambda: verify(lean).bad == {}, 60, "all to be as desired after the boot", poll=2)
    lean.run(["systemctl", "disable", "--now", "nftables"]).check()
    assert reconcile(lean).bad == {}
