"""What the processes of a host show to other users while they run. A search afterwards would see only processes that still run."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.host import Host

_PAUSE = 0.02  # seconds between two samples; one takes about 2 ms


class Sampler:
    """Searches for ``secrets`` in the command lines and environments of all processes of ``host``, repeatedly during the block.

    A process that begins and ends between two samples is not seen.
    """

    def __init__(self, host: Host, secrets: Sequence[str]) -> None:
        self.host = host
        self.commands: set[str] = set()  # every command line that was seen
        self._secrets = [secret.encode() for secret in secrets]
        self._hits: set[tuple[str, str, str]] = set()  # cmdline or environ, the user's number, the command line
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Sampler:
        self._looking = self._thread.submit(self._look_on)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.shutdown()
        self._looking.result()  # raises the error that ended it early

    def hits(self) -> list[str]:
        """Where a secret was seen so far, except in environments of the gateway's user, whose processes may have them."""
        uid = self.host.run(["id", "-u", "ubuntu"]).out.strip()  # empty before the agent has made the user
        return sorted(f"{place} of {command}" for place, user, command in self._hits.copy() if place == "cmdline" or user != uid)

    def _look_on(self) -> None:
        while not self._over.wait(_PAUSE):
            processes = self.host.root / "proc"  # empty until the host has a process
            for number in filter(str.isdecimal, os.listdir(processes)):
                try:
                    self._look_at(processes / number)
                except (FileNotFoundError, ProcessLookupError):  # it has ended
                    continue

    def _look_at(self, process: Path) -> None:
        line = (process / "cmdline").read_bytes()
        command = line.replace(b"\0", b" ").decode(errors="replace").strip()
        self.commands.add(command)
        for place, content in (("cmdline", line), ("environ", (process / "environ").read_bytes())):
            if any(secret in content for secret in self._secrets):
                # For a process that may not be traced, the directory's owner is root.
                status = (process / "status").read_text(errors="replace").splitlines()
                self._hits.add((place, next(value for value in status if value.startswith("Uid:")).split()[1], command))
