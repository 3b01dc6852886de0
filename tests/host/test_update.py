"""A newer pin of OpenClaw: the new version takes over when it is ready; when it does not get ready, the old version is back, unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pins
import pytest
from agent_calls import Report, call, reconcile, verify
from lab import fake_openclaw
from lab.host import Host
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

OLD = "2026.9.6"
Update = Callable[[str, str], Report]


@pytest.fixture
def update(world: World, converged: Host, tmp_path: Path) -> Iterator[Update]:
    """Reconciles with another version pinned, whose gateway is a program of fake_openclaw; the old pin is back when the test ends."""
    pinned = converged.read(pins.PROFILE)

    def reconcile_with(version: str, gateway: str) -> Report:
        pins.pin(world, converged, tmp_path, version, gateway)
        return call(converged, "--reconcile", "--profile", pins.PINNED)

    yield reconcile_with
    converged.write(pins.PINNED, pinned)
    assert call(converged, "--reconcile", "--profile", pins.PINNED).bad == {}


@pytest.mark.parametrize(("version", "gateway"), [
    ("2026.10.1", fake_openclaw.NEVER_READY),
    ("2026.10.2", fake_openclaw.RUINS_ITS_CONFIGURATION),
], ids=["never-ready", "ruins-its-configuration-and-crashes"])
def test_a_version_that_does_not_get_ready_makes_way_for_the_old_one(converged: Host, update: Update, version: str, gateway: str) -> None:
    before = pins.settings(converged)
    ended = update(version, gateway)
    assert ended.code == 1
    assert ended.why("openclaw/update").startswith(
        f"failed: openclaw {version} did not become ready, so {OLD} was put back with its unit and configuration, and is ready")
    assert pins.running(converged) == OLD
    assert f"OpenClaw {OLD} " in converged.run(["openclaw", "--version"], user="ubuntu").check().out
    assert pins.is_ready(converged)
    assert pins.settings(converged) == before
    assert not converged.exists("/var/lib/bootstrap-agent/update.json")
    assert verify(converged).fields("openclaw/package")["current"] == OLD


def test_a_version_that_gets_ready_takes_over_and_the_newest_two_stay(converged: Host, update: Update) -> None:
    for version in ("2026.11.1", "2026.11.2"):
        ended = update(version, fake_openclaw.READY)
        assert (ended.code, ended.bad) == (0, {})
        assert pins.running(converged) == version
    versions = sorted(path.name for path in (converged.root / "opt/openclaw").glob("[0-9]*"))
    assert versions == ["2026.11.1", "2026.11.2"]
    assert not converged.exists("/var/lib/bootstrap-agent/update.json")
    assert reconcile(converged).report["changes"] == 0
