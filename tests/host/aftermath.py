"""What must hold on a host after interrupted runs and one more complete run."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

import canaries
import strikes
from agent_calls import Report, reconcile, verify
from lab.first_boot import AGENT
from lab.host import Host
from lab.world import World

SECONDS = 900  # for a run on a busy machine
STATE = "/var/lib/bootstrap-agent"
PROFILE, SECRETS = "/root/profile.yaml", "/root/secrets.yaml"

_PLACES = ("etc", "opt", "usr", "home", "root", "var/lib", "run/bootstrap-agent", "tmp", "var/tmp")
# Names that differ from boot to boot, or belong to other programs: cloud-init, apt and dpkg (which keep their last state beside the
# new one), systemd's random names, the gateway's own files.
_OTHERS = re.compile("|".join([
    r"^home/ubuntu/\.openclaw/(?!(\.?\.env|\.?openclaw\.json)[^/]*$)", r"^home/ubuntu/\.(cache|npm|local|config/(?!systemd))",
    r"^home/ubuntu/\.openclaw/openclaw\.json\.last-good$",  # the gateway's, some time after it is ready
    r"^var/lib/(cloud|apt|dpkg|systemd|tailscale|ucf|pam|python|dbus|private|logrotate|initscripts)",
    r"^tmp/(openclaw|node-compile-cache|systemd-private|jiti)", r"^var/tmp/systemd-private", r"__pycache__",
    r"^etc/(passwd|shadow|group|gshadow|subuid|subgid)\.([0-9]+|lock)$",  # shadow's locks, left by a killed program
    r"^etc/systemd/system/timers\.target\.wants$",  # Debian's; a timer that was added and removed makes the overlay copy it
    r"^etc/[^/]*-$", r"^etc/(machine-id|\.pwd\.lock|\.updated)", r"^usr/lib/lab-striker", r"^usr/lib/systemd/system/bootstrap-agent",
]))


def bring_agent(world: World, agent: Path, host: Host) -> str:
    """Boots the host with the agent, its profile in PROFILE and its secrets in SECRETS; returns the secrets file's text."""
    host.boot()
    host.wait_booted()
    shutil.copy(agent, f"{host.root}{AGENT}")
    secrets = world.secrets()
    host.write(PROFILE, world.profile())
    host.write(SECRETS, secrets, mode=0o600)
    return secrets


def names(host: Host) -> set[str]:
    """All paths of this host that the agent is responsible for."""
    found = set()
    for place in _PLACES:
        top = (host.root if place.startswith("run") else host.directory / "upper") / place
        if top.exists():
            found |= {os.path.normpath(f"{place}/{name}") for name in strikes.names(top)}
    return {name for name in found if not _OTHERS.search(name)}


# What an interrupted run leaves, and the next run removes.
TEMPORARY = re.compile(r"\.bootstrap-agent-new$|\.(partial|old|next)$|/\.build-home|/bootstrap-agent/(private|tmp)/|/update\.json$")


def assert_converges(host: Host, secrets: list[str], scratch: Path, undisturbed: Collection[str] | None = None) -> Report:
    """One run without secrets: it converges, verifies and seals, and nothing is left over; the disk has the very names of one that
    was ``undisturbed``, if they are given.
    """
    ended = reconcile(host)
    assert (ended.code, ended.bad) == (0, {}), ended.said
    seen = verify(host)
    assert (seen.code, seen.bad) == (0, {})
    assert host.exists(f"{STATE}/receipt.json") and not host.exists(f"{STATE}/secrets.yaml")
    assert canaries.copies(host, secrets, scratch) == [canaries.ENV]
    left = names(host)
    assert [name for name in left if TEMPORARY.search(name)] == []
    if undisturbed is not None:
        odd = sorted(left ^ set(undisturbed))
        assert odd == [], f"left over, or missing: {odd}"
    return ended
