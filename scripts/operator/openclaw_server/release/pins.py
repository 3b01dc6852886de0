# SPDX-License-Identifier: Apache-2.0
"""What a release's SHA256SUMS pins, once its signature is checked."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO

from openclaw_server.base.errors import Failure
from openclaw_server.base.text import clean
from openclaw_server.deployment.model import ARCHITECTURES, Release
from openclaw_server.release import minisign

SUMS = "SHA256SUMS"
LARGEST = 64 << 10  # bytes of it
SECONDS = 30  # without a byte
_COMMENT = re.compile(r"SHA256SUMS of bootstrap-agent version=(\d+\.\d+\.\d+)")  # scripts/release writes it


@dataclass(frozen=True)
class Pinned:
    """A release whose signature was checked, and its version."""

    release: Release
    version: str


def pin(url: str, key: str) -> Pinned:
    """Fetches SHA256SUMS of the release in folder ``url`` and checks it by the minisign ``key``. Failure when it cannot be had or trusted."""
    sums = fetch(f"{url}/{SUMS}")
    comment = minisign.check(f"{url}/{SUMS}", sums, fetch(f"{url}/{SUMS}.minisig").decode(errors="replace"), key)
    version = _COMMENT.fullmatch(comment)
    if not version:
        raise Failure(f"{url}/{SUMS}: was signed as {clean(comment, 100)!r}; it would be the SHA256SUMS of a bootstrap-agent")
    hashes = {}
    for line in sums.decode(errors="replace").splitlines():
        if found := re.fullmatch(r"([0-9a-f]{64}) [ *]bootstrap-agent-([a-z0-9_]+)", line):
            hashes[found[2]] = found[1]
    known = {each: hashes[each] for each in ARCHITECTURES if each in hashes}
    if not known:
        raise Failure(f"{url}/{SUMS}: lists no bootstrap-agent of {' or '.join(ARCHITECTURES)}")
    return Pinned(Release(url, key, known), version[1])


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            raise urllib.error.URLError("it redirects to an address that is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str) -> bytes:
    """The content of a small file. Failure says why it cannot be had."""
    if not url.startswith("https://"):
        raise Failure(f"{url}: is not an https URL")
    try:
        with urllib.request.build_opener(_HttpsOnly).open(url, timeout=SECONDS) as answer:
            content: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        raise Failure(f"{url}: the answer is {error.code}; is there such a release?") from None
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise Failure(f"{url}: cannot be fetched: {clean(getattr(error, 'reason', error))}") from None
    if len(content) > LARGEST:
        raise Failure(f"{url}: has more than {LARGEST} bytes; it is no list of hashes")
    return content
