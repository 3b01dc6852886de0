"""Commands in a virtual machine by QEMU's guest agent, which talks through a virtio port: no network, no login, no firewall.

https://qemu.readthedocs.io/en/latest/interop/qemu-ga-ref.html
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .completed import Completed
from .wait import wait_until

PORT = "org.qemu.guest_agent.0"  # the virtio port that the agent's unit waits for
_ANSWER = 60  # seconds; only starting and asking, never for a command to end
_POLL = 1  # second: each question costs an emulated processor some time


def silence(root: Path) -> None:
    """It would note every question in the journal, and we ask often."""
    settings = root / "etc/systemd/system/qemu-guest-agent.service.d/lab.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[Service]\nLogLevelMax=warning\n")


class GuestAgent:
    """The machine's end of the port is the unix socket ``path``, where qemu listens. Serves one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def answers(self) -> bool:
        """Whether there is an agent yet, that has its attention on us."""
        try:
            self._ask("guest-ping", seconds=5)
        except (OSError, EOFError):
            return False
        return True

    def execute(self, argv: Sequence[str], env: dict[str, str], *, timeout: float, input: str | None = None,
                shown: Sequence[str] | None = None) -> Completed:
        """Runs a command to its end. Raises Late after ``timeout`` seconds, and lets it run."""
        shown = list(shown or argv)
        arguments = {"path": argv[0], "arg": list(argv[1:]), "env": [f"{key}={value}" for key, value in env.items()],
                     "capture-output": True}
        if input is not None:
            arguments["input-data"] = base64.b64encode(input.encode()).decode()
        pid = self._ask("guest-exec", **arguments)["pid"]

        def ended() -> dict | None:
            status = self._ask("guest-exec-status", pid=pid)
            return status if status["exited"] else None

        status = wait_until(ended, timeout, str(shown), poll=_POLL)
        out, err = (base64.b64decode(status.get(name, "")).decode(errors="replace") for name in ("out-data", "err-data"))
        return Completed(shown, status["exitcode"] if "exitcode" in status else -status["signal"], out, err)

    def _ask(self, command: str, seconds: float = _ANSWER, **arguments: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as port:
            port.settimeout(seconds)
            port.connect(str(self._path))
            stream = port.makefile("rwb")
            # What an agent answered to somebody who did not wait for it may still come first: 0xFF, and a number of ours, tell
            # where it begins to speak to us.
            sync = secrets.randbits(31)
            stream.write(b"\xff" + _line("guest-sync-delimited", id=sync) + _line(command, **arguments))
            stream.flush()
            while (answer := _next(stream)) != {"return": sync}:
                continue
            answer = _next(stream)
        if "error" in answer:
            raise OSError(f"{command} {arguments.get('path', '')}: {answer['error']['desc']}")
        return answer["return"]


def _line(command: str, **arguments: Any) -> bytes:
    return json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"


def _next(stream: Any) -> Any:
    line = stream.readline()
    if not line:
        raise EOFError("the guest agent's port was closed")
    try:
        return json.loads(line.rpartition(b"\xff")[2])
    except ValueError:  # the rest of something
        return None
