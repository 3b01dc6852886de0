# SPDX-License-Identifier: Apache-2.0
"""The tailnet as this laptop's tailscaled sees it: `tailscale status --json`, whose fields are ipnstate.Status in Tailscale's source."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openclaw_server.base.errors import Failure, Usage
from openclaw_server.base.process import run
from openclaw_server.base.text import clean

ON_A_MAC = Path("/Applications/Tailscale.app/Contents/MacOS/Tailscale")  # where the program is when it is not on PATH
DEVICES = "https://login.tailscale.com/admin/machines"
SECONDS = 20.0  # for one question
MOST = 8 << 20  # bytes of an answer; a node has about 1 KB


@dataclass(frozen=True)
class Node:
    """A device. ``name`` is the first label of its DNS name, by which it is reached; texts are safe to show."""

    id: str
    name: str
    dns_name: str
    address: str
    online: bool
    created: datetime
    expired: bool
    host_keys: tuple[str, ...]


class Tailnet:
    def __init__(self) -> None:
        self._program = program()

    def self_name(self) -> str:
        """This laptop's own DNS name. Failure when it is not on a tailnet."""
        return clean(self._status().get("Self", {}).get("DNSName", "")).rstrip(".")

    def nodes(self) -> list[Node]:
        """The other devices. Failure when this laptop is not on a tailnet."""
        peers = self._status().get("Peer") or {}
        return [node for peer in peers.values() if isinstance(peer, dict) and (node := _node(peer))]

    def node(self, name: str) -> Node | None:
        """The device of that name."""
        return next((node for node in self.nodes() if node.name == name), None)

    def proxy(self) -> list[str]:
        """What carries a connection to a port of a device, also where tailscaled has no network device."""
        return [self._program, "nc", "%h", "%p"]

    def ping(self, node: Node, seconds: int = 10) -> bool:
        """Whether the device answers tailscaled's own ping."""
        argv = [self._program, "ping", f"--timeout={seconds}s", "--c=1", "--until-direct=false", node.address]
        return run(argv, deadline=seconds + 10).code == 0

    def _status(self) -> dict[str, Any]:
        done = run([self._program, "status", "--json"], deadline=SECONDS, most=MOST)
        try:
            status = json.loads(done.out)
        except ValueError:
            raise Failure(f"tailscale status: {done.complaint}; is Tailscale running on this laptop?") from None
        state = status.get("BackendState") if isinstance(status, dict) else None
        if state != "Running":
            raise Failure(
                f"tailscale: this laptop is not on a tailnet ({clean(state)}); 'tailscale up', or start the app and log in"
            )
        return status  # type: ignore[no-any-return]


def program() -> str:
    """The laptop's tailscale. Usage when there is none."""
    if found := shutil.which("tailscale"):
        return found
    if ON_A_MAC.exists():
        return str(ON_A_MAC)
    raise Usage("tailscale: is not installed on this laptop; https://tailscale.com/download has it")


def _node(peer: dict[str, Any]) -> Node | None:
    dns_name = clean(peer.get("DNSName") or "", 260).rstrip(".")
    addresses = [each for each in peer.get("TailscaleIPs") or [] if isinstance(each, str)]
    if not dns_name or not addresses or "?" in dns_name:
        return None
    keys = [key for key in peer.get("sshHostKeys") or [] if isinstance(key, str) and len(key) < 2000]
    return Node(
        clean(peer.get("ID", ""), 80), dns_name.split(".")[0], dns_name, clean(addresses[0], 60), bool(peer.get("Online")),
        _moment(peer.get("Created")), bool(peer.get("Expired")), tuple(key for key in keys if clean(key, 2000) == key),
    )  # fmt: skip


def _moment(text: object) -> datetime:
    """A time as Go writes it, with up to nine digits of a second, of which Python 3.11 reads any number."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
