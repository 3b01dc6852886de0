# SPDX-License-Identifier: Apache-2.0
"""profile.yaml as far as the laptop judges it, so that a typo costs seconds and not a server. It refuses only what the agent refuses too.

profile.schema.json is made from the agent's own table of keys by scripts/operator/profile-schema.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from openclaw_server.base.errors import Usage, refuse
from openclaw_server.base.text import clean
from openclaw_server.base.yaml import Node, Unreadable, parse

SCHEMA = "profile.schema.json"
_Schema = dict[str, Any]


def schema_text() -> str:
    return files("openclaw_server.deployment").joinpath(SCHEMA).read_text()


def read(content: bytes, file: str) -> Node:
    """What the profile says. Usage with everything that is wrong, as ``file:line:column: key: …``."""
    try:
        node = parse(content.decode())
    except UnicodeDecodeError as error:
        raise Usage(f"{file}: is not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except Unreadable as error:
        raise Usage(f"{file}:{error}") from None
    refuse(f"{file}:{problem}" for problem in _problems(node, _schema(), ""))
    return node


@cache
def _schema() -> _Schema:
    loaded: _Schema = json.loads(schema_text())
    return loaded


def _problems(node: Node, schema: _Schema, key: str) -> Iterator[str]:
    at = f"{node.line}:{node.column}: {key}:"
    kind = schema.get("type")
    if kind == "object":
        yield from (
            _of_map(node, schema, key) if isinstance(node.value, dict) else [f"{at} has keys of its own; indent them below it"]
        )
    elif kind == "array":
        entries = node.value if isinstance(node.value, list) else None
        if entries is None:
            yield f"{at} is no list; write its entries in [ ] or behind '- '"
        for number, entry in enumerate(entries or ()):
            yield from _problems(entry, schema["items"], f"{key}[{number}]")
    elif not isinstance(node.value, str):
        yield f"{at} has no value of its own; write one behind the colon, or leave the key out"
    elif problem := _of_value(node.value, schema, is_quoted=node.is_quoted):
        yield f'{at} "{clean(node.value, 80)}" {problem}'


def _of_map(node: Node, schema: _Schema, key: str) -> Iterator[str]:
    parts = node.value if isinstance(node.value, dict) else {}
    known = schema["properties"]
    for name, part in parts.items():
        here = f"{key}.{name}" if key else name
        if name in known:
            yield from _problems(part, known[name], here)
        else:
            near = difflib.get_close_matches(name, known, 1)
            yield f"{part.line}:{part.column}: {clean(here, 80)}: is not a known key" + (
                f"; did you mean {near[0]}?" if near else ""
            )
    for name in schema.get("required", ()):
        if name not in parts:
            yield f"{node.line}:{node.column}: {key}.{name}: is missing; add it"


def _of_value(text: str, schema: _Schema, *, is_quoted: bool) -> str | None:
    kind = schema.get("type")
    if kind == "boolean":
        return (
            None
            if text in ("true", "false") and not is_quoted
            else "is neither true nor false; write one of them, without quotes"
        )
    if kind == "integer":
        least, most = schema["minimum"], schema["maximum"]
        fits = re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most and not is_quoted
        return None if fits else f"is no number from {least} to {most}; write its digits alone, without quotes"
    if "enum" in schema and text not in schema["enum"]:
        return f"is not known; write {' or '.join(schema['enum'])}"
    if "pattern" in schema and not re.search(schema["pattern"], text):
        return f"has not the form of such a value, which is {schema['pattern']}; docs/PROFILE.md has every key"
    return None
