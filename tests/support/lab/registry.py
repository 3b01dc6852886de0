"""An npm registry as files for the mirror: exactly the packages of a package-lock.json, and no others.

A package that is not in the lock is not found. So an installation that lets a version float fails here, instead of
depending on what the world published last night.
"""

from __future__ import annotations

import json
import platform
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import npm
from .cache import cached
from .node import ARCHITECTURES

PARALLEL = 12  # downloads at a time; most of the time is waiting


def registry(lock: Path, url: str, arch: str = platform.machine()) -> Path:
    """The directory to serve at ``url`` (which ends in a slash), with what ``npm ci`` of the lock needs on ``arch``."""
    inputs = [Path(__file__), Path(npm.__file__), lock, url, arch]
    return cached("npm", inputs, lambda directory: _fill(directory, lock, url, arch))


def _fill(directory: Path, lock: Path, url: str, arch: str) -> None:
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for name, version, integrity in _packages(json.loads(lock.read_text()), ARCHITECTURES[arch]):
        wanted[name][version] = integrity
    with ThreadPoolExecutor(PARALLEL) as pool:
        for _ in pool.map(lambda name: _add(directory, url, name, wanted[name]), wanted):
            pass  # raises what a download raised


def _packages(lock: dict, cpu: str) -> Iterator[tuple[str, str, str]]:
    """Name, version and integrity of each package that is downloaded on Linux with glibc on ``cpu``."""
    for path, entry in lock["packages"].items():
        if not path or entry.get("link") or entry.get("inBundle"):
            continue
        if all(_suits(entry.get(field), here) for field, here in (("os", "linux"), ("cpu", cpu), ("libc", "glibc"))):
            yield entry.get("name") or path.rpartition("node_modules/")[2], entry["version"], entry["integrity"]


def _suits(field: list[str] | None, here: str) -> bool:
    """Whether a package's os, cpu or libc allow ``here``: a list of allowed ones, or of excluded ones as "!this"."""
    return not field or here in field or (f"!{here}" not in field and all(value.startswith("!") for value in field))


def _add(directory: Path, url: str, name: str, versions: dict[str, str]) -> None:
    published = npm.manifests(name)
    kept = {}
    for version, integrity in versions.items():
        tarball = Path(name, "-", f"{name.rpartition('/')[2]}-{version}.tgz")
        (directory / tarball).parent.mkdir(parents=True, exist_ok=True)
        npm.download(published[version], integrity, directory / tarball)
        kept[version] = published[version] | {"dist": {"tarball": f"{url}{tarball}", "integrity": integrity}}
    packument = {"name": name, "dist-tags": {"latest": list(kept)[-1]}, "versions": kept}
    (directory / name / "index.json").write_text(json.dumps(packument))
