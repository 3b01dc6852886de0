"""scripts/release --verify accepts what scripts/release has made, and names every later change."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from pathlib import Path
from typing import Callable

import pytest

from making import ARCH, BINARY, REPOSITORY, Key, Release, done, make_key, run, version


def refused(release: Release, *words: str) -> None:
    verified = release.verify()
    assert verified.returncode == 1, f"accepted: {words}"
    assert all(line.startswith("release: ") for line in verified.stderr.splitlines()), verified.stderr
    for word in words:
        assert word in verified.stderr


def files_of(release: Release) -> list[str]:
    return sorted(p.relative_to(release.folder).as_posix() for p in release.folder.rglob("*") if p.is_file())


def test_what_was_made_is_accepted(made: Release) -> None:
    verified = made.verify()
    assert (verified.returncode, verified.stderr) == (0, "")
    assert version() in verified.stdout
    assert {BINARY, f"{BINARY}.debug", f"{BINARY}.minisig", "default.yaml", "package-lock.json", "sbom.cdx.json", "RELINKING.txt",
            "user-data", "SHA256SUMS", "SHA256SUMS.minisig", f"bootstrap-agent-{version()}.tar.gz"} <= set(files_of(made))
    assert (made.folder / "default.yaml").read_bytes() == (REPOSITORY / "profiles/default.yaml").read_bytes()
    assert f'/v{version()}/bootstrap-agent-${{arch}}"\n' in (made.folder / "user-data").read_text()
    with tarfile.open(made.folder / f"bootstrap-agent-{version()}.tar.gz") as source:
        assert f"bootstrap-agent-{version()}/scripts/build" in source.getnames()


def test_the_bill_names_every_pinned_source_that_is_linked(made: Release) -> None:
    bill = json.loads((made.folder / "sbom.cdx.json").read_text())
    libraries = {c["name"]: c for c in bill["components"] if c["type"] == "library"}
    hashes = {h["content"] for c in libraries.values() for r in c.get("externalReferences", []) for h in r["hashes"]}
    for line in (REPOSITORY / "cmake/deps/sources.lock").read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        name, _, sha256 = line.split()
        assert (sha256 in hashes) == (name != "doctest"), line
    assert {"glibc", "libstdc++", "libgcc"} <= libraries.keys()
    assert libraries["systemd"]["licenses"] == [{"expression": "LGPL-2.1-or-later"}]
    assert "debian/patches/CVE-2025-69277.patch" in [p["diff"]["url"] for p in libraries["libsodium"]["pedigree"]["patches"]]
    assert "cmake/deps/mbedtls.patch" in [p["diff"]["url"] for p in libraries["mbedtls"]["pedigree"]["patches"]]
    for library in libraries.values():
        assert (made.folder / "LICENSES" / library["bom-ref"]).stat().st_size > 500


def test_the_agents_own_licence_is_said_and_enclosed(made: Release) -> None:
    bill = json.loads((made.folder / "sbom.cdx.json").read_text())
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "Apache-2.0"}]
    text = (made.folder / "LICENSES/bootstrap-agent").read_text()
    assert "Apache License" in text and "Version 2.0" in text
    assert text == (REPOSITORY / "LICENSE").read_text()
    assert "Apache License" in " ".join((made.folder / "RELINKING.txt").read_text().split())


def test_a_changed_byte_is_found_in_every_file(release: Release) -> None:
    for name in files_of(release):
        path = release.folder / name
        before = path.read_bytes()
        changed = bytearray(before)
        # In a signature change the base64, but not its end, where bits have no meaning.
        changed[before.index(b"\n") + 40 if name.endswith(".minisig") else len(before) // 2] ^= 1
        release.replace(name, bytes(changed))
        refused(release, name.removesuffix(".minisig"))
        release.replace(name, before)
    assert release.verify().returncode == 0


def test_a_missing_file_is_named_whichever_it_is(release: Release) -> None:
    for name in files_of(release):
        before = (release.folder / name).read_bytes()
        (release.folder / name).unlink()
        refused(release, f"{name}")
        release.replace(name, before)


@pytest.mark.parametrize("name", ["extra", "LICENSES/extra", "extra.minisig", ".hidden"])
def test_an_extra_file_is_named(release: Release, name: str) -> None:
    release.replace(name, b"x")
    refused(release, f"{name}: not in SHA256SUMS")


def test_a_link_is_no_file(release: Release, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes((release.folder / "default.yaml").read_bytes())
    (release.folder / "default.yaml").unlink()
    (release.folder / "default.yaml").symlink_to(tmp_path / "elsewhere")
    refused(release, "default.yaml: not a regular file")


def test_sums_made_anew_do_not_help(release: Release, other_key: Key) -> None:
    release.replace("default.yaml", b"user: eve\n")
    release.sum_up()
    refused(release, "SHA256SUMS: not what the key has signed")
    Release(release.folder, other_key).sign_sums()
    refused(release, "SHA256SUMS: not what the key has signed")


def test_another_key_accepts_nothing(made: Release, other_key: Key) -> None:
    verified = made.verify(other_key)
    assert verified.returncode == 1
    assert "SHA256SUMS: not what" in verified.stderr and f"{BINARY}: not what" in verified.stderr


# Mistakes of the key's holder: sums and signature are good, but the folder is not a correct release.
MISTAKES: dict[str, tuple[Callable[[Release], object], str]] = {
    "the symbols of another build": (
        lambda r: r.replace(f"{BINARY}.debug", (r.folder / f"{BINARY}.debug").read_bytes().replace(build_id(r), bytes(20))),
        f"{BINARY}.debug: its build id is not that of"),
    "no symbols": (lambda r: (r.folder / f"{BINARY}.debug").unlink(), f"{BINARY}.debug: missing"),
    "a binary without a signature": (lambda r: (r.folder / f"{BINARY}.minisig").unlink(), f"{BINARY}.minisig is missing"),
    "a binary signed as another": (
        lambda r: r.key.sign(r.folder / BINARY, f"bootstrap-agent version={version()} arch=riscv64"), "signed as"),
    "a binary of another version": (
        lambda r: r.key.sign(r.folder / BINARY, f"bootstrap-agent version=9.9.9 arch={ARCH}"), "signed as"),
    "a script for a binary": (
        lambda r: (r.replace(BINARY, b"#!/bin/sh\n"), r.key.sign(r.folder / BINARY, f"bootstrap-agent version={version()} arch={ARCH}")),
        f"{BINARY}: not a program for"),
    "a binary the bill does not know": (
        lambda r: edit_bill(r, lambda bill: bill["components"].pop(0)), "sbom.cdx.json: describes []"),
    "a bill of another binary": (
        lambda r: edit_bill(r, lambda bill: bill["components"][0]["hashes"][0].update(content="0" * 64)), "describes another"),
    "a bill of another version": (
        lambda r: edit_bill(r, lambda bill: bill["metadata"]["component"].update(version="9.9.9")), "of another version"),
    "a library without a licence": (
        lambda r: edit_bill(r, lambda bill: bill["components"][-1]["licenses"][0].update(expression="")), "no version or licence"),
    "a library from nowhere": (
        lambda r: edit_bill(r, lambda bill: bill["components"][1].update(externalReferences=[])), "no hash of what it was made from"),
    "a bill of another form": (lambda r: edit_bill(r, lambda bill: bill.update(specVersion="1.6")), "not CycloneDX 1.5"),
    "a bill without libraries": (
        lambda r: edit_bill(r, lambda bill: bill.update(components=bill["components"][:1])), "names no library"),
    "a bill that does not parse": (lambda r: r.replace("sbom.cdx.json", b"{"), "sbom.cdx.json: cannot be read"),
    "a bill that is no bill": (lambda r: r.replace("sbom.cdx.json", b"[]"), "sbom.cdx.json: cannot be read"),
    "no licence of the agent in the bill": (
        lambda r: edit_bill(r, lambda bill: bill["metadata"]["component"]["licenses"][0].update(expression="")),
        "no licence of the agent itself"),
    "no licence text of the agent's": (
        lambda r: (r.folder / "LICENSES/bootstrap-agent").unlink(), "LICENSES/bootstrap-agent: the agent's own licence is missing"),
    "no licences": (lambda r: shutil.rmtree(r.folder / "LICENSES"), "LICENSES: no licence"),
    "nothing about relinking": (lambda r: (r.folder / "RELINKING.txt").unlink(), "RELINKING.txt: a release has it"),
    "user-data for another binary": (
        lambda r: r.replace("user-data", re.sub(rb"[0-9a-f]{64}", b"0" * 64, (r.folder / "user-data").read_bytes())), "user-data: brings another"),
    "no user-data": (lambda r: (r.folder / "user-data").unlink(), "user-data: a release has it"),
    "no source": (lambda r: (r.folder / f"bootstrap-agent-{version()}.tar.gz").unlink(), "tar.gz: a release has it"),
    "no binary": (lambda r: [(r.folder / f"{BINARY}{end}").unlink() for end in ("", ".debug", ".minisig")], "no binary at all"),
}


def build_id(release: Release) -> bytes:
    notes = done("readelf", "-n", release.folder / BINARY)
    return bytes.fromhex(notes.partition("Build ID: ")[2].split()[0])


def edit_bill(release: Release, edit: Callable[[dict], object]) -> None:
    bill = json.loads((release.folder / "sbom.cdx.json").read_text())
    edit(bill)
    release.replace("sbom.cdx.json", json.dumps(bill).encode())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_key_s_holder_is_found(release: Release, mistake: str) -> None:
    make, words = MISTAKES[mistake]
    make(release)
    release.sum_up()
    release.sign_sums()
    refused(release, words)


@pytest.mark.parametrize("spoil", [lambda sums: sums + sums.splitlines(keepends=True)[0], lambda sums: sums + "x\n"])
def test_sums_that_could_be_read_in_two_ways_are_refused(release: Release, spoil: Callable[[str], str]) -> None:
    release.replace("SHA256SUMS", spoil((release.folder / "SHA256SUMS").read_text()).encode())
    release.sign_sums()
    refused(release, "not a hash and a name, or a name that comes twice")


def test_sums_signed_as_something_else_are_refused(release: Release) -> None:
    release.key.sign(release.folder / "SHA256SUMS", f"bootstrap-agent version={version()} arch={ARCH}")
    refused(release, "SHA256SUMS: signed, but not as the sums of a release")


def test_the_same_release_again_is_the_same(made: Release, tmp_path: Path) -> None:
    """This time the secret key (with a password) comes from standard input."""
    locked = make_key(tmp_path, "locked", "pass word")
    again = Release(tmp_path / "again", locked)
    made_again = run("scripts/release", version(), "--secret-key", "-", "--out", again.folder, "--arch", ARCH, "--dirty",
                     stdin=locked.secret.read_text() + "pass word\n")
    assert made_again.returncode == 0, made_again.stderr
    assert again.verify().returncode == 0
    secret = locked.secret.read_text().splitlines()[1]
    assert secret not in made_again.stdout + made_again.stderr
    assert files_of(again) == files_of(made)
    for name in files_of(made):
        same = (again.folder / name).read_bytes() == (made.folder / name).read_bytes()
        assert same != (name.endswith(".minisig") or name == "SHA256SUMS"), name


def test_what_is_no_release_is_not_made(made: Release, key: Key, tmp_path: Path) -> None:
    def refusal(*argv: str | Path, stdin: str = "", cwd: Path = REPOSITORY) -> str:
        out = tmp_path / "out"
        completed = run("scripts/release", *argv, "--out", out, "--arch", ARCH, stdin=stdin, cwd=cwd)
        assert completed.returncode == 3, completed.stderr
        assert not out.exists() and not (tmp_path / "out.partial").exists()
        return completed.stderr

    locked = make_key(tmp_path, "locked", "pass word")
    assert f"CMakeLists.txt has {version()}" in refusal("9.9.9", "--secret-key", key.secret, "--dirty")
    assert "no secret key in" in refusal(version(), "--secret-key", tmp_path / "none", "--dirty")
    assert "cannot be used" in refusal(version(), "--secret-key", key.public, "--dirty")
    assert "cannot be used" in refusal(version(), "--secret-key", locked.secret, "--dirty", stdin="wrong\n")
    assert "two lines" in refusal(version(), "--secret-key", "-", "--dirty", stdin="RWQAA\n")
    clone = tmp_path / "clone"
    done("git", "-c", "safe.directory=*", "clone", "-q", REPOSITORY, clone)
    (clone / "README.md").write_text("changed")
    assert "not all is committed" in refusal(version(), "--secret-key", key.secret, cwd=clone)
    there = run("scripts/release", version(), "--secret-key", key.secret, "--out", made.folder, "--dirty")
    assert there.returncode == 3 and "is there already" in there.stderr
