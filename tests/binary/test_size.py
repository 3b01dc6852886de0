"""Small enough to fetch in a blink, and no larger by accident."""

from __future__ import annotations

from conftest import REPOSITORY, Binary

TOLERATED = 1.02


def recorded(arch: str) -> int:
    lines = (REPOSITORY / "cmake/size-limits.txt").read_text().splitlines()
    limits = dict(line.split() for line in lines if line and not line.startswith("#"))
    return int(limits[arch])


def test_growth_is_on_purpose(binary: Binary) -> None:
    size, limit = binary.path.stat().st_size, recorded(binary.arch)
    assert size <= limit * TOLERATED, (
        f"{binary.path} has {size} bytes, {size / limit - 1:.1%} more than the {limit} in cmake/size-limits.txt: "
        "see scripts/size, and move the limit if it is worth it"
    )
