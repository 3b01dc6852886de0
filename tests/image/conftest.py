"""Fixtures of the tests that read a host's disk block by block: run them as root with scripts/test image."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent.parent / "support"), str(Path(__file__).parent.parent / "host")]

from lab import first_boot, require  # noqa: E402
from lab.world import World  # noqa: E402


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    if problems := require.lacks():
        pytest.skip(f"this machine cannot boot hosts: {'; '.join(problems)}")
    require.install()
    with World() as world:
        yield world


@pytest.fixture(scope="session")
def agent() -> Path:
    return first_boot.build_agent()
