"""Common code of the power cut tests: the moment of the cut, and what must not be left."""

from __future__ import annotations

import json

import canaries
from aftermath import STATE, TEMPORARY
from agent_calls import EVENTS, verify
from lab.host import Host
from lab.wait import wait_until
from raw import hits

SECONDS = 900
# Files that the agent and its programs write: each must be the old one or the new one.
_WRITTEN = ("/etc/bootstrap-agent", "/etc/systemd/system", "/etc/sudoers.d", "/etc/ufw", "/etc/default/ufw", "/etc/resolv.conf",
            "/usr/local/bin", "/usr/local/sbin", "/var/lib/bootstrap-agent", "/var/lib/tailscale/tailscaled.state",
            "/home/ubuntu/.openclaw/.env", "/home/ubuntu/.openclaw/openclaw.json", "/home/ubuntu/.config/systemd",
            "/home/ubuntu/.nvm")
_NOT_OURS = ("/etc/xml/",)  # update-xmlcatalog(8) keeps a .old
_OPENCLAWS_OWN = "/home/ubuntu/.cache/openclaw/"  # it leaves a .partial of its databases there, which its next start does not need


def wait_until_begun(host: Host, name: str) -> None:
    """Waits until the current run begins with that resource."""

    def begun() -> bool:
        if not host.exists(EVENTS):
            return False
        lines = host.read(EVENTS).splitlines()
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return any(event.get("resource", {}).get("name") == name for event in events)

    wait_until(begun, SECONDS, f"{name} to begin", poll=0.02)


def forget_runs(host: Host) -> None:
    """Forgets what had begun before."""
    host.run(["rm", "-f", EVENTS]).check()


def empty_files(host: Host) -> list[str]:
    # The stamp is always empty: only its time matters.
    return host.run(["find", *_WRITTEN, "-type", "f", "-empty", "-not", "-path", "*/stamps/openclaw-config"]).out.splitlines()


def leftovers(host: Host) -> list[str]:
    places = ["/etc", "/opt", "/usr/local", "/home/ubuntu", "/var/lib/bootstrap-agent", "/run/bootstrap-agent"]
    names = host.run(["find", *places, "-name", "node_modules", "-prune", "-o", "-print"]).check().out.splitlines()
    return [name for name in names if TEMPORARY.search(name) and not name.startswith((_OPENCLAWS_OWN, *_NOT_OURS))]


def assert_ended_well(host: Host, given: list[str]) -> None:
    """The host verifies, nothing is left over, and its disk (searched while it is off) has the secrets only where they belong."""
    seen = verify(host)
    assert (seen.code, seen.bad) == (0, {})
    assert empty_files(host) == []
    assert leftovers(host) == []
    assert host.exists(f"{STATE}/receipt.json") and not host.exists(f"{STATE}/secrets.yaml")
    secrets = {f"secret {number}": secret for number, secret in enumerate([*given, *canaries.made(host)])}
    host.power_off()
    assert {where for where in hits(host.disk.file, secrets) if not where.endswith(f", in {canaries.ENV}")} == set()
