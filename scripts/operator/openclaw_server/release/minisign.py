# SPDX-License-Identifier: Apache-2.0
"""Checks what minisign signed (jedisct1.github.io/minisign, "Signature format")."""

from __future__ import annotations

import base64
import binascii
import hashlib

from openclaw_server.base.errors import Failure
from openclaw_server.release import ed25519

_TRUSTED = "trusted comment: "


def check(name: str, content: bytes, signature: str, key: str) -> str:
    """The signed comment. Failure when ``signature`` (the text of NAME.minisig) is not that of ``content`` by ``key``."""
    lines = signature.replace("\r\n", "\n").split("\n")
    raw = [_decoded(line) for line in (lines[1:2] + lines[3:4])]
    if len(raw) != 2 or not lines[2].startswith(_TRUSTED) or len(raw[0]) != 74 or len(raw[1]) != 64:
        raise Failure(f"{name}.minisig: is no signature of minisign's")
    public = _decoded(key)
    kind, key_id, own = raw[0][:2], raw[0][2:10], raw[0][10:]
    if kind != b"ED":  # the legacy kind, of the content itself, is not made by scripts/release
        raise Failure(f"{name}.minisig: is of minisign's legacy kind; sign it again with a newer minisign")
    if key_id != public[2:10]:
        raise Failure(f"{name}: is signed by another key ({_id(key_id)}); deployment.yaml's is {_id(public[2:10])}")
    comment = lines[2].removeprefix(_TRUSTED)
    if not ed25519.verify(public[10:], own, hashlib.blake2b(content).digest()):
        raise Failure(f"{name}: its signature does not fit; it was altered, or belongs to another file")
    if not ed25519.verify(public[10:], raw[1], own + comment.encode()):
        raise Failure(f"{name}.minisig: its comment was altered")
    return comment


def _id(raw: bytes) -> str:
    return raw[::-1].hex().upper()  # as minisign prints it


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
