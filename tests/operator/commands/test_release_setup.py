# SPDX-License-Identifier: Apache-2.0
"""A signing key for a fork's releases, and the wait for the first of them."""

from __future__ import annotations

import stat
import sys

import pytest
from commands.conftest import Laptop
from openclaw_server.base.errors import Failure
from openclaw_server.release import pins
from signing import Signer

SIGNER = Signer(b"\x07" * 32)
URL = "https://github.com/alice/bootstrap-agent/releases/download/v0.2.0"
SUMS = f"{'1' * 64}  bootstrap-agent-x86_64\n".encode()
SETUP = ("release-setup", "alice/bootstrap-agent", "0.2.0")


@pytest.fixture(autouse=True)
def minisign(laptop: Laptop) -> None:
    """Makes the key that the tests sign with, as `minisign -G -W` would."""
    program = laptop.world.directory / "minisign"
    program.write_text(
        f"#!{sys.executable} -IS\nimport sys\nassert sys.argv[1:4] == ['-G', '-W', '-s'] and sys.argv[5] == '-p'\n"
        f"open(sys.argv[4], 'w').write('untrusted comment: x\\nRWsecret\\n')\n"
        f"open(sys.argv[6], 'w').write('untrusted comment: x\\n{SIGNER.public}\\n')\n"
    )
    program.chmod(0o755)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What is published, after two looks at nothing."""
    content: dict[str, bytes] = {}
    looks: list[str] = []

    def fetch(url: str) -> bytes:
        looks.append(url)
        if len(looks) < 3 or url not in content:
            raise Failure(f"{url}: the answer is 404")
        return content[url]

    monkeypatch.setattr(pins, "fetch", fetch)
    monkeypatch.setattr("openclaw_server.commands.setup.release_setup.POLL", 0.01)
    return content


def publish(content: dict[str, bytes], signer: Signer) -> None:
    content[f"{URL}/SHA256SUMS"] = SUMS
    content[f"{URL}/SHA256SUMS.minisig"] = signer.minisig(SUMS, "SHA256SUMS of bootstrap-agent version=0.2.0").encode()


def test_from_a_key_to_a_release(laptop: Laptop, served: dict[str, bytes]) -> None:
    publish(served, SIGNER)
    ended = laptop(*SETUP)
    assert ended.code == 0, ended.err
    secret = laptop.directory / "release/alice-bootstrap-agent.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    for part in ("cmake/signing-key.pub", "gh secret set MINISIGN_SECRET_KEY --repo alice/bootstrap-agent", "git tag v0.2.0"):
        assert part in ended.out
    assert f"init NAME --release {URL} --key {SIGNER.public}" in ended.out
    assert "RWsecret" not in ended.out + ended.err
    (laptop.world.directory / "minisign").unlink()
    assert laptop(*SETUP, "--no-wait").code == 0  # the key that is there is used


def test_a_release_that_another_key_signed(laptop: Laptop, served: dict[str, bytes]) -> None:
    publish(served, Signer(b"\x09" * 32, b"other-id"))
    ended = laptop(*SETUP)
    assert (ended.code, "is signed by another key" in ended.err) == (1, True)


def test_a_release_that_never_comes(laptop: Laptop, served: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openclaw_server.commands.setup.release_setup.BUILD_SECONDS", 0.1)
    ended = laptop(*SETUP)
    assert (ended.code, "the fork's Actions say how far it is" in ended.err) == (1, True)


@pytest.mark.parametrize(
    "wrong", [("alice", "0.2.0"), ("alice/x y", "0.2.0"), ("alice/x", "v0.2.0"), ("alice/x", "0.2"), ("a/b/c", "0.2.0")]
)
def test_wrong_usage(laptop: Laptop, wrong: tuple[str, str]) -> None:
    assert laptop("release-setup", *wrong).code == 3
    assert not (laptop.directory / "release").exists()
