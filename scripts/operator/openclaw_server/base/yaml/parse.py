# SPDX-License-Identifier: Apache-2.0
"""Reads YAML: blocks by their indentation, and what stands in a line by scalars.py.

Refused, as by the agent: anchors, aliases, tags, a key that is there twice, tabs and control characters, more than 16 levels or 64 KiB.
Refused here, though the agent takes it: a value over several lines that is not in brackets, and a complex key (`? `).
"""

from __future__ import annotations

import re

from openclaw_server.base.yaml.node import DEEPEST, Node, Unreadable
from openclaw_server.base.yaml.scalars import Line

LARGEST = 64 << 10  # bytes
# Control characters, and what is invisible or turns the direction of writing: those that the agent refuses (profile/yaml/text.cpp).
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def parse(text: str) -> Node:
    """What the text says: a map; an empty one when it says nothing. Raises Unreadable."""
    if len(text.encode()) > LARGEST:
        raise Unreadable(1, 1, f"has more than {LARGEST} bytes")
    lines: list[Line] = []
    open_since: Line | None = None  # brackets that began in an earlier line: what follows belongs to that line
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        for column, character in enumerate(line, 1):
            if _REFUSED.match(character):
                raise Unreadable(number, column, "a tab, control character or invisible character; use spaces and visible text")
        stripped = line.strip(" ")
        if not stripped or stripped.startswith("#") or (stripped == "---" and not lines):
            continue
        if open_since:
            open_since.text += " " + stripped
        else:
            lines.append(Line(line.rstrip(" "), number, len(line) - len(line.lstrip(" "))))
        open_since = lines[-1] if _is_open(lines[-1].text) else None
    blocks = _Blocks(lines)
    node = blocks.block(0) if lines else Node(1, 1, {})
    if blocks.next < len(lines):
        raise lines[blocks.next].fail(
            "does not belong here; a key with a colon, indented as its neighbours are, would stand here"
        )
    if not isinstance(node.value, dict):
        raise Unreadable(node.line, node.column, "a key with a colon would stand here")
    return node


class _Blocks:
    """The lines that say something; ``next`` is the first that is not read yet."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self.next = 0

    def block(self, depth: int) -> Node:
        """The map, list or value that begins at the next line."""
        first = self._lines[self.next]
        if depth > DEEPEST:
            raise first.fail(f"is deeper than {DEEPEST} levels")
        indent = first.position
        if _is_item(first):
            return Node(first.number, indent + 1, self._list(indent, depth))
        if _key_ends(first) is not None:
            return Node(first.number, indent + 1, self._map(indent, depth))
        node = first.value()
        first.end()
        self.next += 1
        return node

    def _list(self, indent: int, depth: int) -> list[Node]:
        found: list[Node] = []
        while (line := self._at(indent)) and _is_item(line):
            line.position += 1
            line.skip_blanks()
            if not line.rest() or line.rest().startswith("#"):
                self.next += 1
                found.append(self._nested(line, indent + 1, depth))
            else:  # what follows the hyphen is a block of its own, indented by what stands before it
                found.append(self.block(depth + 1))
        return found

    def _map(self, indent: int, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while (line := self._at(indent)) and (colon := _key_ends(line)) is not None:
            start = line.position
            key = line.value(in_brackets=True).value
            if not isinstance(key, str) or line.position != colon:
                raise line.fail("is no key that is read here")
            if key in found:
                raise Unreadable(line.number, start + 1, "is there twice; keep one")
            line.position = colon + 1
            line.skip_blanks()
            if not line.rest() or line.rest().startswith("#"):
                self.next += 1
                following = self._lines[self.next] if self.next < len(self._lines) else None
                same = following is not None and following.position == indent and _is_item(following)
                found[key] = self._nested(line, indent if same else indent + 1, depth)
            else:
                found[key] = line.value(depth + 1)
                line.end()
                self.next += 1
        return found

    def _nested(self, above: Line, least: int, depth: int) -> Node:
        """The block below a line, indented by at least so much; nothing when there is none."""
        if self.next < len(self._lines) and self._lines[self.next].position >= least:
            return self.block(depth + 1)
        return Node(above.number, above.position + 1, None)

    def _at(self, indent: int) -> Line | None:
        """The next line when it belongs to a block of this indentation."""
        if self.next >= len(self._lines):
            return None
        line = self._lines[self.next]
        return line if line.position == indent else None


def _is_open(text: str) -> bool:
    """Has the line a bracket, behind a key or hyphen, that it does not close? A comment at its end is cut off then, for more follows."""
    if not re.search(r"(^|[:\-\[{,] *)[\[{]", text):
        return False
    bare = re.sub(r"\"(\\.|[^\"\\])*\"|'[^']*'|(^| )#.*", "", text)
    return bare.count("[") + bare.count("{") > bare.count("]") + bare.count("}")


def _is_item(line: Line) -> bool:
    return line.rest() == "-" or line.rest().startswith("- ")


def _key_ends(line: Line) -> int | None:
    """Where the colon of the key is that this line begins with; None when it begins with none."""
    probe = Line(line.text, line.number, line.position)
    if probe.rest()[:1] in ("[", "{"):
        return None
    try:
        key = probe.value(in_brackets=True)
    except Unreadable:
        return None
    rest = probe.rest()
    return probe.position if isinstance(key.value, str) and (rest == ":" or rest.startswith(": ")) else None
