"""Names are resolved as on real servers, even when nsswitch.conf names modules that a static binary cannot load."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import REPOSITORY

# Debian 12 and 13 with systemd's modules installed, and Ubuntu 24.04.
NSSWITCH = """passwd: files systemd
group: files systemd
hosts: files mymachines resolve [!UNAVAIL=return] myhostname dns
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Has only a program linked like the release, its emulator, and the files for name lookups."""
    emulator = shutil.which("qemu-aarch64-static")
    assert emulator, "qemu-aarch64-static is not installed (package qemu-user-static)"
    shutil.copy(emulator, tmp_path / "emulator")
    shutil.copy(REPOSITORY / "build/tests-aarch64/tests/get", tmp_path / "get")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/nsswitch.conf").write_text(NSSWITCH)
    (tmp_path / "etc/hosts").write_text("::1 listed.test\n")
    return tmp_path


def get(root: Path, resolvers: str, url: str) -> tuple[int, str]:
    (root / "etc/resolv.conf").write_text(resolvers)
    world = ["unshare", "--net", sys.executable, Path(__file__).with_name("loopback.py")]
    argv = [*world, "chroot", root, "/emulator", "-strace", "/get", url]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    calls = done.stderr
    assert "/etc/resolv.conf" in calls or "/etc/hosts" in calls
    assert "libnss" not in calls and "ld.so.cache" not in calls  # a module would bring another libc with it
    return done.returncode, done.stdout.strip()


def test_etc_hosts_without_any_resolver(root: Path) -> None:
    assert get(root, "", "http://listed.test/") == (0, "found by listed.test")


def test_a_resolver_and_a_name_that_have_only_ipv6(root: Path) -> None:
    assert get(root, "nameserver ::1\n", "http://only6.test/") == (0, "found by only6.test")


def test_the_first_resolver_is_dead(root: Path) -> None:
    dead_first = "nameserver 127.0.0.9\nnameserver ::1\noptions timeout:1 attempts:1\n"
    assert get(root, dead_first, "http://only6.test/") == (0, "found by only6.test")


def test_a_name_that_is_nowhere_is_an_error_that_names_it(root: Path) -> None:
    code, said = get(root, "nameserver ::1\n", "http://absent.test/")
    assert code == 1
    assert "Could not resolve host: absent.test" in said
