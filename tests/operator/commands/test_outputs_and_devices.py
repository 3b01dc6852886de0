# SPDX-License-Identifier: Apache-2.0
"""What a person does with a gateway that runs."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest
from commands.conftest import Laptop
from laptop.world import BOOTSTRAP, GATEWAY_TOKEN, report
from openclaw_server.base.errors import Late
from openclaw_server.life import opening

NEWEST = {"requestId": "r2", "displayName": "Firefox \x1b[2J[bold]", "remoteIp": "100.64.0.99", "ts": 1796120000000}
OLDER = {"requestId": "r1", "clientId": "phone", "ts": 1796110000000}
PAIRED = {"deviceId": "d1", "displayName": "cli"}


def test_outputs(deployed: Laptop) -> None:
    ended = deployed("outputs", "claw")
    assert ended.code == 0
    assert "url              https://claw.tail.ts.net/\n" in ended.out
    assert GATEWAY_TOKEN not in ended.out + ended.err
    assert BOOTSTRAP not in ended.out + ended.err


def test_outputs_with_secrets(deployed: Laptop) -> None:
    answer = json.loads(deployed("outputs", "claw", "--show-secrets", "--json").out)
    assert answer["tokenized_url"] == f"https://claw.tail.ts.net/#token={GATEWAY_TOKEN}"
    assert answer["first_visit_url"] == f"https://claw.tail.ts.net/#bootstrapToken={BOOTSTRAP}&bootstrapProfile=owner"
    assert GATEWAY_TOKEN not in str(deployed.world.calls())


@pytest.mark.parametrize(
    "url", ["", "http://x/#token=1", f"http://x/#bootstrapToken=a\nb{BOOTSTRAP}", "javascript:#bootstrapToken=<x>"]
)
def test_an_address_that_is_none(deployed: Laptop, url: str) -> None:
    deployed.world.set(dashboard={"browserUrl": url})
    ended = deployed("outputs", "claw", "--show-secrets")
    assert (ended.code, "gave no first-visit URL" in ended.err) == (1, True)


def test_the_browser_is_given_the_address_once(deployed: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    visits: list[Any] = []
    coming: list[threading.Thread] = []

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    def visit(url: str) -> Any:
        try:
            urllib.request.build_opener(Stay).open(url, timeout=5)
        except urllib.error.HTTPError as error:
            visits.append((error.code, error.headers.get("Location")))

    def browse(url: str) -> bool:
        assert BOOTSTRAP not in url
        coming.append(threading.Thread(target=lambda: (visit(url + "x"), visit(url)), daemon=True))
        coming[0].start()
        return True

    monkeypatch.setattr(opening.open_once, "__defaults__", (browse,))
    ended = deployed("outputs", "claw", "--open")
    assert ended.code == 0, ended.err
    coming[0].join(5)
    assert visits == [(404, None), (302, f"https://claw.tail.ts.net/#bootstrapToken={BOOTSTRAP}&bootstrapProfile=owner")]
    assert BOOTSTRAP not in ended.out + ended.err


def test_a_browser_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SECONDS", 0.1)
    with pytest.raises(Late, match="the browser to come"):
        opening.open_once("https://x/", lambda _: None, lambda _: True)


def test_devices_newest_first(deployed: Laptop) -> None:
    deployed.world.set(devices={"pending": [OLDER, NEWEST], "paired": [PAIRED]})
    ended = deployed("devices", "list", "claw")
    lines = ended.out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["asks", "r2"], ["asks", "r1"], ["paired", "d1"]]
    assert "Firefox ?[2J[bold]  100.64.0.99       2026-12-01" in ended.out
    assert "\x1b" not in ended.out
    assert json.loads(deployed("devices", "list", "claw", "--json").out)["pending"][1]["who"] == "phone"


def test_the_newest_is_approved_after_a_yes(deployed: Laptop) -> None:
    deployed.world.set(devices={"pending": [OLDER, NEWEST], "paired": []})
    assert deployed("devices", "approve", "claw").code == 3
    deployed.answers[:] = ["n"]
    assert deployed("devices", "approve", "claw").code == 1
    assert "Pair Firefox ?[2J[bold], from 100.64.0.99, which asked 2026-12-01" in deployed.asked[-1]
    assert len(deployed.world.get("devices")["pending"]) == 2
    deployed.answers[:] = ["y"]
    assert deployed("devices", "approve", "claw").code == 0
    assert deployed.world.get("devices")["pending"] == [OLDER]
    assert deployed("devices", "approve", "claw", "r1", "--yes").code == 0
    ended = deployed("devices", "approve", "claw", "--yes")
    assert (ended.code, "does not ask to be paired" in ended.err) == (1, True)


def test_reject_rename_remove(deployed: Laptop) -> None:
    deployed.world.set(devices={"pending": [NEWEST], "paired": [PAIRED]})
    assert deployed("devices", "reject", "claw", "r2").code == 0
    assert deployed("devices", "rename", "claw", "d1", "my laptop; $(x)").code == 0
    assert deployed.world.get("devices") == {"pending": [], "paired": [{**PAIRED, "displayName": "my laptop; $(x)"}]}
    assert deployed("devices", "rename", "claw", "d1", "\x1b[1m").code == 3
    assert deployed("devices", "remove", "claw", "d1", "--yes").code == 0
    ended = deployed("devices", "remove", "claw", "d1", "--yes")
    assert (ended.code, "openclaw devices remove: unknown deviceId" in ended.err) == (1, True)
    assert deployed("devices", "remove", "claw", "--yes", "--", "-rf").code == 3


@pytest.mark.parametrize("answer", [[], {"pending": "x", "paired": [1, None]}, {"pending": [{}]}, {}])
def test_a_gateway_that_says_nonsense(deployed: Laptop, answer: Any) -> None:
    deployed.world.set(devices=answer)
    ended = deployed("devices", "list", "claw")
    assert ended.code in (0, 1)
    assert "mistake" not in ended.err


@pytest.mark.parametrize(("code", "word"), [(0, "in_sync"), (1, "failed"), (2, "drifted")])
def test_status_ends_as_the_run_did(deployed: Laptop, code: int, word: str) -> None:
    bad = {
        "name": "ufw/x",
        "outcome": word,
        "reason": "because",
        "drifts": [{"field": "rule", "observed": "a", "desired": "b"}],
        "notes": ["a note"],
    }
    deployed.world.set(report=report(code, bad))
    ended = deployed("status", "claw")
    assert ended.code == code
    assert f"{word:10} ufw/x: because" in ended.out
    assert ("rule: is a, should be b" in ended.out) == (code != 0)
    assert "a note" in ended.out
    assert json.loads(deployed("status", "claw", "--json").out)["exit_code"] == code


def test_status_while_a_run_goes_on_and_before_any(deployed: Laptop) -> None:
    deployed.world.set(busy=1)
    assert deployed("status", "claw").code == 4
    deployed.world.set(ended=False)
    ended = deployed("status", "claw")
    assert (ended.code, "no run has ended" in ended.err) == (2, True)
    ended = deployed("status", "claw", "--wait")
    assert (ended.code, "ufw: converged" in ended.err) == (0, True)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 2}', '{"schema": 1, "resources": 5}', "[" * 100000])
def test_a_report_that_is_none(deployed: Laptop, text: str) -> None:
    from openclaw_server.base.errors import Failure
    from openclaw_server.reach.report import read

    with pytest.raises(Failure):
        read(text.encode())


def test_logs_audit_ssh_and_openclaw(deployed: Laptop) -> None:
    assert (
        deployed("logs", "claw", "-n", "5").out == "journalctl _SYSTEMD_USER_UNIT=openclaw-gateway.service --lines=5 --no-pager\n"
    )
    assert deployed("audit", "claw").out == "Summary: 0 critical\n"
    assert deployed("ssh", "claw", "--", "echo", "a b", "$(x)").code == 0
    assert deployed.world.commands()[-1] == "echo 'a b' '$(x)'"
    assert deployed("openclaw", "claw", "--", "models", "status", "--json").code == 0
    assert deployed.world.commands()[-1].endswith("-- env -C /home/ubuntu HOME=/home/ubuntu openclaw models status --json")
    assert deployed("audit", "claw", "--as", "ubuntu").code == 0
    assert deployed.world.commands()[-1] == "env -C /home/ubuntu HOME=/home/ubuntu openclaw security audit --deep"


def test_commands_that_need_no_secret_ask_for_none(deployed: Laptop) -> None:
    deployed.folder.secrets.unlink()
    for command in (["status"], ["outputs"], ["logs"], ["audit"], ["devices", "list"]):
        assert deployed(*command, "claw").code == 0
    assert deployed("deploy", "claw").code == 3


def test_a_node_that_this_laptop_does_not_see(laptop: Laptop) -> None:
    ended = laptop("status", "claw")
    assert (ended.code, "the tailnet has no device claw that this laptop may see" in ended.err) == (1, True)
