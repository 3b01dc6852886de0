"""How a command ended that was run for its result, good or bad."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .wait import Late


@dataclass(frozen=True)
class Completed:
    """``code`` is the exit code; negative for a signal."""

    argv: list[str]
    code: int
    out: str
    err: str

    def check(self) -> Completed:
        """Itself, or AssertionError with what the command said when its exit code is not 0."""
        if self.code:
            raise AssertionError(f"{self.argv}: exit {self.code}\n{self.out}{self.err}")
        return self


def complete(argv: Sequence[str | Path], *, timeout: float, input: str | None = None, shown: Sequence[str] | None = None) -> Completed:
    """Runs a command to its end. Raises Late, and kills it, after ``timeout`` seconds. ``shown`` is its name in messages."""
    shown = list(map(str, shown or argv))
    with background(argv, stdin=subprocess.DEVNULL if input is None else subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            out, err = process.communicate(input, timeout)
        except subprocess.TimeoutExpired:
            raise Late(f"waited {timeout:g} s for {shown}") from None
    return Completed(shown, process.returncode, out, err)


@contextmanager
def background(argv: Sequence[str | Path], *, stdin: int = subprocess.DEVNULL,
               stderr: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen]:
    """A command that runs at most as long as the block, with its output to be read from ``stdout``."""
    process = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, text=True, errors="replace",
                               start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # nsenter(1) is two processes
            process.wait()
