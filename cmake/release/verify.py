#!/usr/bin/python3
"""verify.py FOLDER KEY: checks a release as a stranger would who has the folder and minisign's public key, and nothing else.
Each thing that is wrong is one line; exit code 1 when there is any."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

SUMS = "SHA256SUMS"
UNSUMMED = {SUMS, f"{SUMS}.minisig"}
OURS = "LICENSES/bootstrap-agent"
ALWAYS = {"default.yaml", "package-lock.json", "sbom.cdx.json", "RELINKING.txt", "user-data"}
BINARY = re.compile(r"bootstrap-agent-(aarch64|x86_64)")
MACHINES = {"aarch64": b"\xb7\x00", "x86_64": b"\x3e\x00"}  # e_machine, elf(5)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, timeout=60)


class Release:
    def __init__(self, folder: Path, key: Path) -> None:
        self.folder, self.key = folder, key
        self.problems: list[str] = []
        self.version = ""

    def wrong(self, what: str) -> None:
        self.problems.append(what)

    def signed(self, name: str) -> str:
        """The trusted comment of a file; empty when its signature is not the key's."""
        if not (self.folder / f"{name}.minisig").is_file():
            self.wrong(f"{name}: {name}.minisig is missing")
            return ""
        checked = run("minisign", "-V", "-H", "-Q", "-p", self.key, "-m", self.folder / name)
        if checked.returncode != 0:
            self.wrong(f"{name}: not what the key has signed: {' '.join((checked.stderr or checked.stdout).split())}")
            return ""
        return checked.stdout.strip()

    def sums(self) -> dict[str, str]:
        comment = re.fullmatch(r"SHA256SUMS of bootstrap-agent version=(\d+\.\d+\.\d+)", self.signed(SUMS))
        if comment:
            self.version = comment[1]
        elif not self.problems:
            self.wrong(f"{SUMS}: signed, but not as the sums of a release")
        listed: dict[str, str] = {}
        for number, line in enumerate((self.folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            parsed = re.fullmatch(r"([0-9a-f]{64})  (\S+)", line)
            if not parsed or parsed[2] in listed:
                self.wrong(f"{SUMS}:{number}: not a hash and a name, or a name that comes twice")
            else:
                listed[parsed[2]] = parsed[1]
        return listed

    def files(self, listed: dict[str, str]) -> None:
        present = set()
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                self.wrong(f"{name}: not a regular file")
            elif path.is_file() and name not in UNSUMMED:
                present.add(name)
        for name in sorted(listed.keys() - present):
            self.wrong(f"{name}: in {SUMS}, but missing")
        for name in sorted(present - listed.keys()):
            self.wrong(f"{name}: not in {SUMS}")
        for name in sorted(present & listed.keys()):
            if digest(self.folder / name) != listed[name]:
                self.wrong(f"{name}: its hash is not that in {SUMS}")
        source = {f"bootstrap-agent-{self.version}.tar.gz"} if self.version else set()
        for name in sorted((ALWAYS | source) - present):
            self.wrong(f"{name}: a release has it, this one does not")
        if not any(name.startswith("LICENSES/") for name in present):
            self.wrong("LICENSES: no licence at all")
        elif OURS not in present:
            self.wrong(f"{OURS}: the agent's own licence is missing")

    def build_id(self, name: str) -> str:
        notes = run("readelf", "-n", self.folder / name).stdout
        found = re.search(r"Build ID: ([0-9a-f]+)", notes)
        return found[1] if found else ""

    def binary(self, name: str, arch: str) -> None:
        comment, expected = self.signed(name), f"bootstrap-agent version={self.version} arch={arch}"
        if comment and self.version and comment != expected:
            self.wrong(f"{name}: signed as '{comment}'; it would be '{expected}'")
        with (self.folder / name).open("rb") as file:
            header = file.read(20)
        if not header.startswith(b"\x7fELF") or header[18:20] != MACHINES[arch]:
            self.wrong(f"{name}: not a program for {arch}")
        if not (self.folder / f"{name}.debug").is_file():
            self.wrong(f"{name}.debug: missing")
        elif not self.build_id(name) or self.build_id(name) != self.build_id(f"{name}.debug"):
            self.wrong(f"{name}.debug: its build id is not that of {name}")
        user_data = self.folder / "user-data"
        if user_data.is_file() and digest(self.folder / name) not in user_data.read_text(encoding="utf-8", errors="replace"):
            self.wrong(f"user-data: brings another {name}")

    def bill(self, binaries: list[str]) -> None:
        name = "sbom.cdx.json"
        try:
            bill: Any = json.loads((self.folder / name).read_text(encoding="utf-8"))
            if (bill["bomFormat"], bill["specVersion"]) != ("CycloneDX", "1.5"):
                self.wrong(f"{name}: not CycloneDX 1.5")
            if self.version and bill["metadata"]["component"]["version"] != self.version:
                self.wrong(f"{name}: of another version than {self.version}")
            if not bill["metadata"]["component"]["licenses"][0]["expression"]:
                self.wrong(f"{name}: no licence of the agent itself")
            hashes = {c["name"]: c["hashes"][0]["content"] for c in bill["components"] if c["type"] == "file"}
            libraries = [c for c in bill["components"] if c["type"] == "library"]
            for library in libraries:
                if not all((library["name"], library["version"], library["licenses"][0]["expression"])):
                    self.wrong(f"{name}: {library['name']}: no version or licence")
                known = library.get("externalReferences", [library])
                if not known or not all(re.fullmatch("[0-9a-f]{64}", k["hashes"][0]["content"]) for k in known):
                    self.wrong(f"{name}: {library['name']}: no hash of what it was made from")
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            self.wrong(f"{name}: cannot be read: {error!r}")
            return
        if not libraries:
            self.wrong(f"{name}: names no library")
        if sorted(hashes) != binaries:
            self.wrong(f"{name}: describes {sorted(hashes)}, the release has {binaries}")
        for binary in sorted(hashes.keys() & set(binaries)):
            if hashes[binary] != digest(self.folder / binary):
                self.wrong(f"{name}: describes another {binary}")

    def check(self) -> list[str]:
        if not (self.folder / SUMS).is_file():
            return [f"{SUMS}: missing; is {self.folder} a release?"]
        self.files(self.sums())
        binaries = sorted(p.name for p in self.folder.iterdir() if BINARY.fullmatch(p.name) and p.is_file())
        if not binaries:
            self.wrong("bootstrap-agent-ARCH: no binary at all")
        for name in binaries:
            self.binary(name, name.removeprefix("bootstrap-agent-"))
        self.bill(binaries)
        return self.problems


def main() -> int:
    release = Release(Path(sys.argv[1]), Path(sys.argv[2]))
    problems = release.check()
    for problem in problems:
        print(f"release: {problem}", file=sys.stderr)
    if not problems:
        print(f"bootstrap-agent {release.version}: all is as it was signed")
    return 1 if problems else 0


sys.exit(main())
