"""Running a program to its end, and saying why it failed."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# Options for tar: the same files give the same archive.
REPRODUCIBLE = ("--owner=0", "--group=0", "--numeric-owner", "--sort=name", "--mtime=@0")

TAIL = 30  # lines of output that a failure shows


class Failed(Exception):
    """A program ended with another exit code than 0, or not in time."""


def run(argv: Sequence[str | Path], *, seconds: float, cwd: Path | None = None,
        env: Mapping[str, str] | None = None) -> str:
    """Runs ``argv`` and returns its standard output. Raises Failed with the end of what it printed."""
    line = " ".join(map(str, argv))
    try:
        done = subprocess.run(argv, cwd=cwd, env=env, timeout=seconds, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise Failed(f"{argv[0]} is not installed: needed for `{line}`") from None
    except subprocess.TimeoutExpired as late:
        raise Failed(f"`{line}` did not end in {seconds:g} s") from late
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-TAIL:])
        raise Failed(f"`{line}` ended with {done.returncode}:\n{tail}")
    return done.stdout
