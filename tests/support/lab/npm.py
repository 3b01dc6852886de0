"""Packages from the npm registry that this machine is configured for, checked against their pinned hashes."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import urllib.request
from functools import cache
from pathlib import Path
from urllib.parse import quote

from .command import run

ATTEMPTS = 4
SECONDS = 60  # without a byte

# What npm asks for when it installs; see docs/responses/package-metadata.md in https://github.com/npm/registry
ABBREVIATED = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"


class Wrong(Exception):
    """The registry has something else than what is pinned."""


@cache
def registry() -> str:
    """The registry's address, with a slash at the end: npm's setting, or the public one where there is no npm."""
    if not shutil.which("npm"):
        return "https://registry.npmjs.org/"
    return run(["npm", "config", "get", "registry"], seconds=60, cwd=Path("/")).strip().rstrip("/") + "/"


def manifests(name: str) -> dict[str, dict]:
    """The abbreviated manifest of each version of a package."""
    request = urllib.request.Request(registry() + quote(name, safe="@"), headers={"Accept": ABBREVIATED})
    return json.loads(_get(request))["versions"]


def download(manifest: dict, integrity: str, to: Path) -> None:
    """Writes a version's tarball to the file ``to``. ``integrity`` is as in a package-lock.json, and must hold."""
    content = _get(urllib.request.Request(manifest["dist"]["tarball"]))
    algorithm, wanted = integrity.split("-", 1)
    got = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    if got != wanted:
        raise Wrong(f"{manifest['dist']['tarball']}: {algorithm} is {got}; the lock says {wanted}")
    to.write_bytes(content)


def _get(request: urllib.request.Request) -> bytes:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.read()
        except OSError as error:  # also what urllib raises for a status like 502
            if attempt == ATTEMPTS:
                raise OSError(f"{request.full_url}: {error} ({ATTEMPTS} times)") from error
    raise AssertionError("unreachable")
