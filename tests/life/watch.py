# SPDX-License-Identifier: Apache-2.0
"""What the processes of this machine, its servers' included, show of secrets while they run: in command lines and environments."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

_PAUSE = 0.1  # seconds between two samples
_OUR_PIDS = os.readlink("/proc/self/ns/pid")
_FIRST_USER = 1000  # on a server: the gateway's user, whose processes may have secrets in their environment


class Watch:
    """Looks for the values of ``secrets``, which may grow. A process that begins and ends between two samples is not seen."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.hits: set[str] = set()
        self.programs: set[str] = set()  # names of programs that were looked at
        self._secrets = secrets
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> Watch:
        self._looking = self._thread.submit(self._look_on)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.shutdown()
        self._looking.result()  # raises the error that ended it early

    def _look_on(self) -> None:
        while not self._over.wait(_PAUSE):
            wanted = {name: value.encode() for name, value in list(self._secrets.items())}
            for number in filter(str.isdecimal, os.listdir("/proc")):
                try:
                    self._look_at(Path("/proc", number), wanted)
                except (FileNotFoundError, ProcessLookupError):  # it has ended
                    continue

    def _look_at(self, process: Path, wanted: dict[str, bytes]) -> None:
        line = (process / "cmdline").read_bytes()
        program = line.partition(b"\0")[0].decode(errors="replace")
        self.programs.add(os.path.basename(program))
        places = {"command line": line}
        is_gateways = process.stat().st_uid >= _FIRST_USER and os.readlink(process / "ns/pid") != _OUR_PIDS
        if not is_gateways:
            with suppress(PermissionError):  # of a sandbox's own process, which not even root may look into
                places["environment"] = (process / "environ").read_bytes()
        for place, content in places.items():
            self.hits.update(f"{name}: {place} of {program}" for name, value in wanted.items() if value in content)
