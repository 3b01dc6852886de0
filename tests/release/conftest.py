"""One release for this machine's architecture, signed with a throw-away key, for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from making import ARCH, Key, Release, done, make_key, version


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return make_key(tmp_path_factory.mktemp("keys"), "ours")


@pytest.fixture(scope="session")
def other_key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return make_key(tmp_path_factory.mktemp("keys"), "other")


@pytest.fixture(scope="session")
def made(key: Key, tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("release") / "made"
    done("scripts/release", version(), "--secret-key", key.secret, "--out", folder, "--arch", ARCH, "--dirty")
    return Release(folder, key)


@pytest.fixture
def release(made: Release, tmp_path: Path) -> Release:
    return made.copy(tmp_path / "release")
