"""What a server finds outside: the mirror and the tailnet, in the lab's namespace wan."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from . import mirror, profile
from .ca import CA
from .mirror import Fault
from .parts import CONTROL, MIRROR, Parts
from .wait import wait_until

SECONDS = 20  # for a service to start, or to end


class Services:
    """``spawn(argv, stdout=file)`` starts a process in wan; ``address`` and ``control_address`` are wan's, with nothing
    on port 443; ``run_dir`` is an empty directory of the lab's. Who ends the processes otherwise need not ``stop``.
    """

    control_url = f"https://{CONTROL}"
    acme_url = f"https://{CONTROL}:14000/dir"  # for tailscaled's TS_DEBUG_ACME_DIRECTORY_URL

    def __init__(self, parts: Parts, spawn: Callable[..., subprocess.Popen], address: str, control_address: str,
                 run_dir: Path) -> None:
        self._parts = parts
        self._spawn = spawn
        self._run_dir = run_dir
        self._socket = run_dir / "admin.sock"
        self._site = run_dir / "site.json"
        self._processes: dict[str, subprocess.Popen] = {}
        self.names = {MIRROR: address, CONTROL: control_address}  # what the lab's DNS must answer
        self.ca_pem = run_dir / "trust.pem"  # what servers and visitors must trust; there after ``start``

    def start(self) -> None:
        """Returns when all services answer. Raises RuntimeError with the end of the log of one that doesn't start."""
        ca = CA(self._run_dir)
        certificate, key = ca.issue(list(self.names))
        self._write_site({"paths": self._paths(), "faults": []})
        self._start("mirror", [sys.executable, mirror.__file__, self._site, self.names[MIRROR], certificate, key])
        self._start("tailnet", [
            self._parts.tailnet, "-address", self.names[CONTROL], "-name", CONTROL, "-cert", certificate, "-key", key,
            "-admin", self._socket,
        ])
        self._await("mirror", lambda: self._log("mirror").read_text().startswith("ready\n"))
        self._await("tailnet", self._admin_answers)
        self.ca_pem.write_bytes(ca.root.read_bytes() + self._request("GET", "/root.pem"))

    def stop(self) -> None:
        """Ends all services. The directory with their logs stays."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def profile(self) -> str:
        """The agent's profile (YAML) for this lab."""
        return profile.lab_profile(self._parts)

    def publish(self, url_path: str, file: Path) -> None:
        """Serves a file or directory at https://mirror.test + ``url_path``, as it is when it is asked for."""
        site = self._read_site()
        site["paths"][url_path] = str(file)
        self._write_site(site)

    def posts(self, path: str) -> list[str]:
        """The bodies of all POSTs to ``path`` so far."""
        file = self._site.with_name("posts.jsonl")
        posts = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [post["body"] for post in posts if post["path"] == path]

    def set_fault(self, pattern: str, mode: Fault | str | None, **details: int) -> None:
        """Answers for paths that match ``pattern`` (as in a shell) go wrong from now on; None: no longer. See mirror.py."""
        site = self._read_site()
        site["faults"] = [fault for fault in site["faults"] if fault["path"] != pattern]
        if mode is not None:
            site["faults"].insert(0, {"path": pattern, "mode": Fault(mode), **details})
        self._write_site(site)

    def admin(self, path: str, **parameters: str | int) -> Any:
        """A request to the tailnet's admin API (tests/support/tailnet/admin.go), as admin("/set", https="off")."""
        return json.loads(self._request("POST", f"{path}?{urlencode(parameters)}"))

    def nodes(self) -> list[dict]:
        """The tailnet's nodes."""
        return json.loads(self._request("GET", "/nodes"))

    def _paths(self) -> dict[str, str]:
        parts = self._parts
        return {
            f"/dist/v{parts.node.version}": str(parts.node.tarball.parent),
            "/stable": str(parts.tailscale.tarball.parent),
            f"/openclaw/{parts.openclaw_version}": str(parts.openclaw),
            "/npm": str(parts.npm),
        }

    def _read_site(self) -> dict:
        return json.loads(self._site.read_text())

    def _write_site(self, site: dict) -> None:
        partial = self._site.with_suffix(".partial")
        partial.write_text(json.dumps(site, indent=1))
        partial.rename(self._site)

    def _log(self, name: str) -> Path:
        return self._run_dir / f"{name}.log"

    def _start(self, name: str, argv: list[str | Path]) -> None:
        with open(self._log(name), "wb") as log:
            self._processes[name] = self._spawn(argv, stdout=log)

    def _await(self, name: str, ready: Callable[[], bool]) -> None:
        def ready_or_dead() -> bool:
            if (code := self._processes[name].poll()) is not None:
                raise RuntimeError(f"{name} ended with {code}:\n{self._log(name).read_text()[-2000:]}")
            return ready()

        wait_until(ready_or_dead, SECONDS, f"{name} to start; see {self._log(name)}")

    def _admin_answers(self) -> bool:
        try:
            return bool(self._request("GET", "/nodes"))
        except (FileNotFoundError, ConnectionRefusedError):
            return False

    def _request(self, method: str, target: str) -> bytes:
        connection = _UnixConnection(self._socket)
        try:
            connection.request(method, target)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(f"{method} {target}: {answer.status}: {content.decode().strip()}")
        return content


class _UnixConnection(http.client.HTTPConnection):
    """HTTP on a unix socket, which can be reached from every network namespace."""

    def __init__(self, path: Path) -> None:
        super().__init__("admin", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
