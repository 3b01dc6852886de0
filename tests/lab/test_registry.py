"""Which packages of a lock the registry must have, and what it answers for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab import npm, registry

LOCK = {"packages": {
    "": {"name": "tree"},
    "node_modules/plain": {"version": "1.0.0", "integrity": "i1"},
    "node_modules/@s/scoped": {"version": "2.0.0", "integrity": "i2"},
    "node_modules/plain/node_modules/@s/scoped": {"version": "2.1.0", "integrity": "i3"},
    "node_modules/alias": {"name": "real", "version": "3.0.0", "integrity": "i4"},
    "node_modules/plain/node_modules/bundled": {"version": "1.0.0", "inBundle": True},
    "node_modules/link": {"link": True},
    "node_modules/arm": {"version": "1.0.0", "integrity": "i5", "os": ["linux"], "cpu": ["arm64"]},
    "node_modules/musl": {"version": "1.0.0", "integrity": "i6", "libc": ["musl"]},
    "node_modules/no-windows": {"version": "1.0.0", "integrity": "i7", "os": ["!win32"]},
}}


def test_packages_of_the_lock() -> None:
    assert list(registry._packages(LOCK, "x64")) == [
        ("plain", "1.0.0", "i1"), ("@s/scoped", "2.0.0", "i2"), ("@s/scoped", "2.1.0", "i3"), ("real", "3.0.0", "i4"),
        ("no-windows", "1.0.0", "i7"),
    ]
    assert ("arm", "1.0.0", "i5") in registry._packages(LOCK, "arm64")


@pytest.mark.parametrize("field, here, suits", [
    (None, "x64", True), ([], "x64", True), (["x64", "arm64"], "x64", True), (["arm64"], "x64", False),
    (["!x64"], "x64", False), (["!arm64"], "x64", True), (["!arm64", "!ia32"], "ia32", False),
])
def test_suits(field: list[str] | None, here: str, suits: bool) -> None:
    assert registry._suits(field, here) == suits


def test_an_answer_has_the_locked_versions_and_our_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = {v: {"name": "@s/x", "version": v, "dist": {"tarball": "https://elsewhere/x.tgz"}} for v in ("1.0.0", "9.0.0")}
    monkeypatch.setattr(npm, "manifests", lambda name: published)
    monkeypatch.setattr(npm, "download", lambda manifest, integrity, to: to.write_text(manifest["version"]))
    registry._add(tmp_path, "https://mirror.test/npm/", "@s/x", {"1.0.0": "sha512-x"})
    answer = json.loads((tmp_path / "@s/x/index.json").read_text())
    assert list(answer["versions"]) == ["1.0.0"]
    url = answer["versions"]["1.0.0"]["dist"]["tarball"]
    assert (tmp_path / url.removeprefix("https://mirror.test/npm/")).read_text() == "1.0.0"


def test_another_tarball_than_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "_get", lambda request: b"something else")
    with pytest.raises(npm.Wrong, match="the lock says AAAA"):
        npm.download({"dist": {"tarball": "https://registry.test/x.tgz"}}, "sha512-AAAA", tmp_path / "x.tgz")
    assert not (tmp_path / "x.tgz").exists()
