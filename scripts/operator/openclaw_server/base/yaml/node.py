# SPDX-License-Identifier: Apache-2.0
"""What a YAML text says, each part with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

DEEPEST = 16


class Unreadable(Exception):
    """The text is no YAML, or more of YAML than is read here. ``line`` and ``column`` count from 1."""

    def __init__(self, line: int, column: int, why: str) -> None:
        super().__init__(f"{line}:{column}: {why}")
        self.line, self.column, self.why = line, column, why


@dataclass(frozen=True)
class Node:
    """A value, a list or a map. A value is text as it is written; None when nothing is. ``is_quoted``: it stood in quotes."""

    line: int
    column: int
    value: str | list[Node] | dict[str, Node] | None
    is_quoted: bool = False

    def at(self, *path: str) -> Node | None:
        """The part at the end of a path of keys; None when there is none."""
        node: Node | None = self
        for key in path:
            node = node.value.get(key) if node and isinstance(node.value, dict) else None
        return node

    def text(self, *path: str) -> str | None:
        """The value at the end of a path of keys; None when there is none, or no value."""
        node = self.at(*path)
        return node.value if node and isinstance(node.value, str) else None
