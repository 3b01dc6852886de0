# SPDX-License-Identifier: Apache-2.0
"""From outside and inside: what is right, what is wrong, and what could not be tried."""

from __future__ import annotations

import errno
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands.conftest import Laptop
from laptop.world import report
from openclaw_server.life import checks, outside
from openclaw_server.life.checks import Check

READY = {"/readyz": b'{"ready": true, "failing": []}', "/": b"<html>chat</html>"}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of the node's, signed by itself, in one file."""
    directory = tmp_path_factory.mktemp("tls")
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=claw", "-addext", "subjectAltName=DNS:claw.tail.ts.net", "-keyout", directory / "key", "-out", directory / "cert"]  # fmt: skip
    subprocess.run(argv, check=True, capture_output=True)  # type: ignore[arg-type]
    (directory / "both").write_text((directory / "key").read_text() + (directory / "cert").read_text())
    return directory / "both"


@pytest.fixture
def page(deployed: Laptop, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """What the node serves over the tailnet. Its certificate is trusted here."""
    content = dict(READY)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content.get(self.path, b"")
            self.send_response(200 if body else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        deployed.world.set(serve_port=server.server_address[1])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.parent / "cert"))
        yield content
        server.shutdown()


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, int], outside.Reached]:
    """What a stranger reaches: nothing, and no IPv6 at all when ``("v6", 0)`` says so."""
    found: dict[tuple[str, int], outside.Reached] = {}

    def attempt(address: str, port: int) -> outside.Reached:
        family = "v6" if ":" in address else "v4"
        return found.get((family, 0)) or found.get((family, port), "silent")

    monkeypatch.setattr(outside.look, "__defaults__", (attempt,))
    return found


def rows(laptop: Laptop, *more: str) -> tuple[int, dict[str, tuple[str, str]]]:
    ended = laptop("verify", "claw", "--format", "json", *more)
    return ended.code, {row["name"]: (row["outcome"], row["detail"]) for row in json.loads(ended.out)}


Ports = dict[tuple[str, int], outside.Reached]


