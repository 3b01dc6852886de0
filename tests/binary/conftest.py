"""The static binaries as they are shipped: run them as root with scripts/test binary, which builds both.

    arch    each architecture in turn
    root    a directory with only the binary, a CA bundle, and for the other architecture its emulator
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Binary:
    """One of the two binaries, and the file with its symbols."""

    arch: str

    @property
    def path(self) -> Path:
        return REPOSITORY / f"build/release-{self.arch}/bootstrap-agent"

    @property
    def debug(self) -> Path:
        return self.path.with_name("bootstrap-agent.debug")

    @property
    def emulator(self) -> str | None:
        return None if self.arch == platform.machine() else shutil.which(f"qemu-{self.arch}-static")


@pytest.fixture(scope="session", params=["x86_64", "aarch64"])
def binary(request: pytest.FixtureRequest) -> Binary:
    return Binary(request.param)


class Root:
    """A root directory in which the agent is run."""

    def __init__(self, directory: Path, binary: Binary) -> None:
        self.directory = directory
        self._argv = ["/usr/sbin/chroot", str(directory)]
        bundle = Path("etc/ssl/certs/ca-certificates.crt")
        (directory / bundle).parent.mkdir(parents=True)
        shutil.copy("/" / bundle, directory / bundle)
        shutil.copy(binary.path, directory / "bootstrap-agent")
        if binary.arch != platform.machine():
            assert binary.emulator, f"qemu-{binary.arch}-static is not installed (package qemu-user-static)"
            shutil.copy(binary.emulator, directory / "emulator")
            self._argv.append("/emulator")

    def argv(self, *arguments: str) -> list[str]:
        return [*self._argv, "/bootstrap-agent", *arguments]

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        argv = self.argv(*arguments)
        return subprocess.run(argv, capture_output=True, text=True, timeout=120, env=env or {}, check=False)


@pytest.fixture
def root(tmp_path: Path, binary: Binary) -> Root:
    assert os.geteuid() == 0, "needs root, for chroot(2): sudo scripts/test binary"
    return Root(tmp_path, binary)
