"""--install with the release binary. In a mount namespace, /usr/local/sbin, /run and /var/lib are folders of the test.
A refused file leaves every byte, inode and time in them unchanged."""

from __future__ import annotations

import fcntl
import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from making import ARCH, BINARY, Key, Release, run, version

OTHER_ARCH = {"x86_64": "aarch64", "aarch64": "x86_64"}[ARCH]
# /run comes last, because mount(8) writes there.
IN_ITS_OWN = """
mount --bind "$1/sbin" /usr/local/sbin && mount --bind "$1/state" /var/lib && mount --bind "$1/run" /run && shift && exec "$@"
"""


@dataclass
class Server:
    root: Path
    agent: Path  # the binary that is run; the "installed" one is only bytes
    file: Path   # the argument of --install
    key: Key

    def install(self, *more: str, signing_key: bool = True) -> subprocess.CompletedProcess[str]:
        trust = ["--signing-key", "/run/key.pub"] if signing_key else []
        return run("unshare", "--mount", "sh", "-c", IN_ITS_OWN, "sh", self.root, self.agent, "--install", self.file, *trust, *more)

    def sign(self, version_: str = version(), arch: str = ARCH) -> None:
        self.key.sign(self.file, f"bootstrap-agent version={version_} arch={arch}")

    def state(self) -> dict[str, tuple[object, ...]]:
        out: dict[str, tuple[object, ...]] = {}
        for path in sorted(self.root.rglob("*")):
            info = path.stat()
            out[str(path)] = (info.st_mode, info.st_ino, info.st_mtime_ns, path.read_bytes() if path.is_file() else None)
        return out

    @property
    def installed(self) -> Path:
        return self.root / "sbin/bootstrap-agent"

    @property
    def previous(self) -> Path:
        return self.root / "sbin/bootstrap-agent.previous"


@pytest.fixture
def server(made: Release, key: Key, tmp_path: Path) -> Server:
    root = tmp_path / "root"
    for folder in ("sbin", "run", "state"):
        (root / folder).mkdir(parents=True)
    shutil.copy(key.public, root / "run/key.pub")
    (root / "sbin/bootstrap-agent").write_bytes(b"the agent before")
    file = tmp_path / "new"
    shutil.copy(made.folder / BINARY, file)
    shutil.copy(made.folder / f"{BINARY}.minisig", tmp_path / "new.minisig")
    return Server(root, made.folder / BINARY, file, key)


def refused(server: Server, words: str, *more: str, code: int = 3, signing_key: bool = True) -> None:
    before = server.state()
    done = server.install(*more, signing_key=signing_key)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert words in done.stderr
    assert server.state() == before


def test_a_signed_binary_takes_the_place_of_the_one_before(server: Server) -> None:
    done = server.install()
    assert done.returncode == 0, done.stderr
    assert version() in done.stdout
    assert server.installed.read_bytes() == server.file.read_bytes()
    assert server.installed.stat().st_mode & 0o7777 == 0o755
    assert server.previous.read_bytes() == b"the agent before"
    assert {path.name for path in (server.root / "sbin").iterdir()} == {"bootstrap-agent", "bootstrap-agent.previous"}


def test_the_same_again_keeps_the_one_before(server: Server) -> None:
    server.install()
    again = server.install()
    assert (again.returncode, "already" in again.stdout) == (0, True), again.stderr
    assert server.previous.read_bytes() == b"the agent before"


def test_an_older_one_only_when_asked_for(server: Server) -> None:
    server.sign("0.0.1")
    refused(server, f"0.0.1 is older than this agent, {version()}")
    done = server.install("--allow-downgrade")
    assert done.returncode == 0, done.stderr
    assert server.installed.read_bytes() == server.file.read_bytes()


def test_without_a_key_of_its_own_a_build_takes_nothing(server: Server) -> None:
    about = json.loads(run(server.agent, "--version", "--format", "json").stdout)
    if about["signing_key"]:
        pytest.skip(f"this build trusts key {about['signing_key']}")
    refused(server, "this build has no signing key", signing_key=False)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


