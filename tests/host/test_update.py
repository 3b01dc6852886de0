"""A newer pin of OpenClaw: it takes over once it is ready, and when it does not get ready the old one is back, untouched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_calls import Report, call, reconcile, verify
from lab import fake_openclaw
from lab.host import Host
from lab.merge import merge
from lab.parts import MIRROR
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["bookworm"], indirect=True)

OLD = "2026.9.6"
CONFIG = "/home/ubuntu/.openclaw/openclaw.json"
PROFILE = "/etc/bootstrap-agent/profile.yaml"
Update = Callable[[str, str], Report]


@pytest.fixture
def update(world: World, converged: Host, tmp_path: Path) -> Iterator[Update]:
    """Reconciles with another version pinned, whose gateway is a program of fake_openclaw; the old pin is back when the test ends."""
    pinned = converged.read(PROFILE)

    def reconcile_with(version: str, gateway: str) -> Report:
        directory = tmp_path / version
        directory.mkdir()
        path = f"/fake/{version}"
        text = fake_openclaw.lock(directory, version, gateway, f"https://{MIRROR}{path}")
        (directory / "package-lock.json").write_text(text)
        world.services.publish(path, directory)
        converged.write("/root/profile.yaml", merge(pinned, (
            f"openclaw:\n  version: {version}\n  lock:\n    url: \"https://{MIRROR}/fake/{{version}}/package-lock.json\"\n"
            f"    sha256: {hashlib.sha256(text.encode()).hexdigest()}\ngateway:\n  ready_timeout: 60s\n")))
        return call(converged, "--reconcile", "--profile", "/root/profile.yaml")

    yield reconcile_with
    converged.write("/root/profile.yaml", pinned)
    assert call(converged, "--reconcile", "--profile", "/root/profile.yaml").bad == {}


def running(host: Host) -> str:
    """The version that the gateway's process runs from."""
    uid = host.run(["id", "-u", "ubuntu"]).check().out.strip()
    show = ["systemctl", "--user", "show", "--property=ExecStart", "openclaw-gateway.service"]
    argv = host.run(show, user="ubuntu", env={"XDG_RUNTIME_DIR": f"/run/user/{uid}"}).check().out
    return argv.partition("/opt/openclaw/")[2].partition("/")[0]


@pytest.mark.parametrize(("version", "gateway"), [
    ("2026.10.1", fake_openclaw.NEVER_READY),
    ("2026.10.2", fake_openclaw.RUINS_ITS_CONFIGURATION),
], ids=["never-ready", "ruins-its-configuration-and-crashes"])
def test_a_version_that_does_not_get_ready_makes_way_for_the_old_one(converged: Host, update: Update, version: str, gateway: str) -> None:
    before = settings(converged)
    ended = update(version, gateway)
    assert ended.code == 1
    assert ended.why("openclaw/update").startswith(
        f"failed: openclaw {version} did not become ready, so {OLD} was put back with its unit and configuration, and is ready")
    assert running(converged) == OLD
    assert f"OpenClaw {OLD} " in converged.run(["openclaw", "--version"], user="ubuntu").check().out
    assert '{"ready":true' in converged.run(["curl", "-fsS", "http://127.0.0.1:18789/readyz"]).check().out
    assert settings(converged) == before
    assert not converged.exists("/var/lib/bootstrap-agent/update.json")
    assert verify(converged).fields("openclaw/package")["current"] == OLD


def test_a_version_that_gets_ready_takes_over_and_the_newest_two_stay(converged: Host, update: Update) -> None:
    for version in ("2026.11.1", "2026.11.2"):
        ended = update(version, fake_openclaw.READY)
        assert (ended.code, ended.bad) == (0, {})
        assert running(converged) == version
    versions = sorted(path.name for path in (converged.root / "opt/openclaw").glob("[0-9]*"))
    assert versions == ["2026.11.1", "2026.11.2"]
    assert not converged.exists("/var/lib/bootstrap-agent/update.json")
    assert reconcile(converged).report["changes"] == 0


def settings(host: Host) -> dict:
    """The gateway's configuration, less what OpenClaw notes in it of its own doings."""
    return {key: value for key, value in json.loads(host.read(CONFIG)).items() if key != "meta"}
