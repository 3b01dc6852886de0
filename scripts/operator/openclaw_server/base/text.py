# SPDX-License-Identifier: Apache-2.0
"""Text that somebody else wrote: the server, the provider's API, a program. And what may stand in no text: the secrets that were seen."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import quote

LONGEST = 400  # characters of a text that is shown within a line

# Categories of Unicode that are no text: control, format (which turns the direction of writing), surrogate, private, unassigned.
_NOT_SHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


_SHORTEST = 8  # characters of a secret; what is shorter is none of ours, and would tear words apart
_hidden: set[str] = set()


def hide(value: str) -> None:
    """From now on ``redact`` takes this value out, also as JSON and URLs write it."""
    if len(value) >= _SHORTEST:
        _hidden.update((value, json.dumps(value)[1:-1], quote(value, safe="")))


def redact(text: str) -> str:
    """The text without any secret that was seen so far; the longest first, so that none is left in part."""
    for value in sorted(_hidden, key=len, reverse=True):
        if value in text:
            text = text.replace(value, "(secret)")
    return text


def clean(text: object, limit: int = LONGEST) -> str:
    """One line that is safe on a terminal: what is not text is ``?``, and what is too long is cut, which ``…`` says.

    Secrets are taken out before: none is left in part where the text is cut.
    """
    whole = redact(text if isinstance(text, str) else str(text))
    cut = whole[: limit + 1]
    shown = "".join("?" if unicodedata.category(c) in _NOT_SHOWN else c for c in cut[:limit])
    return shown + ("…" if len(cut) > limit else "")


def clean_lines(text: str, lines: int = 200, limit: int = LONGEST) -> list[str]:
    """The lines of a text, each as ``clean`` has it; after ``lines`` of them one says how many more there are."""
    found = text[: lines * limit * 8].split("\n")
    if found and not found[-1]:
        found.pop()
    shown = [clean(line.rstrip("\r"), limit) for line in found[:lines]]
    if len(found) > lines:
        shown.append(f"… {len(found) - lines} more lines")
    return shown
