# SPDX-License-Identifier: Apache-2.0
"""ssh to the server over the tailnet: one connection (ssh's own ControlMaster) serves a whole command.

The server's host keys are those that the tailnet's control plane knows: nothing is trusted on first use. A rule of the tailnet's
policy in check mode, as the default policy has it, makes ssh print an address and wait for a person.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from openclaw_server.base import files, process, wait
from openclaw_server.base.errors import Failure, Late, Usage
from openclaw_server.base.text import clean
from openclaw_server.reach.tailnet import Node, Tailnet

CONNECT_SECONDS = 60.0
CHECK_SECONDS = 300.0  # for a person who is asked to log in by the browser
POLL = 0.1
_URL = re.compile(r"https://[!-~]{1,500}")
ACL = "https://login.tailscale.com/admin/acls"
RULE = (
    '{"action": "accept", "src": ["autogroup:admin"], "dst": ["tag:server"], "users": ["root", "ubuntu"]}'  # the tag is the key's
)


class Ssh:
    """A connection as ``user``. Use it as a context. ``say`` is told what a person must know while it is made."""

    def __init__(self, tailnet: Tailnet, node: Node, user: str, say: Callable[[str], None]) -> None:
        if not shutil.which("ssh"):
            raise Usage("ssh: is not installed on this laptop; it is OpenSSH's client")
        self._tailnet, self._node, self._user, self._say = tailnet, node, user, say
        self._lines: list[str] = []
        self._checked = False

    def __enter__(self) -> Ssh:
        if not self._node.host_keys:
            raise Failure(
                f"ssh: the tailnet knows no host key of {self._node.dns_name}; Tailscale SSH is off there, or the policy lets you see none"
            )
        # Short, since a socket's path has at most 104 bytes on a Mac; without a blank, which ssh's options take for an end.
        self._directory = Path(tempfile.mkdtemp(prefix="ocs-", dir="/tmp"))  # 0700, of a name that nobody knows
        known = "".join(f"{self._node.dns_name} {key}\n" for key in self._node.host_keys)
        files.write(self._directory / "known_hosts", known.encode())
        argv = ["ssh", *self._options(), "-o", "ControlMaster=yes", "-N", "-T", self._target]
        self._master = process.start(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def run(
        self, argv: list[str], *, deadline: float, give: bytes = b"", on_line: Callable[[str], None] | None = None
    ) -> process.Completed:
        """Runs a command there to its end. Failure when the connection breaks; secrets go by ``give``, its standard input.

        Our end of its standard input stays open, and the server counts what it gets: when both sides have said that nothing follows,
        ssh closes the channel at once, and Tailscale's server then drops the exit code. Seen with 1 in 20 commands.
        """
        command = shlex.join(argv)
        if give:
            command = f"head -c {len(give)} | {command}"
        done = process.run([*self._through(), command], deadline=deadline, give=give, on_line=on_line, hold=True)
        if done.code == 255:
            raise Failure(
                f"ssh: the connection to {self._node.dns_name} broke: {done.complaint}; the same command goes on with it"
            )
        return done

    def interactive(self, argv: list[str], *, terminal: bool) -> int:
        """Gives this terminal to a command there, or to a shell. Returns its exit code."""
        command = [shlex.join(argv)] if argv else []
        if terminal and sys.stdin.isatty():
            with process.start([*self._through("-t"), *command]) as running:
                return running.wait()
        # What is empty has no end either, for the same reason as in run().
        is_empty = os.path.samestat(os.fstat(0), os.stat(os.devnull))
        with process.start([*self._through(), *command], stdin=subprocess.PIPE if is_empty else None) as running:
            return running.wait()

    @property
    def _target(self) -> str:
        return f"{self._user}@{self._node.address}"

    def _through(self, *options: str) -> list[str]:
        return ["ssh", *self._options(), *options, self._target]

    def _options(self) -> list[str]:
        given = {
            "ControlPath": f"{self._directory}/c",
            "UserKnownHostsFile": f"{self._directory}/known_hosts",
            "GlobalKnownHostsFile": "/dev/null",
            "HostKeyAlias": self._node.dns_name,
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "ConnectTimeout": "30",
            "ServerAliveInterval": "15",
            "ServerAliveCountMax": "4",
            "ForwardAgent": "no",
            "ProxyCommand": shlex.join(self._tailnet.proxy()).replace("'%h'", "%h").replace("'%p'", "%p"),
        }
        return ["-F", "/dev/null", *(word for key, value in given.items() for word in ("-o", f"{key}={value}"))]

    def _listen(self) -> None:
        """Hears what ssh says, until it ends."""
        stream = self._master.stderr
        assert stream  # noqa: S101 - asked for in __enter__
        while line := stream.readline(2000):
            self._lines.append(line.decode(errors="replace"))
            del self._lines[:-50]

    def _wait(self) -> None:
        try:
            wait.until(lambda: self._is_up() or self._asks(), CONNECT_SECONDS, "ssh", POLL)
            if self._checked:
                wait.until(self._is_up, CHECK_SECONDS, "ssh", POLL)
        except Late:
            asked = "nobody has logged in at the address that was shown" if self._checked else "no connection"
            spent = wait.shown(CHECK_SECONDS if self._checked else CONNECT_SECONDS)
            raise Late(f"ssh: {asked} within {spent}; the same command tries again") from None

    def _is_up(self) -> bool:
        if self._master.poll() is not None:
            self._listener.join(2)  # until all that it said is here
            raise Failure(self._why())
        return (self._directory / "c").exists()  # ssh makes it when it is logged in (muxserver_listen in its source)

    def _asks(self) -> bool:
        """Has ssh shown an address at which a person must log in? Then it was shown here as well."""
        text = "".join(self._lines)
        if not (url := _URL.search(text)):
            return False
        if not sys.stdin.isatty():
            raise Failure(
                f"ssh: the tailnet's policy has a rule in check mode, which asks a person to log in at {url[0]}, and there is no terminal; "
                f"for CI write a rule with accept at {ACL}: {RULE}"
            )
        self._checked = True
        self._say(f"The tailnet's policy wants to see that it is you. Open {url[0]}")
        return True

    def _why(self) -> str:
        """Why ssh has ended, and what would help."""
        text = "".join(self._lines)
        last = clean(([line for line in text.splitlines() if line.strip()] or ["it ended"])[-1])
        where = f"ssh {self._user}@{self._node.dns_name}"
        if "Host key verification failed" in text or "REMOTE HOST IDENTIFICATION" in text:
            return f"{where}: the host key is not the one that the tailnet knows; somebody else answers, or the node is new: try again in a minute"
        if re.search(r"policy does not permit|Permission denied", text):
            return f'{where}: the tailnet\'s policy lets you in nowhere as {self._user} ({last}); add to "ssh" at {ACL}: {RULE}'
        return f"{where}: {last}"

    def _end(self) -> None:
        process.stop(self._master)
        shutil.rmtree(self._directory, ignore_errors=True)
