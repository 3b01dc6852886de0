# SPDX-License-Identifier: Apache-2.0
"""What stands in one line of YAML: plain and quoted values, and lists and maps in brackets."""

from __future__ import annotations

import json

from openclaw_server.base.yaml.node import DEEPEST, Node, Unreadable

_NEVER_FIRST = "&*!|>%@`,]}#"
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "n": "\n", "t": "\t"}


def quoted(text: str) -> str:
    """A value in double quotes, as JSON has it, which YAML reads alike."""
    return json.dumps(text, ensure_ascii=False)


class Line:
    """A line that is read from ``position`` on. ``number`` counts from 1."""

    def __init__(self, text: str, number: int, position: int = 0) -> None:
        self.text, self.number, self.position = text, number, position

    def fail(self, why: str) -> Unreadable:
        return Unreadable(self.number, self.position + 1, why)

    def rest(self) -> str:
        return self.text[self.position :]

    def skip_blanks(self) -> None:
        while self.rest().startswith(" "):
            self.position += 1

    def end(self) -> None:
        """Nothing but a comment may follow."""
        before = self.position
        self.skip_blanks()
        if self.rest() and not (self.rest().startswith("#") and (self.position > before or before == 0)):
            raise self.fail("something follows that does not belong there; put a value that has such characters in quotes")

    def value(self, depth: int = 0, *, in_brackets: bool = False) -> Node:
        """The value that begins here."""
        if depth > DEEPEST:
            raise self.fail(f"is deeper than {DEEPEST} levels")
        first, at = self.rest()[:1], self.position + 1
        if first == "[":
            return Node(self.number, at, self._list(depth))
        if first == "{":
            return Node(self.number, at, self._map(depth))
        if first == '"':
            return Node(self.number, at, self._double(), is_quoted=True)
        if first == "'":
            return Node(self.number, at, self._single(), is_quoted=True)
        if first in _NEVER_FIRST or (first in "-?:" and self.text[self.position + 1 : self.position + 2] in ("", " ")):
            raise self.fail(f"a value that begins with {first!r} means something else in YAML; put it in quotes")
        return Node(self.number, at, self._plain(in_brackets=in_brackets))

    def _plain(self, *, in_brackets: bool) -> str:
        begin = self.position
        while self.position < len(self.text):
            character, following = self.text[self.position], self.text[self.position + 1 : self.position + 2]
            if character == "#" and self.text[self.position - 1] == " ":
                break
            if in_brackets and character in ",[]{}":
                break
            if character == ":" and (following in ("", " ") or (in_brackets and following in ",[]{}")):
                if in_brackets:
                    break
                raise self.fail("has a second colon; put the value in quotes")
            self.position += 1
        found = self.text[begin : self.position].rstrip(" ")
        self.position = begin + len(found)
        return found

    def _single(self) -> str:
        out, begin = "", self.position
        self.position += 1
        while (end := self.text.find("'", self.position)) >= 0:
            out += self.text[self.position : end]
            self.position = end + 1
            if not self.rest().startswith("'"):
                return out
            out += "'"
            self.position += 1
        self.position = begin
        raise self.fail("has no closing quote")

    def _double(self) -> str:
        out, begin = "", self.position
        self.position += 1
        while self.position < len(self.text):
            character = self.text[self.position]
            self.position += 1
            if character == '"':
                return out
            if character == "\\":
                escape = self.rest()[:1]
                if escape == "u" and len(digits := self.rest()[1:5]) == 4 and all(c in "0123456789abcdefABCDEF" for c in digits):
                    out += chr(int(digits, 16))
                    self.position += 5
                elif escape in _ESCAPES and escape:
                    out += _ESCAPES[escape]
                    self.position += 1
                else:
                    raise self.fail("this escape is not read here; write the character itself")
            else:
                out += character
        self.position = begin
        raise self.fail("has no closing quote")

    def _list(self, depth: int) -> list[Node]:
        found: list[Node] = []
        self.position += 1
        while not self._closes("]"):
            found.append(self.value(depth + 1, in_brackets=True))
            self._separator("]")
        return found

    def _map(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        self.position += 1
        while not self._closes("}"):
            key = self.value(depth + 1, in_brackets=True)
            self.skip_blanks()
            if not isinstance(key.value, str) or not self.rest().startswith(":"):
                raise self.fail("a key and a colon would stand here")
            if key.value in found:
                raise Unreadable(key.line, key.column, "is there twice; keep one")
            self.position += 1
            self.skip_blanks()
            empty = self.rest()[:1] in (",", "}")
            found[key.value] = Node(self.number, self.position + 1, None) if empty else self.value(depth + 1, in_brackets=True)
            self._separator("}")
        return found

    def _closes(self, bracket: str) -> bool:
        self.skip_blanks()
        if not self.rest():
            raise self.fail(f"{bracket!r} is missing on this line")
        if not self.rest().startswith(bracket):
            return False
        self.position += 1
        return True

    def _separator(self, bracket: str) -> None:
        self.skip_blanks()
        if self.rest().startswith(","):
            self.position += 1
        elif not self.rest().startswith(bracket):
            raise self.fail(f"',' or {bracket!r} would stand here")
