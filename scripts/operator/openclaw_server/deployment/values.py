# SPDX-License-Identifier: Apache-2.0
"""Values of deployment.yaml, one check each: what is wrong with a text, and what would be right. None when nothing is wrong."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

_WORD = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
_UNSAFE = set("\"'<>\\^`|{}#$")


def word_problem(text: str) -> str | None:
    """Names that the provider gives: a server type, an image, a location."""
    return None if _WORD.fullmatch(text) else "is no name of the provider's; it would be like cax21, ubuntu-24.04 or fsn1"


def truth_problem(text: str) -> str | None:
    return None if text in ("true", "false") else "is neither true nor false; write one of them, without quotes"


def sha256_problem(text: str) -> str | None:
    return None if re.fullmatch(r"[0-9a-f]{64}", text) else "is no SHA-256; write its 64 lower-case hex digits"


def url_problem(text: str) -> str | None:
    """The address of a release: a folder on a server."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL; write it like https://example.com/releases/download/v1.2.3"
    if parts.scheme != "https":
        return "is not an https URL; begin it with https://"
    if (
        not host
        or len(text) > 1900
        or any(not "!" <= c <= "~" or c in _UNSAFE for c in text)
        or host != parts.netloc.split(":")[0]
    ):
        return "is no plain URL; write it without user, fragment, and characters that would be percent-encoded"
    if parts.query or parts.path.endswith("/") or parts.path == "":
        return "is no folder of a release; end it with the folder's name, without '/' and '?'"
    return None


def key_problem(text: str) -> str | None:
    """A minisign public key (jedisct1.github.io/minisign): 'Ed', 8 bytes of id, 32 of key, in base64."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 42 or raw[:2] != b"Ed":
        return "is no minisign public key; it is the second line of the .pub file, 56 characters that begin with RW"
    return None
