"""The operator's laptop: a node of the same tailnet, with a browser (curl) and ssh.

tailscaled runs with networking in user space, so it makes no device and leaves the machine's DNS alone.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from . import net
from .completed import Completed, complete
from .instance import Instance
from .wait import wait_until

SOCKS = "127.0.0.1:1055"


class Operator:
    """A joined node in namespace op. ``trust`` is the CA bundle of its browser."""

    def __init__(self, instance: Instance, programs: Path, trust: Path, control_url: str, auth_key: str) -> None:
        self._instance = instance
        self._trust = trust
        self._directory = instance.directory / "operator"
        self._directory.mkdir(mode=0o700)
        self._socket = self._directory / "tailscaled.sock"
        self.tailscale_command = [str(programs / "tailscale"), f"--socket={self._socket}"]
        env = dict(os.environ, HOME=str(self._directory), SSL_CERT_FILE=str(trust))
        with open(self._directory / "tailscaled.log", "wb") as log:
            instance.spawn([programs / "tailscaled", "--tun=userspace-networking", f"--socks5-server={SOCKS}", "--port=41642",
                            f"--statedir={self._directory}", f"--socket={self._socket}", "--no-logs-no-support"],
                           netns="op", stdout=log, env=env)
        wait_until(self._socket.exists, 30, "the operator's tailscaled")
        key = self._directory / "auth-key"
        key.touch(mode=0o600)
        key.write_text(auth_key)
        self.tailscale("up", f"--auth-key=file:{key}", f"--login-server={control_url}", "--hostname=operator",
                       "--timeout=60s", timeout=90).check()

    def tailscale(self, *args: str, timeout: float = 60) -> Completed:
        """Runs the tailscale command of the laptop."""
        return self.run([*self.tailscale_command, *args], timeout=timeout)

    def peers(self) -> dict[str, dict]:
        """The other nodes it sees, by their DNS names without the last dot."""
        status = json.loads(self.tailscale("status", "--json").check().out)
        return {peer["DNSName"].rstrip("."): peer for peer in (status.get("Peer") or {}).values()}

    def curl(self, *args: str, timeout: float = 60) -> Completed:
        """Fetches over the tailnet. Certificates must be right."""
        return self.run(["curl", "--silent", "--show-error", "--max-time", f"{timeout:g}", "--cacert", str(self._trust),
                         "--proxy", f"socks5h://{SOCKS}", *args], timeout=timeout + 15)

    def http_status(self, url: str, timeout: float = 60) -> int:
        """The HTTP status of ``url``, or 0 if there was no answer or its certificate is wrong."""
        return int(self.curl("--output", "/dev/null", "--write-out", "%{http_code}", url, timeout=timeout).out)

    def ssh(self, target: str, argv: Sequence[str], input: str | None = None, timeout: float = 120) -> Completed:
        """Runs a command on ``user@host`` by ssh over the tailnet; exit code 255 is ssh's own failure."""
        return self.run([*self._ssh(), target, shlex.join(argv)], input=input, timeout=timeout)

    def shell(self, target: str, input: str, timeout: float = 60) -> Completed:
        """Types ``input`` into a terminal of ``user@host``; what the terminal shows, the input too, is in ``out``."""
        return self.run([*self._ssh(), "-tt", target], input=input, timeout=timeout)

    def forward(self, target: str, address: str, input: str, seconds: float = 10) -> Completed:
        """Says ``input`` to ``address`` (host:port) by a port that ssh forwards as ``user@host``; ends after ``seconds`` at the latest.

        -W is -L for one connection, with stdin and stdout for the local port.
        """
        return self.run(["timeout", f"{seconds:g}", *self._ssh(), "-W", address, target], input=input, timeout=seconds + 15)

    def _ssh(self) -> list[str]:
        options = {"BatchMode": "yes", "StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR",
                   "ProxyCommand": shlex.join([*self.tailscale_command, "nc", "%h", "%p"])}
        return ["ssh", "-F", "/dev/null", *(f"-o{key}={value}" for key, value in options.items())]

    def run(self, argv: Sequence[str], input: str | None = None, timeout: float = 60) -> Completed:
        """Runs any command on the laptop: in its namespace, with its name server."""
        return complete(["ip", "netns", "exec", net.namespace(self._instance.number, "op"), *argv], input=input,
                        timeout=timeout, shown=argv)
