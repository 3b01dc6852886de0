# SPDX-License-Identifier: Apache-2.0
"""The double as tests start it: a server on loopback, its projects and their tokens, and what it was asked."""

from __future__ import annotations

import json
import secrets
import socket
import struct
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from cloud import routes
from cloud.errors import ApiError
from cloud.faults import Fault, Faults
from cloud.machines import Machines, MemoryMachines
from cloud.resources.catalogue import Catalogue
from cloud.resources.project import LIMIT, Project

Body = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What was asked, and the status of the answer. ``body`` is without user_data: a test looks for secrets that left here."""

    method: str
    path: str
    body: str
    status: int
    agent: str


@dataclass
class Cloud:
    """Use it as a context. ``endpoint`` is what a client is given in place of https://api.hetzner.cloud/v1."""

    machines: Machines = field(default_factory=MemoryMachines)
    catalogue: Catalogue = field(default_factory=Catalogue)
    faults: Faults = field(default_factory=Faults)
    requests: list[Request] = field(default_factory=list)
    readonly_code: str = "forbidden"  # before October 2026: token_readonly
    lock: threading.RLock = field(default_factory=threading.RLock)
    listener: socket.socket | None = None  # where it answers; its own on loopback when none is given

    def __post_init__(self) -> None:
        self._tokens: dict[str, tuple[Project, bool]] = {}
        self.project = self.new_project()
        self.token = self.new_token(self.project)

    def new_project(self) -> Project:
        return Project(self.catalogue, self.machines)

    def new_token(self, project: Project, *, writes: bool = True) -> str:
        token = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyzABCDEF0123456789") for _ in range(64))
        self._tokens[token] = project, writes
        return token

    def __enter__(self) -> Cloud:
        handler = type("Handler", (_Handler,), {"cloud": self})
        self._server = _Server(self.listener or socket.create_server(("127.0.0.1", 0)), handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.faults.over.set()
        self._server.shutdown()
        self._server.server_close()

    def settle(self) -> None:
        """Ends what has had its time, in every project."""
        for project, _ in list(self._tokens.values()):
            project.actions.settle()

    def project_of(self, header: str | None, method: str) -> Project:
        """The project of a request's Authorization; its rate is spent."""
        if not header:
            raise ApiError(401, "unauthorized", "token is required")
        if header.removeprefix("Bearer ") not in self._tokens:
            raise ApiError(401, "unauthorized", "the token you have provided is invalid")
        project, writes = self._tokens[header.removeprefix("Bearer ")]
        if not project.spend():
            raise ApiError(429, "rate_limit_exceeded", f"limit of {LIMIT} requests per hour reached")
        if method != "GET" and not writes:
            raise ApiError(403, self.readonly_code, "the token is only allowed to perform GET requests")
        return project


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(listener.getsockname(), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener

    def handle_error(self, *_: object) -> None:
        """A client that went away is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    cloud: ClassVar[Cloud]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/v1")
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.cloud.lock:
            fault = self.cloud.faults.strike(self.command, path)
            self.cloud.settle()
            self.limits: tuple[int, int] | None = None
            if fault and fault.kind in ("hang", "reset", "html"):
                status, answer = 0, None
            else:
                status, answer = self._answer(fault, parts.path, parse_qs(parts.query), content)
            self._log(path, content, status)
        if fault and fault.kind in ("hang", "hang_after"):
            self.cloud.faults.over.wait(120)
            self.close_connection = True
        elif fault and fault.kind in ("reset", "reset_after"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST, not FIN
            self.connection.close()
            self.close_connection = True
        else:
            self._send(status, answer, is_html=fault is not None and fault.kind == "html")

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - the names are http.server's

    def _answer(self, fault: Fault | None, path: str, query: dict[str, list[str]], content: bytes) -> routes.Answer:
        try:
            if not path.startswith("/v1/"):
                raise ApiError(404, "not_found", "the requested resource was not found")
            handler, found = routes.find(self.command, path.removeprefix("/v1"))
            project = self.cloud.project_of(self.headers.get("Authorization"), self.command)
            self.limits = int(project.remaining), int(time.time() + LIMIT - project.remaining)
            if fault and fault.error:
                raise fault.error
            return handler(project, found, query, _json(content))
        except ApiError as error:
            return error.status, error.body()

    def _send(self, status: int, answer: Body | None, *, is_html: bool) -> None:
        content = b"" if answer is None else json.dumps(answer).encode()
        if is_html:  # what a proxy in between says
            status, content = 502, b"<html>Bad Gateway</html>"
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if is_html else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Correlation-Id", uuid.uuid4().hex[:16])
        if self.limits:
            self.send_header("RateLimit-Limit", str(LIMIT))
            self.send_header("RateLimit-Remaining", str(self.limits[0]))
            self.send_header("RateLimit-Reset", str(self.limits[1]))
        self.end_headers()
        self.wfile.write(content)

    def _log(self, path: str, content: bytes, status: int) -> None:
        try:
            body = json.loads(content or b"{}")
            body.pop("user_data", None)
        except (ValueError, AttributeError):
            body = content.decode(errors="replace")
        agent = self.headers.get("User-Agent", "")
        self.cloud.requests.append(Request(self.command, path, json.dumps(body), status, agent))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: requests are kept by the double."""


def _json(content: bytes) -> Body:
    if not content:
        return {}
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ApiError(400, "json_error", "invalid JSON")
    return found
