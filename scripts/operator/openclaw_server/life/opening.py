# SPDX-License-Identifier: Apache-2.0
"""Gives the browser an address that holds a secret: by a page on loopback, at a random path, once, for a minute. So the address is an argument
of no program; whoever reads this machine's process list sees the path, and is too late when the browser was there."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

from openclaw_server.base import wait
from openclaw_server.base.errors import Failure

SECONDS = 60.0


class _Once(HTTPServer):
    """``given``: whether the page was fetched."""

    def __init__(self, target: str) -> None:
        self.path, self.target, self.given = f"/{secrets.token_urlsafe(32)}", target, False
        super().__init__(("127.0.0.1", 0), _Page)

    def server_bind(self) -> None:  # HTTPServer looks its own name up in the DNS
        socket.socket.bind(self.socket, self.server_address)
        self.server_address = self.socket.getsockname()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{self.path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is nobody's concern."""


class _Page(BaseHTTPRequestHandler):
    server: _Once
    timeout = 5  # seconds that a visitor may be silent

    def do_GET(self) -> None:
        is_it = secrets.compare_digest(self.path, self.server.path)  # once: then the server ends
        self.send_response(302 if is_it else 404)
        if is_it:
            self.server.given = True
            self.send_header("Location", self.server.target)
        for name, value in (
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Content-Length", "0"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the path is a secret for as long as the page is there."""


def open_once(target: str, say: Callable[[str], None], browse: Callable[[str], object] = webbrowser.open) -> None:
    """Opens the browser, and returns when it has been given ``target``. Late when it does not come within a minute."""
    with _Once(target) as server:
        server.timeout = 0.5
        if not browse(server.address):
            raise Failure("no browser could be started; --show-secrets prints the address")
        say("The browser is given the first-visit address…")

        def given() -> bool:
            server.handle_request()
            return server.given

        wait.until(given, SECONDS, "the browser to come for the address; --show-secrets prints it", poll=0)
