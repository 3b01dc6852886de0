# SPDX-License-Identifier: Apache-2.0
"""A signed release of the agent on the lab's mirror: what release-setup and the workflow would have made in somebody's fork."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.command import run
from lab.parts import MIRROR
from lab.services import Services

_ARCHITECTURES = ("aarch64", "x86_64")  # under both names lies the agent for this machine: see machines.py


@dataclass(frozen=True)
class Release:
    """``url`` is its folder, ``key`` the minisign key to trust."""

    url: str
    key: str


def publish(agent: Path, services: Services, directory: Path) -> Release:
    """Makes a key and a release of ``agent`` in ``directory``, and serves it."""
    directory.mkdir(mode=0o700)
    version = run([agent, "--version"], seconds=30).split()[1]
    files = directory / "files"
    files.mkdir()
    sums = ""
    for arch in _ARCHITECTURES:
        shutil.copy(agent, files / f"bootstrap-agent-{arch}")
        sums += f"{hashlib.sha256(agent.read_bytes()).hexdigest()}  bootstrap-agent-{arch}\n"
    (files / "SHA256SUMS").write_text(sums)
    secret, public = directory / "key", directory / "key.pub"
    _minisign("-G", "-W", "-s", secret, "-p", public)
    _minisign("-S", "-s", secret, "-m", files / "SHA256SUMS", "-t", f"SHA256SUMS of bootstrap-agent version={version}")
    services.publish(f"/releases/v{version}", files)
    return Release(f"https://{MIRROR}/releases/v{version}", public.read_text().splitlines()[1])


def _minisign(*options: str | Path) -> None:
    subprocess.run(["minisign", *options], check=True, timeout=30, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
