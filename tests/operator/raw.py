# SPDX-License-Identifier: Apache-2.0
"""Asks the double without a client, for what clients hide."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from cloud import Cloud


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        found: str = self.body["error"]["code"]
        return found


def ask(
    cloud: Cloud, method: str, path: str, body: Any = None, *, token: str | None = "", content: bytes | None = None
) -> Answer:
    """``token``: the double's own when empty; None sends none."""
    headers = {"Authorization": f"Bearer {token or cloud.token}"} if token is not None else {}
    data = content if content is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(cloud.endpoint + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Answer(answer.status, dict(answer.headers), json.loads(answer.read() or b"null"))
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), json.loads(error.read()))
