# SPDX-License-Identifier: Apache-2.0
"""Where the person sits: namespace op, a home directory, and the programs that a laptop has, openclaw-server among them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab import cache, net
from lab.command import run
from lab.completed import Completed, complete
from lab.world import World

REPOSITORY = Path(__file__).resolve().parents[3]
_OURS = REPOSITORY / "scripts/openclaw-server"


class Laptop:
    """A node of the tailnet. ``home`` is all that its owner writes to; ``environment`` is all that programs there get."""

    def __init__(self, world: World, endpoint: str) -> None:
        self._world = world
        directory = world.instance.directory / "laptop"
        self.home, programs, self.above = directory / "home", directory / "bin", directory / "lab-profile.yaml"
        for each in (directory, self.home, programs):
            each.mkdir(mode=0o700)
        self.above.write_text(world.services.profile())
        _write_program(programs / "tailscale", f"exec {shlex.join(world.operator.tailscale_command)} \"$@\"\n")
        _write_program(programs / "openclaw-server", _WRAPPER.format(
            program=shlex.quote(str(_OURS)), support=shlex.quote(str(REPOSITORY / "tests/support")), python=shlex.quote(sys.executable),
            above=shlex.quote(str(self.above)), home=shlex.quote(str(self.home))))
        self.environment = {
            "HOME": str(self.home), "PATH": f"{programs}:{os.environ['PATH']}", "LANG": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb"),
            "SSL_CERT_FILE": str(world.services.ca_pem), "HCLOUD_ENDPOINT": endpoint, "BOOTSTRAP_AGENT_CACHE": str(cache.root()),
        }

    def command(self, argv: Sequence[str | Path]) -> list[str | Path]:
        """The command line of this machine that runs ``argv`` on the laptop; it wants ``environment``."""
        return ["ip", "netns", "exec", net.namespace(self._world.instance.number, "op"), *argv]

    def run(self, argv: Sequence[str | Path], *, timeout: float, input: str | None = None,
            env: Mapping[str, str] | None = None) -> Completed:
        """Runs a command on the laptop to its end; without ``input`` it has no terminal and nothing to read."""
        inside = ["env", "-i", *(f"{key}={value}" for key, value in {**self.environment, **(env or {})}.items())]
        return complete(self.command([*inside, *argv]), timeout=timeout, input=input, shown=[str(word) for word in argv])

    def foreground(self, argv: Sequence[str | Path]) -> int:
        """Gives this terminal to a command on the laptop. Returns its exit code."""
        return subprocess.run(self.command(argv), env=self.environment, cwd=self.home, check=False).returncode


def prepare() -> None:
    """Makes the tool's own environment, which wants this machine's way to PyPI."""
    run([_OURS, "--version"], seconds=600)


_WRAPPER = """\
[ "${{1:-}}" = init ] || exec {program} "$@"
{program} "$@" || exit
# A deployment that was just made gets the lab's addresses: see tests/support/box/addresses.py.
PYTHONPATH={support} PYTHONDONTWRITEBYTECODE=1 exec {python} -m box.addresses {above} {home}
"""


def _write_program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o700)
