# SPDX-License-Identifier: Apache-2.0
"""Text that somebody else wrote: the server, the provider's API, a program."""

from __future__ import annotations

import unicodedata

LONGEST = 400  # characters of a text that is shown within a line

# Categories of Unicode that are no text: control, format (which turns the direction of writing), surrogate, private, unassigned.
_NOT_SHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def clean(text: object, limit: int = LONGEST) -> str:
    """One line that is safe on a terminal: what is not text is ``?``, and what is too long is cut, which ``…`` says."""
    whole = text if isinstance(text, str) else str(text)
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
