"""Runs that are interrupted, watched, or meet another run: the host is verified in the end, without help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import canaries
import pytest
from agent_calls import reconcile, verify
from lab import first_boot
from lab.first_boot import AGENT
from lab.host import Host
from lab.wait import wait_until
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

UNIT = "openclaw-gateway.service"
SECONDS = 600
# What a gateway leaves in its database after a power cut during its migrations: for a minute, the next gateway refuses to start.
LEASE = """\
const {DatabaseSync} = require("node:sqlite"), now = Date.now();
new DatabaseSync(process.env.HOME + "/.openclaw/state/openclaw.sqlite").prepare("INSERT OR REPLACE INTO state_leases VALUES (?,?,?,?,?,NULL,?,?)")
  .run("core:agent-database-maintenance", "global", "one that is gone", now + 60000, now, now, now);
"""


def gateway(host: Host, *verb: str) -> None:
    """``systemctl VERB`` of the gateway's unit."""
    uid = host.run(["id", "-u", "ubuntu"]).check().out.strip()
    host.run(["systemctl", "--user", *verb, UNIT], user="ubuntu", env={"XDG_RUNTIME_DIR": f"/run/user/{uid}"}, timeout=SECONDS).check()


@pytest.fixture
def stopped(converged: Host) -> Iterator[Host]:
    """A host whose next run takes several seconds, because its gateway is stopped."""
    gateway(converged, "stop")
    yield converged
    wait_until(lambda: status(converged) != 4, SECONDS, "the run to end")
    assert reconcile(converged).bad == {}


def status(host: Host) -> int:
    return host.run([AGENT, "--status"]).code


def settled(host: Host) -> str:
    """Waits for the end of a boot and of the agent's work in it. Returns the text of the last run's report."""
    host.wait_booted()
    return host.run([AGENT, "--status", "--wait"], timeout=SECONDS).check().out


def test_a_reboot_comes_back_verified_and_sealed(world: World, converged: Host, suite: str, tmp_path: Path) -> None:
    for boot in ("first", "second"):
        converged.reboot()
        settled(converged)
        ready = f"https://openclaw-{suite}.lab.ts.net/readyz"
        wait_until(lambda: world.operator.http_status(ready) == 200, 180, f"the gateway to be ready after the {boot} reboot")
        again = verify(converged)
        assert (again.code, again.bad) == (0, {}), f"after the {boot} reboot"
        # cloud-init has fetched user-data again, and written it to its files
        assert converged.run(["test", "-s", "/run/cloud-init/result.json"]).code == 0
        secrets = canaries.given(converged) + canaries.made(converged)
        assert canaries.copies(converged, secrets, tmp_path) == [canaries.ENV]
    assert converged.run(["systemctl", "is-system-running"]).out == "running\n"


def test_a_gateway_that_power_cut_off_within_its_migrations_comes_back_by_itself(converged: Host) -> None:
    gateway(converged, "kill", "--signal=KILL")
    converged.run(["node", "-e", LEASE], user="ubuntu").check()
    refused = ["sh", "-c", "journalctl --boot | grep 'maintenance lease .* is held by one that is gone'"]
    wait_until(lambda: converged.run(refused).code == 0, 60, "the gateway to refuse")
    wait_until(lambda: verify(converged).bad == {}, 180, "the gateway to be ready")


def test_a_first_boot_that_power_cuts_off_is_resumed(world: World, agent: Path, new_host: Callable[[str], Host], suite: str,
                                                     tmp_path: Path) -> None:
    host = new_host(suite)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: cut-off\n")
    host.boot()
    host.wait_up()
    wait_until(lambda: any(host.root.glob("opt/openclaw/.*.partial/node_modules/*")), SECONDS, "npm to make the tree")
    assert not host.exists("/var/lib/bootstrap-agent/receipt.json")
    host.kill()
    host.boot()
    host.wait_up()
    assert first_boot.wait_for_agent(host).code == 0
    assert "resume what was interrupted" in host.run(["journalctl", "--boot", "--unit=bootstrap-agent.service"]).check().out
    assert verify(host).bad == {}
    settled(host)
    assert canaries.copies(host, canaries.given(host), tmp_path) == [canaries.ENV]
    assert host.exists("/var/lib/bootstrap-agent/receipt.json") and not host.exists("/var/lib/bootstrap-agent/secrets.yaml")


@pytest.mark.parametrize("login", ["root", "ubuntu"])
def test_a_run_outlives_the_tailscale_ssh_session_that_it_ends(world: World, converged: Host, suite: str, login: str) -> None:
    converged.run(["sh", "-c", "echo '# mine' >>/etc/systemd/system/tailscaled.service"]).check()
    world.operator.ssh(f"{login}@openclaw-{suite}", ["sudo", AGENT, "--reconcile"], timeout=SECONDS)  # its exit code may be lost
    assert re.search(r"tailscale/service +converged", settled(converged))
    assert verify(converged).bad == {}
    ssh = wait_until(lambda: world.operator.ssh(f"{login}@openclaw-{suite}", ["id", "-un"]).out, 60, "the next login")
    assert ssh == f"{login}\n"


def test_a_second_agent_names_the_first(stopped: Host) -> None:
    with stopped.follow([AGENT, "--reconcile"]):
        wait_until(lambda: status(stopped) == 4, 60, "the first run to begin")
        pid = stopped.run(["systemctl", "show", "--property=MainPID", "--value", "bootstrap-agent-run.service"]).check().out.strip()
        second = stopped.run([AGENT, "--reconcile"])
        assert second.code == 4
        assert re.search(rf"another agent is running \(pid {pid}, since 20\d\d-[^)]*Z\): wait for it with", second.err), second.err
        checked = stopped.run([AGENT, "--verify"])
        assert checked.code == 2, "a check needs no lock"


def test_a_run_goes_on_when_its_terminal_is_closed(stopped: Host) -> None:
    with stopped.follow([AGENT, "--reconcile"]):
        wait_until(lambda: status(stopped) == 4, 60, "the run to begin")
    assert status(stopped) == 4, "it ended with its terminal"
    assert stopped.run([AGENT, "--status", "--wait"], timeout=SECONDS).code == 0
    assert verify(stopped).bad == {}
