"""A release and a minisign key, for the tests."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ARCH = platform.machine()
BINARY = f"bootstrap-agent-{ARCH}"


def run(*argv: str | Path, stdin: str = "", cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False, cwd=cwd, timeout=3000)


def done(*argv: str | Path, stdin: str = "", cwd: Path = REPOSITORY) -> str:
    completed = run(*argv, stdin=stdin, cwd=cwd)
    assert completed.returncode == 0, f"{argv}: {completed.stdout}{completed.stderr}"
    return completed.stdout


def version() -> str:
    for line in (REPOSITORY / "CMakeLists.txt").read_text().splitlines():
        if line.startswith("project(bootstrap-agent VERSION "):
            return line.split()[2]
    raise AssertionError("CMakeLists.txt has no version")


@dataclass
class Key:
    secret: Path
    public: Path

    def sign(self, file: Path, comment: str) -> None:
        file.with_name(f"{file.name}.minisig").unlink(missing_ok=True)
        done("minisign", "-S", "-s", self.secret, "-m", file, "-t", comment)


def make_key(folder: Path, name: str, password: str = "") -> Key:
    key = Key(folder / f"{name}.key", folder / f"{name}.pub")
    plain = [] if password else ["-W"]
    done("minisign", "-G", *plain, "-s", key.secret, "-p", key.public, stdin=f"{password}\n{password}\n")
    return key


@dataclass
class Release:
    """Copies are made with hard links, so a file is replaced and never changed in place."""

    folder: Path
    key: Key

    def copy(self, to: Path) -> Release:
        shutil.copytree(self.folder, to, copy_function=os.link)
        return Release(to, self.key)

    def replace(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    def sum_up(self) -> None:
        """Makes SHA256SUMS again, as anybody could."""
        files = sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())
        self.replace("SHA256SUMS", done("sha256sum", "--", *[f for f in files if not f.startswith("SHA256SUMS")], cwd=self.folder).encode())

    def sign_sums(self) -> None:
        self.key.sign(self.folder / "SHA256SUMS", f"SHA256SUMS of bootstrap-agent version={version()}")

    def verify(self, key: Key | None = None) -> subprocess.CompletedProcess[str]:
        return run("scripts/release", "--verify", self.folder, "--public-key", (key or self.key).public)
