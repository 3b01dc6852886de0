"""A Go toolchain that is new enough for tests/support/tailnet: the machine's, or one from the Go module proxy.

A distribution's Go may be too old even to fetch a newer one by itself (before 1.21), so the fetching is done here:
the toolchain is the module golang.org/toolchain, which Go's own `toolchain` lines use (https://go.dev/doc/toolchain).
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import urllib.request
import zipfile
from pathlib import Path

from .cache import cached, root
from .command import run

MODULE = Path(__file__).resolve().parent.parent / "tailnet"

# What is fetched when the machine's Go is too old; at least the version that go.mod asks for.
VERSION = "1.26.6"
SHA256 = {
    "amd64": "6347bdd1fdc7c659d955d8034cd82ec23a5b776bf48b9dfc3a75088d2dacfe0e",
    "arm64": "a2313f15b100a99fd202aaf11adce2cbeec3c684317eef414fc97054dc644d11",
}

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def goarch(machine: str = platform.machine()) -> str:
    """Go's name for an architecture: of what `uname -m` says."""
    return ARCHITECTURES[machine]


def go(*args: str, arch: str | None = None) -> str:
    """Runs go in tests/support/tailnet for machines of ``arch`` (uname's name; None: this one). Returns its output.

    One core is left to others: compiling all of it takes minutes.
    """
    caches = root() / "go"
    parallel = max(1, (os.cpu_count() or 2) - 1)
    environment = os.environ | {
        "GOOS": "linux", "GOARCH": goarch(arch or platform.machine()), "CGO_ENABLED": "0", "GOTOOLCHAIN": "local",
        "GOFLAGS": f"-mod=readonly -buildvcs=false -p={parallel}",
        "GOPATH": str(caches), "GOCACHE": str(caches / "build"),
    }
    return run(["nice", _program(), *args], cwd=MODULE, env=environment, seconds=1800)


def _program() -> Path:
    wanted = _numbers(re.search(r"^go (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)[1])
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go"):
        if candidate and Path(candidate).exists() and _version(candidate) >= wanted:
            return Path(candidate)
    name = f"golang.org/toolchain@v0.0.1-go{VERSION}.linux-{goarch()}"
    return cached("go", [VERSION, SHA256[goarch()]], _fetch) / name / "bin/go"


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "env", "GOVERSION"], env=os.environ | {"GOTOOLCHAIN": "local"}, text=True,
                          capture_output=True, timeout=30)
    return _numbers(said.stdout.strip().removeprefix("go"))  # before 1.18: none, which is less than any


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _fetch(directory: Path) -> None:
    proxy = os.environ.get("GOPROXY", "").split(",")[0]
    if not proxy.startswith("http"):
        proxy = "https://proxy.golang.org"
    url = f"{proxy.rstrip('/')}/golang.org/toolchain/@v/v0.0.1-go{VERSION}.linux-{goarch()}.zip"
    archive = directory / "toolchain.zip"
    with urllib.request.urlopen(url, timeout=60) as answer, open(archive, "wb") as out:
        shutil.copyfileobj(answer, out)
    got = hashlib.sha256(archive.read_bytes()).hexdigest()
    if got != SHA256[goarch()]:
        raise ValueError(f"{url}: SHA-256 is {got}; it must be {SHA256[goarch()]}")
    with zipfile.ZipFile(archive) as contents:
        contents.extractall(directory)
    archive.unlink()
    for programs in ("bin", "pkg/tool"):  # a module's zip has no modes; these are Go's own rule for it
        for program in directory.glob(f"*/*/{programs}/**/*"):
            program.chmod(0o755)
