"""What labs change on the machine itself, and how it is put back when the last one is gone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

_FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
_NETNS = Path("/run/netns")


def prepare(base: Path) -> None:
    """Lets the machine forward. The first lab remembers in ``base`` how things were; the others share."""
    memory = base / "machine-before.json"
    if not memory.exists():
        memory.write_text(json.dumps({"ip_forward": _FORWARD.read_text().strip(), "netns": _netns_mounted()}))
    _FORWARD.write_text("1")


def restore(base: Path) -> None:
    """Puts back what ``prepare`` found. To be called when no lab is left."""
    memory = base / "machine-before.json"
    if not memory.exists():
        return
    before = json.loads(memory.read_text())
    _FORWARD.write_text(before["ip_forward"])
    # `ip netns add` mounts its directory on itself the first time, and never undoes that.
    if _netns_mounted() and not before["netns"] and not any(_NETNS.iterdir()):
        subprocess.run(["umount", _NETNS], check=True)
        _NETNS.rmdir()
    memory.unlink()


def available_memory() -> int:
    """Bytes that programs can have without swapping."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def _netns_mounted() -> bool:
    mounts = (line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return str(_NETNS) in mounts
