# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openclaw_server.base.yaml import Node, Unreadable, parse, quoted

REPOSITORY = Path(__file__).resolve().parents[3]


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(part) for key, part in node.value.items()}
    if isinstance(node.value, list):
        return [plain(part) for part in node.value]
    return node.value


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", {}),
        ("# nothing\n\n", {}),
        ("a: 1\nb: two words # comment\n", {"a": "1", "b": "two words"}),
        ("a:\n  b:\n    c: x#y\n  d: z\n", {"a": {"b": {"c": "x#y"}, "d": "z"}}),
        ("a:\n- 1\n- b: 2\n  c: 3\n-\n  - x\n", {"a": ["1", {"b": "2", "c": "3"}, ["x"]]}),
        ("a: {b: [1, \"2,\\\"\", 'it''s'], c: }\n", {"a": {"b": ["1", '2,"', "it's"], "c": None}}),
        ("a: 'it''s # not a comment'\n", {"a": "it's # not a comment"}),
        ('a: "\\u00fc\\n\\\\"\n', {"a": "ü\n\\"}),
        ('"a b": https://h:80/x\n', {"a b": "https://h:80/x"}),
        ("a:\nb: # none\n", {"a": None, "b": None}),
        ("a: [x,\n  # no\n  'y # z',\n\n  {k: v,\n l: w}]\nb: 1\n", {"a": ["x", "y # z", {"k": "v", "l": "w"}], "b": "1"}),
        ("---\na: 1\n", {"a": "1"}),
        ("a: 1\r\nb: 2 # soft\u00adhyphen\r\n", {"a": "1", "b": "2"}),
        ("a: x[\nb: '['\n", {"a": "x[", "b": "["}),
        ("a: []\nb: {}\n", {"a": [], "b": {}}),
    ],
)
def test_what_it_says(text: str, meaning: object) -> None:
    assert plain(parse(text)) == meaning


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("a: b: c", "1:5", "second colon"),
        ("a: &x 1", "1:4", "put it in quotes"),
        ("a: !tag 1", "1:4", "put it in quotes"),
        ("a: |\n  text", "1:4", "put it in quotes"),
        ("a: [1", "1:6", "would stand here"),
        ("a: [1, ", "1:7", "missing on this line"),
        ("a:\n  b: 1\n c: 2", "3:2", "indented as its neighbours"),
        ("a: 1\n  b: 2", "2:3", "indented as its neighbours"),
        ("- a", "1:1", "a key with a colon"),
        ("x", "1:1", "a key with a colon"),
        ("a: 1\na: 2", "2:1", "is there twice"),
        ("a: {b: 1, b: 2}", "1:11", "is there twice"),
        ("a:\t1", "1:3", "tab"),
        ("a: \x1b[31m", "1:4", "control character"),
        ("a: \u202ex", "1:4", "invisible"),
        ("a: 1\rb: 2", "1:5", "control character"),
        ('a: "x', "1:4", "no closing quote"),
        ('a: "x" y', "1:8", "something follows"),
        ('a: "\\x41"', "1:6", "escape"),
        ("a: " + "[" * 20, "1:20", "deeper than 16"),
        ("a: " + "x" * 70000, "1:1", "more than 65536 bytes"),
    ],
)
def test_what_is_refused_and_where(text: str, place: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert str(refused.value).startswith(place + ": ")
    assert why in refused.value.why


def test_levels_of_blocks_have_an_end() -> None:
    with pytest.raises(Unreadable, match="deeper than 16"):
        parse("".join("  " * level + "a:\n" for level in range(30)) + "  " * 30 + "b: 1\n")


def test_each_value_knows_its_place() -> None:
    node = parse("a:\n  b: [x, yy]\n").at("a", "b")
    assert node and isinstance(node.value, list)
    assert [(part.line, part.column) for part in node.value] == [(2, 7), (2, 10)]


@pytest.mark.parametrize("text", ["", "a", "a: b", '"', "\\", "ü\n", "- x", "#", "{", "'"])
def test_a_quoted_value_is_read_as_it_was(text: str) -> None:
    assert parse(f"a: {quoted(text)}\n").text("a") == text


def test_the_default_profile_is_read_whole() -> None:
    profile = plain(parse((REPOSITORY / "profiles/default.yaml").read_text()))
    assert profile["tailscale"]["hostname"] == "openclaw"
    assert profile["gateway"] == {"port": "18789", "ready_timeout": "3m"}
    assert profile["ufw"] == {"allow": []}
