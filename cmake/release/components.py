"""What is linked into the binary: cmake/release/components and cmake/deps/sources.lock, with what only the sources know."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SUFFIX = re.compile(r"_(?P<version>[^_]+?)(\.orig\.tar\.\w+|\.debian\.tar\.\w+|_\w+\.deb)$")


@dataclass
class File:
    name: str
    sha256: str


@dataclass
class Component:
    """`files` are what it was made from, or, of the compiler's own libraries, what was linked."""

    name: str
    licence: str
    version: str = ""
    package: str = ""
    files: list[File] = field(default_factory=list)
    patches: list[str] | None = None  # None: not known, for it was taken as a built package
    copyright: Path = Path()
    arch: str = ""                    # empty: the same in all binaries
    parts: list[tuple[str, str]] = field(default_factory=list)  # name and licence of others' code inside it


def rows(path: Path, columns: int) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split(None, columns - 1) for line in lines if line and not line.startswith("#")]


def pool(package: str, file: str) -> str:
    """Where Debian's archive has a source package's file."""
    prefix = package[:4] if package.startswith("lib") else package[0]
    return f"https://deb.debian.org/debian/pool/main/{prefix}/{package}/{file}"


def from_source(name: str, licence: str, files: list[File], sources: Path) -> Component:
    """`files` by the names of Debian; `sources` holds what cmake/deps/fetch.sh has unpacked of them."""
    found = SUFFIX.search(files[-1].name)  # of Debian's part, whose version has the revision
    if not found:
        sys.exit(f"sbom: {files[-1].name}: no name of a file of Debian's archive")
    tree = sources / name
    component = Component(name, licence, found["version"], files[-1].name.split("_")[0], files)
    if files[-1].name.endswith(".deb"):
        component.copyright = tree / f"usr/share/doc/{component.package}/copyright"
    else:
        series = tree / "debian/patches/series"
        lines = series.read_text(encoding="utf-8").splitlines() if series.exists() else []
        component.patches = [f"debian/patches/{patch}" for line in lines if (patch := line.split("#")[0].strip())]
        ours = f"cmake/deps/{name}.patch"
        component.patches += [ours] if (REPOSITORY / ours).exists() else []
        component.copyright = tree / "debian/copyright"
    return component


def output(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def from_compiler(name: str, licence: str, archive: str, arch: str) -> Component:
    path = Path(output(f"{arch}-linux-gnu-gcc", f"-print-file-name={archive}")).resolve(strict=True)
    owner = output("dpkg-query", "--search", str(path)).rpartition(": ")[0]
    version = output("dpkg-query", "--show", "--showformat=${Version}", owner)
    package = owner.partition(":")[0]
    file = File(archive, hashlib.sha256(path.read_bytes()).hexdigest())
    return Component(name, licence, version, package, [file], None, Path(f"/usr/share/doc/{package}/copyright"), arch)


def components(sources: Path, archs: list[str]) -> list[Component]:
    table = rows(REPOSITORY / "cmake/release/components", 3)
    pinned: dict[str, list[File]] = {}
    for name, file, sha256 in rows(REPOSITORY / "cmake/deps/sources.lock", 3):
        pinned.setdefault(name, []).append(File(file, sha256))
    if unknown := pinned.keys() - {name for name, _, _ in table}:
        sys.exit(f"sbom: in sources.lock but not in cmake/release/components: {', '.join(sorted(unknown))}")
    found: dict[str, list[Component]] = {}
    for name, origin, licence in table:
        if origin == "sources.lock":
            if name not in pinned:
                sys.exit(f"sbom: in cmake/release/components but not in sources.lock: {name}")
            found[name] = [from_source(name, licence, pinned[name], sources)]
        elif origin.endswith(".a"):
            found[name] = [from_compiler(name, licence, origin, arch) for arch in archs]
        elif origin != "-":
            for component in found[origin]:
                component.parts.append((name, licence))
    return [component for group in found.values() for component in group]
