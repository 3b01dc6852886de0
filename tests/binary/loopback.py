"""loopback.py COMMAND...: runs it where [::1] has an HTTP server and a name server, and 127.0.0.9 a name server that is silent.

Run it in its own network namespace (unshare --net). only6.test has only an IPv6 address.
"""

from __future__ import annotations

import http.server
import socket
import socketserver
import struct
import subprocess
import sys
import threading

AAAA, IN = 28, 1
NAME = b"\x05only6\x04test\x00"


class NameServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        query, out = self.request
        question = query[12:]
        end = question.index(b"\x00") + 1
        kind, _ = struct.unpack("!HH", question[end : end + 4])
        found = question[:end].lower() == NAME
        answer = b"\xc0\x0c" + struct.pack("!HHIH", AAAA, IN, 60, 16) + socket.inet_pton(socket.AF_INET6, "::1")
        answers = [answer] if found and kind == AAAA else []
        flags = 0x8180 if found else 0x8183  # no error, or no such name
        head = query[:2] + struct.pack("!HHHHH", flags, 1, len(answers), 0, 0)
        out.sendto(head + question[: end + 4] + b"".join(answers), self.client_address)


class V6Names(socketserver.ThreadingUDPServer):
    address_family = socket.AF_INET6


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"found by " + self.headers["Host"].encode())

    def log_message(self, *_: object) -> None:
        pass


class V6Http(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("127.0.0.9", 53))
for server in (V6Names(("::1", 53), NameServer), V6Http(("::1", 80), Hello)):
    threading.Thread(target=server.serve_forever, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
