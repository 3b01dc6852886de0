"""The binary is small, and does not grow by accident."""

from __future__ import annotations

import re
import subprocess

from conftest import REPOSITORY, Binary

TOLERATED = 1.02


def recorded(arch: str) -> int:
    lines = (REPOSITORY / "cmake/size-limits.txt").read_text().splitlines()
    limits = dict(line.split() for line in lines if line and not line.startswith("#"))
    return int(limits[arch])


def test_growth_is_on_purpose(binary: Binary) -> None:
    argv = [REPOSITORY / "scripts/size", "--arch", binary.arch]
    table = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    rows = {name: int(size) for size, name in re.findall(r"^ *(\d+) +[\d.]+% +(.+)$", table, re.M)}
    assert rows["in all"] == binary.path.stat().st_size
    size, limit = rows["in all"] - rows["padding to pages, and headers"], recorded(binary.arch)
    assert size <= limit * TOLERATED, (
        f"{binary.path} has {size} bytes, {size / limit - 1:.1%} more than the {limit} in cmake/size-limits.txt: "
        f"move the limit if it is worth it\n{table}"
    )