def altered_comment(server: Server) -> None:
    signature = Path(f"{server.file}.minisig")
    signature.write_text(signature.read_text().replace(f"version={version()}", "version=99.0.0"))


def a_script(server: Server) -> None:
    server.file.write_bytes(b"#!/bin/sh\necho owned >/usr/local/sbin/owned\n" * 10)
    server.sign()


def a_link(server: Server) -> None:
    server.file.rename(server.file.with_name("target"))
    server.file.symlink_to("target")


REFUSALS: dict[str, tuple[Callable[[Server], object], str]] = {
    "no signature": (lambda s: Path(f"{s.file}.minisig").unlink(), "new.minisig is missing"),
    "an empty signature": (lambda s: Path(f"{s.file}.minisig").write_bytes(b""), "its signature is not a minisign signature"),
    "a signature of binary rubbish": (lambda s: Path(f"{s.file}.minisig").write_bytes(bytes(range(256))), "not a minisign signature"),
    "an altered file": (lambda s: flip(s.file, 100_000), "altered: this is not the file"),
    "a longer file": (lambda s: s.file.write_bytes(s.file.read_bytes() + b"\0"), "altered: this is not the file"),
    "a cut-off file": (lambda s: s.file.write_bytes(s.file.read_bytes()[:-1]), "altered: this is not the file"),
    "an empty file": (lambda s: s.file.write_bytes(b""), "altered: this is not the file"),
    "an altered comment": (altered_comment, "the trusted comment of its signature was altered"),
    "another architecture": (lambda s: s.sign(arch=OTHER_ARCH), f"for {OTHER_ARCH}; this machine is {ARCH}"),
    "no label": (lambda s: s.key.sign(s.file, "timestamp:1"), "does not name bootstrap-agent"),
    "not a program": (a_script, "not a program (ELF)"),
    "no file": (lambda s: s.file.unlink(), "new does not exist"),
    "a folder": (lambda s: (s.file.unlink(), s.file.mkdir()), "is not a regular file"),
    "a symbolic link": (a_link, "is a symbolic link"),
    "no key": (lambda s: (s.root / "run/key.pub").unlink(), "--signing-key: /run/key.pub does not exist"),
    "a key that others can write": (lambda s: (s.root / "run/key.pub").chmod(0o666), "writable by others"),
    "no minisign key": (lambda s: (s.root / "run/key.pub").write_text("x\n"), "not a minisign public key"),
}


@pytest.mark.parametrize("what", REFUSALS)
@pytest.mark.parametrize("more", [(), ("--allow-downgrade",)], ids=["plain", "downgrade"])
def test_what_is_refused_leaves_everything_as_it_was(server: Server, what: str, more: tuple[str, ...]) -> None:
    spoil, words = REFUSALS[what]
    spoil(server)
    refused(server, words, *more)


def test_another_key_is_named_with_the_trusted_one(server: Server, other_key: Key) -> None:
    other_key.sign(server.file, f"bootstrap-agent version={version()} arch={ARCH}")
    ids = [key.public.read_text().split()[5] for key in (other_key, server.key)]
    refused(server, f"signed by key {ids[0]}; the trusted key is {ids[1]}")


def test_while_a_run_goes_on_it_waits_for_nobody(server: Server) -> None:
    for folder, mode in (("run/bootstrap-agent", 0o755), ("run/bootstrap-agent/private", 0o700), ("state/bootstrap-agent", 0o755),
                         ("state/bootstrap-agent/stamps", 0o755), ("state/bootstrap-agent/tmp", 0o700)):
        (server.root / folder).mkdir(mode=mode)
    with (server.root / "run/bootstrap-agent/lock").open("w") as lock:
        lock.write("pid 812, since 2026-01-01T00:00:00Z")
        lock.flush()
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
        refused(server, "another agent is running (pid 812", code=4)
    assert server.install().returncode == 0