def test_all_is_well(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    code, found = rows(deployed)
    assert code == 0, found
    assert {outcome for outcome, _ in found.values()} == {"good"}
    assert list(found) == [
        "the provider's firewall lets nothing in", "the provider's firewall is applied", "the node answers on the tailnet",
        "the gateway's page", "the gateway is ready", "inside: ufw", "nothing answers on IPv4", "nothing answers on IPv6",
    ]  # fmt: skip
    assert found["nothing answers on IPv4"][1] == "203.0.113.1: 1025 TCP ports are silent"
    assert found["nothing answers on IPv6"][1].startswith("2001:db8:0:1::1: ")
    assert deployed.requests("POST", "PUT", "DELETE") == []


def test_every_port_that_the_host_lists_is_tried(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    deployed.world.set(
        listening=["tcp LISTEN 0 5 0.0.0.0:8443 *:*", "tcp LISTEN 0 5 [::1]:9 *:*", "tcp LISTEN 0 5 *:99999 *:*", "junk"]
    )
    ports["v4", 8443] = "open"
    code, found = rows(deployed)
    assert (code, found["nothing answers on IPv4"]) == (1, ("bad", "203.0.113.1: 8443 open"))


@pytest.mark.parametrize(
    ("port", "how", "detail"), [(22, "open", "22 open"), (443, "refused", "443 refused"), (18789, "open", "18789 open")]
)
def test_what_answers_is_bad_even_a_refusal(
    deployed: Laptop, page: dict[str, bytes], ports: Ports, port: int, how: outside.Reached, detail: str
) -> None:
    ports["v6", port] = how
    code, found = rows(deployed)
    assert (code, found["nothing answers on IPv6"]) == (1, ("bad", f"2001:db8:0:1::1: {detail}"))


def test_many_open_ports_are_named_in_part(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    ports["v4", 0] = "open"
    _, found = rows(deployed)
    assert found["nothing answers on IPv4"][1].endswith("10 open and 1015 more")


def test_without_ipv6_it_is_not_tried(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    ports["v6", 0] = "no way"
    code, found = rows(deployed)
    assert (code, found["nothing answers on IPv6"]) == (2, ("not tried", "this laptop has no way to 2001:db8:0:1::1"))
    assert rows(deployed, "--allow-untried")[0] == 0


def test_open_ports_are_named_before_those_that_refuse(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    ports.update({("v4", port): "refused" for port in range(1, 1025)})
    ports["v4", 18789] = "open"
    detail = rows(deployed)[1]["nothing answers on IPv4"][1]
    assert detail.startswith("203.0.113.1: 18789 open, 1 refused, 2 refused")
    assert detail.endswith("9 refused and 1015 more")


def test_a_port_that_could_not_be_tried_is_not_called_silent(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    ports["v4", 80] = "no way"
    code, found = rows(deployed)
    said = "203.0.113.1: 1 of 1025 TCP ports could not be tried from here"
    assert (code, found["nothing answers on IPv4"]) == (2, ("not tried", said))


def test_a_laptop_that_has_no_more_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("socket.socket", none_left)
    assert outside.connect("203.0.113.1", 22) == "no way"


def test_not_on_the_tailnet(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    deployed.world.set(backend="Stopped")
    code, found = rows(deployed)
    assert code == 2
    assert found["the node answers on the tailnet"][0] == "not tried"
    assert found["inside"] == ("not tried", "needs: the node on the tailnet")


def test_the_providers_firewall(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    firewall = deployed.cloud.project.firewalls.all[0]
    firewall.rules.append(
        {"direction": "in", "protocol": "tcp", "port": "22", "source_ips": [], "destination_ips": [], "description": None}
    )
    deployed.cloud.project.servers.all[0].firewalls[firewall.id] += 1e9
    code, found = rows(deployed)
    assert code == 1
    assert found["the provider's firewall lets nothing in"] == ("bad", "1 inbound rules")
    assert found["the provider's firewall is applied"] == ("bad", "pending")
    deployed.cloud.project.servers.all[0].firewalls.clear()
    assert rows(deployed)[1]["the provider's firewall is applied"] == ("bad", "not of this server")
    deployed.cloud.project.firewalls.all.clear()
    assert rows(deployed)[1]["the provider's firewall"][0] == "bad"


def test_a_second_firewall_could_let_something_in(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    deployed.cloud.project.firewalls.create({"name": "other"})
    deployed.cloud.project.servers.all[0].firewalls[deployed.cloud.project.firewalls.all[1].id] = 0
    assert rows(deployed)[1]["the provider's firewall is applied"] == ("bad", "applied, and 1 other firewalls")


@pytest.mark.parametrize("content", [b'{"ready": false, "failing": ["x\x1b[2J"]}', b"", b"[]", b"\xff"])
def test_a_gateway_that_is_not_ready(deployed: Laptop, page: dict[str, bytes], ports: Ports, content: bytes) -> None:
    page["/readyz"] = content
    code, found = rows(deployed)
    assert (code, found["the gateway is ready"][0]) == (1, "bad")
    assert "\x1b" not in str(found)


def test_a_certificate_that_is_not_trusted(
    deployed: Laptop, page: dict[str, bytes], ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    code, found = rows(deployed)
    assert (code, found["the gateway's page"][0]) == (1, "bad")
    assert "its certificate: self" in found["the gateway's page"][1]


def test_a_certificate_of_another_name(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    (deployed.folder.path / "profile.yaml").write_text("tailscale: {hostname: other}\n")
    deployed.world.join("other")
    code, found = rows(deployed)
    assert (code, found["the gateway's page"][0]) == (1, "bad")
    assert "Hostname mismatch" in found["the gateway's page"][1]


def test_no_page_at_all(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    deployed.world.set(serve_port=0)
    code, found = rows(deployed)
    assert (code, found["the gateway's page"][0]) == (1, "bad")


def test_drift_inside(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    drift = {
        "name": "ufw/rules",
        "outcome": "drifted",
        "drifts": [{"field": "allow", "observed": "22/tcp \x1b[1m", "desired": "none"}],
    }
    deployed.world.set(verify=report(2, drift))
    code, found = rows(deployed)
    assert (code, found["inside: ufw/rules"]) == (1, ("bad", "allow: is 22/tcp ?[1m, should be none"))


def test_inside_as_the_gateways_user_where_root_may_not(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    deployed.world.set(users=["ubuntu"])
    assert rows(deployed)[0] == 0
    assert "sudo -n /usr/local/sbin/bootstrap-agent --verify --format json" in deployed.world.commands()
    deployed.world.set(users=[])
    code, found = rows(deployed)
    assert (code, found["inside"][0]) == (2, "not tried")
    assert "the tailnet's policy lets you in nowhere as root" in found["inside"][1]


def test_a_server_that_is_not_there(laptop: Laptop) -> None:
    assert laptop("verify", "claw").code == 3


HOSTILE = [Check("a", "good", "fine"), Check("b, <c>", "bad", 'x"&<>\n%'), Check("d: e", "not tried", "no way")]


def test_junit() -> None:
    suite = ElementTree.fromstring(checks.as_junit("verify <x>", HOSTILE))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("name")) == ("3", "1", "1", "verify <x>")
    assert [[(part.tag, part.get("message")) for part in case] for case in suite] == [
        [],
        [("failure", 'x"&<>\n%')],
        [("skipped", "no way")],
    ]


def test_annotations() -> None:
    assert checks.as_annotations(HOSTILE) == ['::error title=b%2C <c>::x"&<>%0A%25', "::warning title=d%3A e::no way"]


def test_forms(deployed: Laptop, page: dict[str, bytes], ports: Ports) -> None:
    ports["v4", 22] = "open"
    table = deployed("verify", "claw")
    assert table.code == 1
    assert ["bad", "nothing", "answers", "on", "IPv4"] in [line.split()[:5] for line in table.out.splitlines()]
    github = deployed("verify", "claw", "--format", "github")
    assert "::error title=nothing answers on IPv4::203.0.113.1: 22 open\n" in github.out
    assert ElementTree.fromstring(deployed("verify", "claw", "--format", "junit").out).get("failures") == "1"


def test_real_ports() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert outside.connect("127.0.0.1", port) == "open"
    assert outside.connect("127.0.0.1", port) == "refused"
    assert outside.ports(18789, [("tcp", 9000), ("udp", 9001)], every=False)[-2:] == [9000, 18789]
    assert len(outside.ports(18789, [], every=True)) == 65535
