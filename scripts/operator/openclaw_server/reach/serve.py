# SPDX-License-Identifier: Apache-2.0
"""The page that the node serves, as a browser on the tailnet gets it: through `tailscale nc`, so that it works without a network device, too."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
from dataclasses import dataclass

from openclaw_server.base import process
from openclaw_server.base.errors import Failure
from openclaw_server.base.text import clean
from openclaw_server.reach.tailnet import Node, Tailnet

SECONDS = 30.0  # without a byte
_LARGEST = 256 << 10  # bytes of a page


@dataclass(frozen=True)
class Page:
    status: int
    content: bytes
    expires: str  # the certificate


def get(tailnet: Tailnet, node: Node, path: str) -> Page:
    """What https://NODE/PATH answers. Failure when it does not, or its certificate is not for the node and trusted here."""
    ours, theirs = socket.socketpair()
    ours.settimeout(SECONDS)
    with ours:
        with theirs:
            argv = [word.replace("%h", node.address).replace("%p", "443") for word in tailnet.proxy()]
            carrier = process.start(argv, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return _ask(ours, node.dns_name, path)
        except ssl.SSLCertVerificationError as error:
            raise Failure(f"https://{node.dns_name}/: its certificate: {clean(error.verify_message)}") from None
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"https://{node.dns_name}{path}: no answer: {clean(error) or type(error).__name__}") from None
        finally:
            process.stop(carrier)


def _ask(carried: socket.socket, name: str, path: str) -> Page:
    with ssl.create_default_context().wrap_socket(carried, server_hostname=name) as secured:
        connection = http.client.HTTPConnection(name)
        connection.sock = secured
        connection.request("GET", path, headers={"Host": name, "Connection": "close"})
        answer = connection.getresponse()
        certificate = secured.getpeercert() or {}
        return Page(answer.status, answer.read(_LARGEST), clean(certificate.get("notAfter", "?"), 60))
