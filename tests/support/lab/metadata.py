"""The metadata service of a cloud provider, in the layout of Hetzner's (https://docs.hetzner.cloud/reference/cloud#server-metadata).

One server in namespace wan answers all hosts of the lab, each with what is in its own directory; it tells them apart by the
last byte of their addresses, v4 and v6. It reads the files at each request, so they can be changed at any time.
"""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from . import net

_ROOT = "/hetzner/v1"
INSTANCE_ID = 42_000_000  # plus the host's last byte; cloud-init wants the same number as the machine's serial


class Metadata:
    """What the service says, as files in ``directory``: the lab's side."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700)

    def describe(self, last: int, hostname: str, address: str, vendor_data: str = "#cloud-config\n{}\n") -> None:
        """Makes the metadata of a host, with empty user-data."""
        host = self.directory / str(last)
        host.mkdir(exist_ok=True)
        (host / "metadata.json").write_text(json.dumps({
            "hostname": hostname,
            "instance-id": INSTANCE_ID + last,
            "public-ipv4": address,
            "availability-zone": "lab1-dc1",
            "region": "lab-central",
            "public-keys": [],
            "network-config": {"version": 1, "config": [
                {"type": "physical", "name": "eth0", "subnets": [{"type": "dhcp", "ipv4": True}]}]},
            "vendor_data": vendor_data,
        }))
        self.set_user_data(last, "")

    def user_data(self, last: int) -> bytes:
        return (self.directory / str(last) / "userdata").read_bytes()

    def set_user_data(self, last: int, content: str | bytes) -> None:
        (self.directory / str(last) / "userdata").write_bytes(content.encode() if isinstance(content, str) else content)

    def requests(self, last: int) -> list[str]:
        """Paths that the host has asked for so far."""
        log = self.directory / str(last) / "requests"
        return log.read_text().split() if log.exists() else []

    @property
    def ready(self) -> bool:
        """Whether the server listens."""
        return (self.directory / "ready").exists()


def _answer(host: Path, path: str) -> bytes | None:
    """What the service says to ``host`` about ``path``, or None for 404."""
    if path == f"{_ROOT}/userdata":
        return (host / "userdata").read_bytes()
    metadata = json.loads((host / "metadata.json").read_text())
    if path == f"{_ROOT}/metadata":  # YAML; JSON values are YAML
        return "".join(f"{key}: {json.dumps(value)}\n" for key, value in metadata.items()).encode()
    value = metadata.get(path.removeprefix(f"{_ROOT}/metadata/"))
    return None if value is None else (value if isinstance(value, str) else json.dumps(value)).encode()


class _Handler(BaseHTTPRequestHandler):
    directory: Path

    def do_GET(self) -> None:
        host = self.directory / str(net.last_byte(self.client_address[0]))
        answer = _answer(host, self.path) if host.exists() else None
        if host.exists():
            with open(host / "requests", "a") as log:
                log.write(f"{self.path}\n")
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Length", str(len(answer or b"")))
        self.end_headers()
        self.wfile.write(answer or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: requests are logged per host."""


class _V4(socketserver.ThreadingTCPServer):  # not HTTPServer, which looks its own name up in the DNS
    allow_reuse_address = True
    daemon_threads = True


class _V6(_V4):
    address_family = socket.AF_INET6


def serve(directory: Path) -> None:
    """Serves until killed. Run in namespace wan, where the addresses are."""
    _Handler.directory = directory
    v4 = _V4((net.METADATA_V4, 80), _Handler)
    v6 = _V6((net.METADATA_V6, 80, 0, socket.if_nametoindex("br0")), _Handler)
    (directory / "ready").touch()
    threading.Thread(target=v6.serve_forever, daemon=True).start()
    v4.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
