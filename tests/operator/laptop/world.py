# SPDX-License-Identifier: Apache-2.0
"""The tailnet and the server as the fake programs play them. All of it is in one file of JSON, which tests change."""

from __future__ import annotations

import fcntl
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cloud import Booted, MemoryMachines

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
GATEWAY_TOKEN = "0123456789abcdef" * 4
BOOTSTRAP = "one-time-visit-secret"


def report(exit_code: int = 0, *bad: dict[str, Any]) -> dict[str, Any]:
    """A report of the agent's, by docs/report.schema.json."""
    good = {
        "name": "ufw",
        "outcome": "in_sync",
        "needs": [],
        "drifts": [],
        "notes": [],
        "facts": {},
        "started_ms": 0,
        "duration_ms": 1,
    }
    return {
        "schema": 1, "agent": {"version": "0.2.0", "commit": "abc"}, "command": "enforce", "mode": "enforce",
        "started_at": "2026-12-01T00:00:00Z", "duration_ms": 1, "exit_code": exit_code, "changes": 3,
        "facts": {"url": "https://claw.tail.ts.net/", "dns_name": "claw.tail.ts.net"}, "resources": [good, *({**good, **each} for each in bad)],
    }  # fmt: skip


class World:
    """``directory`` is first on PATH."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self._file = directory / "world.json"
        self._file.write_text(json.dumps({
            "backend": "Running", "nodes": [], "ssh": "accept", "users": ["root", "ubuntu"], "ephemeral": False, "slow_rename": 0, "serve_port": 0,
            "ended": False, "busy": 0, "lines": ["ufw: converged"], "report": report(), "after_secrets": report(), "verify": report(),
            "listening": ["tcp LISTEN 0 128 127.0.0.1:18789 0.0.0.0:*", "udp UNCONN 0 0 *:41641 *:*"], "audit": "Summary: 0 critical",
            "devices": {"pending": [], "paired": []}, "env": f"OPENCLAW_GATEWAY_TOKEN={GATEWAY_TOKEN}\n", "breaks": [],
            "dashboard": {"browserUrl": f"http://127.0.0.1:18789/#gatewayUrl=x&bootstrapToken={BOOTSTRAP}&bootstrapProfile=owner"},
        }))  # fmt: skip
        for name in ("ssh", "tailscale"):
            program = directory / name
            source = Path(__file__).with_name(f"{name}_program.py").read_text()
            program.write_text(f"#!{sys.executable} -IS\nDIRECTORY = {str(directory)!r}\n{source}")
            program.chmod(0o755)

    @contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """What it is, to be changed; nobody else changes it meanwhile."""
        with open(self._file, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            state = json.load(file)
            yield state
            file.seek(0)
            file.truncate()
            json.dump(state, file)

    def set(self, **values: Any) -> None:
        with self.changing() as state:
            state.update(values)

    def get(self, key: str) -> Any:
        with self.changing() as state:
            return state[key]

    def join(
        self, name: str, *, online: bool = True, created: datetime | None = None, keys: tuple[str, ...] = (HOST_KEY,)
    ) -> None:
        """A device of that name; when another has it, NAME-1, as the control server does it."""
        with self.changing() as state:
            taken = {node["DNSName"].split(".")[0] for node in state["nodes"]}
            label = name if name not in taken else f"{name}-1"
            number = len(state["nodes"]) + 1
            state["nodes"].append({
                "ID": f"n{number}CNTRL", "HostName": name, "DNSName": f"{label}.tail.ts.net.", "TailscaleIPs": [f"100.64.0.{number}"],
                "Online": online, "Created": (created or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z"),
                "sshHostKeys": list(keys), "key": HOST_KEY,
            })  # fmt: skip

    def names(self) -> list[str]:
        return [node["DNSName"].split(".")[0] for node in self.get("nodes")]

    def calls(self) -> list[dict[str, Any]]:
        """What the programs were called with: program, argv, stdin, env."""
        log = self.directory / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def commands(self) -> list[str]:
        """What was run on the server."""
        return [call["command"] for call in self.calls() if call.get("command")]


class Joining(MemoryMachines):
    """Machines that join the tailnet when they boot, unless ``joins`` is False."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world, self.joins = world, True

    def boot(self, id: int, name: str, user_data: str, firewall: list[dict[str, object]] | None) -> Booted:
        machine = super().boot(id, name, user_data, firewall)
        hostname = re.search(r'hostname: "?([a-z0-9-]+)', user_data)
        if self.joins and "tailscale_auth_key:" in user_data:
            self._world.set(ended=False)
            self._world.join(hostname[1] if hostname else "openclaw")
        return machine

    def destroy(self, machine: Booted) -> None:
        super().destroy(machine)
        with self._world.changing() as state:
            for node in state["nodes"]:
                if node["HostName"] == machine.name:
                    node["Online"] = False
