# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from openclaw_server.base.errors import Usage
from openclaw_server.deployment import names
from openclaw_server.deployment.folder import Folder
from openclaw_server.deployment.model import Deployment, Keeping, Release
from openclaw_server.deployment.read import read
from openclaw_server.deployment.write import deployment_text

KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"  # minisign's own, from its documentation
SUMS = {"x86_64": "1" * 64, "aarch64": "2" * 64}
PLAIN = Deployment(
    "0123456789abcdef",
    "claw",
    "alice",
    "cax21",
    "ubuntu-24.04",
    "fsn1",
    True,
    Release("https://example.com/releases/download/v0.2.0", KEY, SUMS),
    Keeping("age"),
)
TEXT = deployment_text(PLAIN)


@pytest.mark.parametrize(
    "deployment",
    [
        PLAIN,
        replace(PLAIN, backups=False, release=replace(PLAIN.release, sha256={"aarch64": "3" * 64})),
        replace(PLAIN, keeping=Keeping("age", "/home/a b/.ssh/id_ed25519")),
        replace(PLAIN, keeping=Keeping("environment")),
        replace(PLAIN, keeping=Keeping("command", commands={"hetzner_token": ("op", "read", 'op://a "b"/#c')})),
    ],
)
def test_what_is_written_is_read_again(deployment: Deployment) -> None:
    assert read(deployment_text(deployment), "f", "claw") == deployment


def problems(text: str) -> list[str]:
    with pytest.raises(Usage) as refused:
        read(text, "f.yaml", "claw")
    return list(refused.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id: "0123456789abcdef"', "id: 1", '4:5: id: "1" is no id of a deployment'),
        ("name: ", "nam: ", "nam: is not a known key; did you mean name?"),
        ('by: "alice"', "", "f.yaml: by: is missing"),
        ('by: "alice"', "by: Alice", 'by: "Alice" is no short name'),
        ('"claw"', '"other"', "name: is other, but the folder is claw"),
        ("type: cax21", "type:", "server.type: has no value"),
        ("backups: true", "backups: yes", 'server.backups: "yes" is neither true nor false'),
        ("https://", "http://", "release.url: "),
        ("v0.2.0", "v0.2.0/", "is no folder of a release"),
        ("https://", "https://user@", "is no plain URL"),
        (KEY, KEY[:-1], "is no minisign public key"),
        ("1" * 64, "1" * 63, "release.sha256.x86_64: "),
        ("store: age", "store: file", "secrets.store: "),
        ("store: age", "store: command", "secrets.commands: goes with 'store: command'"),
        ("store: age", 'store: environment\n  identity: "x"', "secrets.identity: goes with 'store: age'"),
        ("store: age", "store: command\n  commands: {hetzner: [x]}", "secrets.commands.hetzner: is no secret"),
        ("store: age", "store: command\n  commands: {hetzner_token: op read x}", "no shell reads it"),
        ("server:\n", "server: 1\nserve:\n", "server: has keys of its own"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEXT
    found = problems(TEXT.replace(old, new, 1))
    assert any(said in line for line in found), found
    assert all(line.startswith("f.yaml:") for line in found)


def test_all_is_said_at_once() -> None:
    text = TEXT.replace("cax21", "CAX 21").replace("fsn1", "F?").replace("1" * 64, "x").replace('"alice"', '""')
    assert len(problems(text)) == 4


def test_a_hostile_value_is_shown_harmless() -> None:
    [line] = problems(TEXT.replace("cax21", '"[bold]\\u001b[2J' + "x" * 500 + '"'))
    assert "\x1b" not in line
    assert "…" in line
    assert len(line) < 250


def test_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "claw")
    folder.create(PLAIN, b"sealed")
    assert folder.secrets.read_bytes() == b"sealed"
    assert folder.deployment() == PLAIN
    assert folder.hostname() == "claw"
    assert folder.gateway_port() == 18789
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert "*.age" in (folder.path / ".gitignore").read_text()
    with pytest.raises(Usage, match="has a deployment already"):
        folder.create(PLAIN, None)
    (folder.path / "profile.yaml").write_text("tailscale: {hostname: other}\ngateway: {port: 2000}\n")
    assert (folder.hostname(), folder.gateway_port()) == ("other", 2000)
    (folder.path / "profile.yaml").write_text("gateway:\n  port: 70000\n")
    with pytest.raises(Usage, match="no number from 1024"):
        folder.hostname()
    (folder.path / "profile.yaml").write_text("a: [\n")
    with pytest.raises(Usage, match="profile.yaml:1:"):
        folder.hostname()


def test_where_deployments_are(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Folder.of(None, "claw").path == home / ".config/openclaw-server/claw"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Folder.of(None, "claw").path == tmp_path / "openclaw-server/claw"
    assert Folder.of("~/x", "claw").path == home / "x/claw"
    for wrong in ("", "..", "a/b", "-a", "Claw", "a.b", "x" * 64):
        with pytest.raises(Usage):
            Folder.of(None, wrong)


LABEL = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")


def test_labels_fit() -> None:
    now = datetime(2026, 12, 1, 12, 34, 18, tzinfo=timezone(timedelta(hours=1)))
    labels = {names.ID: names.new_id(), names.BY: "alice", names.MADE: names.stamp(now), names.AGENT: names.digest(b"x")}
    assert names.label_problems(labels) == []
    assert all(LABEL.fullmatch(value) for value in labels.values())
    assert names.moment(labels[names.MADE]) == now.astimezone(UTC)
    assert names.moment("yesterday") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("k", "x" * 64),
        ("k", "-a"),
        ("k", "a-"),
        ("k", "a b"),
        ("k", "a:b"),
        ("", "v"),
        ("a/b/c", "v"),
        ("k" * 64, "v"),
        ("hetzner.cloud/x", "v"),
        ("-/x", "v"),
        ("A/x", "v"),
    ],
)
def test_labels_that_the_api_refuses(key: str, value: str) -> None:
    assert len(names.label_problems({key: value})) == 1


def test_an_empty_value_is_a_label_value() -> None:
    assert names.label_problems({"k": "", "example.com/k": "a"}) == []
