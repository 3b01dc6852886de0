"""The mirror serves files like a good server, and has exactly the requested faults."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import mirror
from lab.ca import CA

ADDRESS = "127.77.0.1"  # loopback, where nobody else listens on port 443
CONTENT = bytes(range(256)) * 40


class Mirror:
    """A running mirror that serves the directory ``files`` at /files."""

    def __init__(self, directory: Path) -> None:
        self.files = directory / "files"
        self.files.mkdir()
        (self.files / "x.bin").write_bytes(CONTENT)
        self._site = directory / "site.json"
        self.set_faults()
        ca = CA(directory)
        self._trust = ssl.create_default_context(cafile=str(ca.root))
        argv = [sys.executable, mirror.__file__, self._site, ADDRESS, *ca.issue([ADDRESS])]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout and self._process.stdout.readline() == "ready\n"

    def set_faults(self, *faults: dict) -> None:
        self._site.write_text(json.dumps({"paths": {"/files": str(self.files)}, "faults": faults}))

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        self._trust.check_hostname = False  # it has a name; the tests connect to an address
        connection = http.client.HTTPSConnection(ADDRESS, context=self._trust, timeout=5)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture()
def served(tmp_path: Path) -> Iterator[Mirror]:
    server = Mirror(tmp_path)
    yield server
    server.stop()


def test_a_file(served: Mirror) -> None:
    status, headers, body = served.get("/files/x.bin")
    assert (status, body) == (200, CONTENT)
    assert headers["Content-Length"] == str(len(CONTENT))


def test_head_has_no_content(served: Mirror) -> None:
    status, headers, body = served.get("/files/x.bin", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(CONTENT)), b"")


@pytest.mark.parametrize("path", ["/", "/files", "/files/none", "/filesx", "/files/../site.json", "/files/%2e%2e/site.json"])
def test_what_is_not_served(served: Mirror, path: str) -> None:
    assert served.get(path)[0] == 404


def test_a_directory_is_its_index(served: Mirror) -> None:
    (served.files / "@scope/name").mkdir(parents=True)
    (served.files / "@scope/name/index.json").write_text("{}")
    assert served.get("/files/@scope%2fname")[2] == b"{}"


def test_the_rest_of_a_file(served: Mirror) -> None:
    status, headers, body = served.get("/files/x.bin", Range="bytes=100-")
    assert (status, body) == (206, CONTENT[100:])
    assert headers["Content-Range"] == f"bytes 100-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert served.get("/files/x.bin", Range="bytes=100-199")[2] == CONTENT[100:200]
    assert served.get("/files/x.bin", Range=f"bytes={len(CONTENT)}-")[0] == 416


def test_the_rest_of_a_file_that_changed_is_the_whole(served: Mirror) -> None:
    tag = served.get("/files/x.bin")[1]["ETag"]
    assert served.get("/files/x.bin", Range="bytes=100-", If_Range=tag)[0] == 206
    (served.files / "x.bin").write_bytes(b"other")
    assert served.get("/files/x.bin", Range="bytes=100-", If_Range=tag)[::2] == (200, b"other")


def test_down(served: Mirror) -> None:
    served.set_faults({"path": "/files/*", "mode": "down"})
    with pytest.raises(http.client.RemoteDisconnected):
        served.get("/files/x.bin")


def test_status(served: Mirror) -> None:
    served.set_faults({"path": "/files/*", "mode": "status", "code": 503})
    assert served.get("/files/x.bin")[0] == 503


def test_truncated(served: Mirror) -> None:
    served.set_faults({"path": "/files/*", "mode": "truncate", "after": 1000})
    with pytest.raises(http.client.IncompleteRead) as cut:
        served.get("/files/x.bin")
    assert cut.value.partial == CONTENT[:1000]


def test_stalled(served: Mirror) -> None:
    served.set_faults({"path": "/files/*", "mode": "stall", "after": 1000})
    with pytest.raises(TimeoutError):
        served.get("/files/x.bin")


def test_corrupt(served: Mirror) -> None:
    served.set_faults({"path": "/files/*", "mode": "corrupt"})
    body = served.get("/files/x.bin")[2]
    assert body != CONTENT
    assert body[1:] == CONTENT[1:]


def test_a_trickle(served: Mirror) -> None:
    (served.files / "x.bin").write_bytes(CONTENT[:5])
    served.set_faults({"path": "/files/*", "mode": "trickle"})
    began = time.monotonic()
    assert served.get("/files/x.bin")[2] == CONTENT[:5]
    assert time.monotonic() - began > 0.4


def test_a_redirect_to_itself(served: Mirror) -> None:
    served.set_faults({"path": "/files/*", "mode": "loop"})
    status, headers, _ = served.get("/files/x.bin?a=b")
    assert (status, headers["Location"]) == (302, "/files/x.bin?a=b")


def test_a_fault_is_only_where_it_was_put(served: Mirror) -> None:
    served.set_faults({"path": "/other/*", "mode": "down"})
    assert served.get("/files/x.bin")[0] == 200
