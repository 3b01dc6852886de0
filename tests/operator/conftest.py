# SPDX-License-Identifier: Apache-2.0
"""Tests of the operator's tool: no root, no network but loopback. `scripts/operator/check --test` runs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own; no secret of the person who runs it is seen."""
    directory = tmp_path / "home"
    directory.mkdir()
    monkeypatch.setenv("HOME", str(directory))
    monkeypatch.setattr("openclaw_server.base.text._hidden", set())  # another test's secrets are none here
    for name in ("XDG_CONFIG_HOME", "HCLOUD_TOKEN", "HCLOUD_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    yield directory
