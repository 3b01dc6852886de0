"""Power goes again and again during a first boot, and what was not on the disk is lost: the next boot goes on, and it ends well."""

from __future__ import annotations

import json
from pathlib import Path

import canaries
import pytest
from lab import first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from raw import hits

SECONDS = 900
EVENTS = "/run/bootstrap-agent/events.jsonl"
# Where files that the agent writes are: after a power cut each is the old one or the new one, and none is empty.
OWN = ("/etc/bootstrap-agent", "/etc/systemd/system", "/etc/sudoers.d", "/etc/ufw", "/usr/local/sbin", "/usr/local/bin",
       "/var/lib/bootstrap-agent", "/home/ubuntu/.openclaw/.env", "/home/ubuntu/.openclaw/openclaw.json",
       "/home/ubuntu/.config/systemd")
# The resources at which power goes, one after the other.
MOMENTS = ("tailscale/package", "ufw", "openclaw/config")


def begins(host: Host, name: str) -> None:
    """Waits until the run that goes on has begun with that resource."""

    def seen() -> bool:
        if not host.exists(EVENTS):
            return False
        lines = (host.root / EVENTS.lstrip("/")).read_text().splitlines()
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return any(event.get("resource", {}).get("name") == name for event in events)

    wait_until(seen, SECONDS, f"{name} to begin", poll=0.02)


def empty(host: Host) -> list[str]:
    return host.run(["find", *OWN, "-type", "f", "-empty", "-not", "-name", "user*.rules"]).out.splitlines()


@pytest.mark.parametrize("suite", ["bookworm"])
def test_power_cuts_in_a_row_only_delay_a_first_boot(world: World, agent: Path, suite: str) -> None:
    host = world.host(suite, image=True)
    host.user_data = world.user_data(agent, world.secrets(), f"tailscale:\n  hostname: cut-{suite}\n")
    try:
        for moment in MOMENTS:
            host.boot()
            host.wait_up()
            begins(host, moment)
            host.cut_power()
            print(f"cut when {moment} had begun", flush=True)
        host.boot()
        host.wait_up()
        assert empty(host) == []
        assert first_boot.wait_for_agent(host).code == 0
        host.wait_booted()
        host.run([first_boot.AGENT, "--verify"], timeout=300).check()
        assert empty(host) == []
        left = host.run(["find", "/etc", "/usr/local", "/var/lib/bootstrap-agent", "/run/bootstrap-agent", "/home/ubuntu", "/opt",
                         "-xdev", "(", "-name", "*bootstrap-agent-new", "-o", "-name", "*.next", "-o", "-name", ".*.partial", ")"])
        assert left.out == ""
        assert host.exists("/var/lib/bootstrap-agent/receipt.json") and not host.exists("/var/lib/bootstrap-agent/secrets.yaml")
        secrets = {"auth key": canaries.given(host)[0], "Claude token": canaries.given(host)[1], "gateway token": canaries.made(host)[0]}
        host.power_off()
        found = {where: count for where, count in hits(host.disk.file, secrets).items() if not where.endswith(f", in {canaries.ENV}")}
        assert found == {}
    finally:
        host.remove()
