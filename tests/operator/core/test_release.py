# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from openclaw_server.base.errors import Failure
from openclaw_server.release import ed25519, minisign, pins
from signing import Signer

# RFC 8032, 7.1: TEST 2, TEST 3.
VECTORS = [
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
# Made by minisign 0.11 from a file with the line "hello".
THEIR_KEY = "RWTsNNF+b9NvxkM2uw5yohWBSzNbvq+xtSNFDlu2JjUkJzp61P/co/sx"
THEIRS = """untrusted comment: x
RUTsNNF+b9NvxmfNs01/BJxBzw5TI0rJyVgi/u+CzpeTuKoSyz7bQVI208KHC99LVhu1sVL/hm1bdeBPM1yGcM26/M4X3j6zAwM=
trusted comment: SHA256SUMS of bootstrap-agent version=0.2.0
5mk3+GESQ854SoZAS3B9HKhaXknmleHhmnqChPF0So3t00MjSM38AS/B9NPab6w749ljTFMCOKGavM+bOZEYBg==
"""
URL = "https://example.com/v0.2.0"
SIGNER = Signer(b"\x07" * 32)
COMMENT = "SHA256SUMS of bootstrap-agent version=0.2.0"
SUMS = f"{'1' * 64}  bootstrap-agent-x86_64\n{'2' * 64} *bootstrap-agent-aarch64\n{'3' * 64}  bootstrap-agent-x86_64.debug\n".encode()


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(key: str, message: str, signature: str) -> None:
    raw = [bytes.fromhex(each) for each in (key, signature, message)]
    assert ed25519.verify(*raw)
    for which in range(3):
        for bit in (0, 7, 8 * len(raw[which]) - 1):
            altered = bytearray(raw[which])
            altered[bit // 8] ^= 1 << bit % 8
            assert not ed25519.verify(*(bytes(altered) if each == which else raw[each] for each in range(3)))


def test_a_signature_that_was_multiplied_is_refused() -> None:
    key, signature, message = (bytes.fromhex(VECTORS[0][each]) for each in (0, 2, 1))
    scalar = int.from_bytes(signature[32:], "little") + ed25519._ORDER
    assert not ed25519.verify(key, signature[:32] + scalar.to_bytes(32, "little"), message)


def test_what_the_real_program_signed() -> None:
    assert minisign.check("f", b"hello\n", THEIRS, THEIR_KEY) == COMMENT
    assert minisign.check("f", b"hello\n", THEIRS.replace("\n", "\r\n"), THEIR_KEY) == COMMENT


def _legacy(text: str) -> str:
    line = text.split("\n")[1]
    return text.replace(line, base64.b64encode(b"Ed" + base64.b64decode(line)[2:]).decode())


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (lambda text: text.replace("0.2.0", "0.3.0"), "comment was altered"),
        (lambda text: "", "is no signature"),
        (lambda text: text.replace("trusted comment: S", "S"), "is no signature"),
        (lambda text: text.replace("5mk3", "5m?3"), "is no signature"),
        (_legacy, "legacy kind"),
        (lambda text: SIGNER.minisig(b"hello\n", "x"), "signed by another key"),
        (lambda text: text.replace("xmfNs01", "xmfNs02"), "does not fit"),
    ],
)
def test_what_was_tampered_with(alter: Callable[[str], str], said: str) -> None:
    with pytest.raises(Failure, match=said):
        minisign.check("f", b"hello\n", alter(THEIRS), THEIR_KEY)


def test_another_file() -> None:
    with pytest.raises(Failure, match="does not fit"):
        minisign.check("f", b"hello", THEIRS, THEIR_KEY)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    content = {f"{URL}/SHA256SUMS": SUMS, f"{URL}/SHA256SUMS.minisig": SIGNER.minisig(SUMS, COMMENT).encode()}
    monkeypatch.setattr(pins, "fetch", content.__getitem__)
    return content


def test_both_hashes_are_pinned(served: dict[str, bytes]) -> None:
    pinned = pins.pin(URL, SIGNER.public)
    assert pinned.release.sha256 == {"x86_64": "1" * 64, "aarch64": "2" * 64}
    assert pinned.version == "0.2.0"
    assert pinned.release.agent_url == URL + "/bootstrap-agent-{arch}"


@pytest.mark.parametrize(
    ("sums", "comment", "signer", "said"),
    [
        (SUMS, COMMENT, Signer(b"\x08" * 32), "does not fit"),
        (SUMS, COMMENT, Signer(b"\x08" * 32, b"other-id"), "signed by another key"),
        (SUMS, "bootstrap-agent version=0.2.0 arch=x86_64", SIGNER, "it would be the SHA256SUMS"),
        (b"", COMMENT, SIGNER, "lists no bootstrap-agent"),
    ],
)
def test_a_release_that_is_none(served: dict[str, bytes], sums: bytes, comment: str, signer: Signer, said: str) -> None:
    served[f"{URL}/SHA256SUMS"] = sums
    served[f"{URL}/SHA256SUMS.minisig"] = signer.minisig(sums, comment).encode()
    with pytest.raises(Failure, match=said):
        pins.pin(URL, SIGNER.public)


def test_what_cannot_be_fetched() -> None:
    with pytest.raises(Failure, match="is not an https URL"):
        pins.fetch("http://example.com/x")
    with pytest.raises(Failure, match=r"https://127.0.0.1:9/x: cannot be fetched: .*refused"):
        pins.fetch("https://127.0.0.1:9/x")
