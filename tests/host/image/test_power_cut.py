"""Power goes at one resource after the other, and what was not on the disk is lost: each boot goes on, and it ends well."""

from __future__ import annotations

import json
import os
from pathlib import Path

import canaries
from aftermath import TEMPORARY
from lab import first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from raw import hits

SECONDS = 900
EVENTS = "/run/bootstrap-agent/events.jsonl"
# Power goes as soon as each has begun, which is when what it needs has ended. They follow one another in a first boot.
MOMENTS = ("packages", "tailscale/package", "tailscale/service", "tailscale/login", "ufw", "metadata", "openclaw/package",
           "openclaw/config", "openclaw/unit", "openclaw/gateway", "openclaw/cli", "seal")
# What the agent and the programs that it runs write: each file is the old one or the new one.
WRITTEN = ("/etc/bootstrap-agent", "/etc/systemd/system", "/etc/sudoers.d", "/etc/ufw", "/etc/default/ufw", "/etc/resolv.conf",
           "/usr/local/bin", "/usr/local/sbin", "/var/lib/bootstrap-agent", "/var/lib/tailscale/tailscaled.state", "/home/ubuntu/.openclaw/.env",
           "/home/ubuntu/.openclaw/openclaw.json", "/home/ubuntu/.config/systemd", "/home/ubuntu/.nvm")
OPENCLAWS_OWN = "/home/ubuntu/.cache/openclaw/"  # it leaves a .partial of its databases there, whose next start does not need it


def wait_until_begun(host: Host, name: str) -> None:
    """Waits for the run that goes on to begin with that resource."""

    def begun() -> bool:
        if not host.exists(EVENTS):
            return False
        lines = host.read(EVENTS).splitlines()
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return any(event.get("resource", {}).get("name") == name for event in events)

    wait_until(begun, SECONDS, f"{name} to begin", poll=0.02)


def empty_files(host: Host) -> list[str]:
    # The stamp is empty by design: only its time counts.
    return host.run(["find", *WRITTEN, "-type", "f", "-empty", "-not", "-path", "*/stamps/openclaw-config"]).out.splitlines()


def leftovers(host: Host) -> list[str]:
    places = ["/etc", "/opt", "/usr/local", "/home/ubuntu", "/var/lib/bootstrap-agent", "/run/bootstrap-agent"]
    names = host.run(["find", *places, "-name", "node_modules", "-prune", "-o", "-print"]).check().out.splitlines()
    return [name for name in names if TEMPORARY.search(name) and not name.startswith(OPENCLAWS_OWN)]


def test_a_first_boot_ends_well_however_often_power_goes(world: World, agent: Path) -> None:
    host = world.host("bookworm", image=True)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: cut\n")
    try:
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
        host.run([first_boot.AGENT, "--verify"], timeout=300).check()
        assert empty_files(host) == []
        assert leftovers(host) == []
        assert host.exists("/var/lib/bootstrap-agent/receipt.json") and not host.exists("/var/lib/bootstrap-agent/secrets.yaml")
        key, claude = canaries.given(host)
        secrets = {"auth key": key, "Claude token": claude, "gateway token": canaries.made(host)[0]}
        host.power_off()
        assert {where for where in hits(host.disk.file, secrets) if not where.endswith(f", in {canaries.ENV}")} == set()
    finally:
        host.remove()


def test_a_first_boot_ends_well_when_power_goes_while_the_node_joins(world: World, agent: Path) -> None:
    """tailscaled has just taken over resolv.conf, which it does not sync: mostly it is empty then."""
    host = world.host("bookworm", image=True)
    host.user_data = world.user_data(agent, world.secrets(), "tailscale:\n  hostname: joining\n")
    try:
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
    finally:
        host.remove()
