"""The HTTPS server for everything that a server downloads, with faults to switch on. Runs as a program by itself:

    mirror.py SITE ADDRESS CERTIFICATE KEY

SITE is a JSON file, read again at every request, so that it can be changed any time:

    {"paths":  {"/dist/v1/x.tar.xz": "/a/file", "/npm": "/a/directory"},   the longest match counts
     "faults": [{"path": "/dist/*", "mode": "truncate", "after": 1000}]}   the first match counts; modes: see Fault

A directory that is asked for is answered with its index.json (that is how an npm registry's documents are kept). What is POSTed is
noted in posts.jsonl beside SITE, a line each: {"path": …, "body": …}.
"""

from __future__ import annotations

import enum
import fnmatch
import json
import re
import socket
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

CHUNK = 1 << 18


class Fault(str, enum.Enum):
    """What can be wrong with an answer. Bytes are counted from the first one sent, also when a download is resumed."""

    DOWN = "down"  # the connection ends without an answer
    STATUS = "status"  # the HTTP status ``code``, and no content
    TRUNCATE = "truncate"  # the connection ends when ``after`` bytes were sent
    STALL = "stall"  # nothing follows the first ``after`` bytes, but the connection stays open
    CORRUPT = "corrupt"  # one bit of the first byte is wrong
    TRICKLE = "trickle"  # a byte at a time, ten in a second
    LOOP = "loop"  # a redirect to where the client already is


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Path  # set by main

    def do_GET(self) -> None:
        site = json.loads(self.site.read_text())
        path = unquote(urlsplit(self.path).path)
        fault = next((fault for fault in site["faults"] if fnmatch.fnmatchcase(path, fault["path"])), {"mode": None})
        file = _find(site["paths"], path)
        if fault["mode"] == Fault.DOWN:
            self.close_connection = True
            self.log_message("%s: down", self.path)
        elif fault["mode"] == Fault.STATUS:
            self._empty(fault["code"])
        elif fault["mode"] == Fault.LOOP:
            self._empty(302, ("Location", self.path))
        elif file is None:
            self._empty(404)
        else:
            with open(file, "rb") as content:
                self._send(content, file, fault)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        fault = next((fault for fault in json.loads(self.site.read_text())["faults"] if fnmatch.fnmatchcase(path, fault["path"])), None)
        with open(self.site.with_name("posts.jsonl"), "a") as posts:
            posts.write(json.dumps({"path": path, "body": body}) + "\n")
        self._empty(fault["code"] if fault else 200)

    def _send(self, content: BinaryIO, file: Path, fault: dict) -> None:
        status = file.stat()
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        start, end = 0, status.st_size
        # Only one range with a start is understood. Of others a server may send the whole: RFC 9110, 14.2.
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and self.headers.get("If-Range", tag) == tag:
            start = int(wanted[1])
            end = min(end, int(wanted[2]) + 1) if wanted[2] else end
            if start >= end:
                self._empty(416, ("Content-Range", f"bytes */{status.st_size}"))
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{status.st_size}")
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "application/json" if file.suffix == ".json" else "application/octet-stream")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        content.seek(start)
        if fault["mode"] in (Fault.TRUNCATE, Fault.STALL):
            self._copy(content, min(end - start, fault["after"]))
            if fault["mode"] == Fault.STALL:
                self.rfile.read(1)  # until the client gives up
            self.close_connection = True
        elif fault["mode"] == Fault.TRICKLE:
            while byte := content.read(1):
                self.wfile.write(byte)
                time.sleep(0.1)
        else:
            self._copy(content, end - start, corrupt=fault["mode"] == Fault.CORRUPT)

    def _copy(self, content: BinaryIO, length: int, corrupt: bool = False) -> None:
        while length > 0 and (data := content.read(min(CHUNK, length))):
            length -= len(data)
            self.wfile.write(bytes([data[0] ^ 1]) + data[1:] if corrupt else data)
            corrupt = False

    def _empty(self, code: int, *headers: tuple[str, str]) -> None:
        self.send_response(code)
        for name, value in (*headers, ("Content-Length", "0")):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, form: str, *args: object) -> None:
        print(self.client_address[0], form % args, flush=True)


def _find(paths: dict[str, str], path: str) -> Path | None:
    """The file for a request, or None."""
    for prefix in sorted(paths, key=len, reverse=True):
        if path == prefix or path.startswith(f"{prefix}/"):
            target = Path(paths[prefix] + path.removeprefix(prefix))
            target = target / "index.json" if target.is_dir() else target
            return target if target.is_file() and ".." not in target.parts else None
    return None


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, address: str, tls: ssl.SSLContext) -> None:
        super().__init__((address, 443), Handler)
        self._tls = tls

    def get_request(self) -> tuple[socket.socket, object]:
        connection, peer = super().get_request()
        # The handshake comes with the first read, in the connection's own thread: nobody waits for a slow client.
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer

    def handle_error(self, request: object, client_address: object) -> None:
        print(client_address, "ended:", sys.exc_info()[1], flush=True)  # clients may go away at any time


def main() -> None:
    site, address, certificate, key = sys.argv[1:]
    Handler.site = Path(site)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = Server(address, tls)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
