# SPDX-License-Identifier: Apache-2.0
"""A secret's value, and the net under it: ``redact`` takes every value that was seen out of whatever is shown."""

from __future__ import annotations

import json
from urllib.parse import quote

_SHORTEST = 8  # characters; what is shorter is no secret of ours, and would tear words apart
_seen: set[str] = set()


class Secret:
    """A value that shows itself only when asked by ``reveal``. It is known to ``redact`` from then on."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= _SHORTEST:
            _seen.update((value, json.dumps(value)[1:-1], quote(value, safe="")))

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def redact(text: str) -> str:
    """The text without any secret that was seen so far; the longest first, so that none is left in part."""
    for value in sorted(_seen, key=len, reverse=True):
        if value in text:
            text = text.replace(value, "(secret)")
    return text
