# SPDX-License-Identifier: Apache-2.0
"""Reads deployment.yaml. Everything that is wrong is said at once, as ``file:line:column: key: what is wrong; what would be right``."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from openclaw_server.base.errors import Usage, refuse
from openclaw_server.base.text import clean
from openclaw_server.base.yaml import Node, Unreadable, parse
from openclaw_server.deployment import names, values
from openclaw_server.deployment.model import ARCHITECTURES, SECRETS, Deployment, Keeping, Release, Store

_Check = Callable[[str], str | None]


def _store(text: str) -> str | None:
    return (
        None if text in ("age", "command", "environment") else "is no place for secrets; it would be age, command or environment"
    )


def _anything(text: str) -> str | None:
    return None if text else "is empty; name a file, or leave the key out for a passphrase"


# Every key that has a value, and its check. Those of `secrets.commands` are lists, and read apart.
_KEYS: dict[str, _Check] = {
    "id": names.id_problem,
    "name": names.name_problem,
    "by": names.by_problem,
    "server.type": values.word_problem,
    "server.image": values.word_problem,
    "server.location": values.word_problem,
    "server.backups": values.truth_problem,
    "release.url": values.url_problem,
    "release.key": values.key_problem,
    **{f"release.sha256.{each}": values.sha256_problem for each in ARCHITECTURES},
    "secrets.store": _store,
    "secrets.identity": _anything,
}
_OPTIONAL = {"secrets.identity", *(f"release.sha256.{each}" for each in ARCHITECTURES)}
_COMMANDS = "secrets.commands"


def read(text: str, file: str, folder_name: str) -> Deployment:
    """The deployment that ``text`` describes. ``file`` is what messages call it. Raises Usage with everything that is wrong."""
    try:
        root = parse(text)
    except Unreadable as error:
        raise Usage(f"{file}:{error}") from None
    reader = _Reader(file)
    reader.look(root, "")
    reader.missing()
    found, commands = reader.found, reader.commands
    if "name" in found and found["name"] != folder_name:
        reader.problems.append(f"{file}: name: is {clean(found['name'])}, but the folder is {folder_name}; they are the same")
    if "secrets.store" in found and (found["secrets.store"] == "command") != bool(commands):
        reader.problems.append(f"{file}: secrets.commands: goes with 'store: command', and only with it")
    if "secrets.identity" in found and found.get("secrets.store") != "age":
        reader.problems.append(f"{file}: secrets.identity: goes with 'store: age', and only with it")
    hashes = {each: found[key] for each in ARCHITECTURES if (key := f"release.sha256.{each}") in found}
    if not hashes and not any(".sha256" in problem for problem in reader.problems):
        reader.problems.append(f"{file}: release.sha256: is missing; 'init' pins one for x86_64 and one for aarch64")
    refuse(reader.problems)
    store: Store = found["secrets.store"]  # type: ignore[assignment] # _store has checked it
    return Deployment(
        id=found["id"],
        name=found["name"],
        by=found["by"],
        server_type=found["server.type"],
        image=found["server.image"],
        location=found["server.location"],
        backups=found["server.backups"] == "true",
        release=Release(found["release.url"], found["release.key"], hashes),
        keeping=Keeping(store, found.get("secrets.identity"), commands),
    )


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: set[str] = set()
        self.problems: list[str] = []
        self.found: dict[str, str] = {}
        self.commands: dict[str, tuple[str, ...]] = {}

    def look(self, node: Node, path: str) -> None:
        """Takes what is known of a map, and complains about the rest."""
        for key, part in node.value.items() if isinstance(node.value, dict) else ():
            here = f"{path}.{key}" if path else key
            self._seen.add(here)
            if here == _COMMANDS:
                self._look_at_commands(part)
            elif here in _KEYS:
                self._value(part, here)
            elif any(known.startswith(here + ".") for known in _KEYS):
                if isinstance(part.value, dict):
                    self.look(part, here)
                else:
                    self._wrong(part, here, "has keys of its own; indent them below it")
            else:
                near = difflib.get_close_matches(here, [*_KEYS, _COMMANDS], 1)
                self._wrong(part, clean(here, 80), "is not a known key" + (f"; did you mean {near[0]}?" if near else ""))

    def missing(self) -> None:
        """Complains about each key that is not there."""
        for key in _KEYS:
            if key not in self._seen and key not in _OPTIONAL:
                self.problems.append(f"{self._file}: {key}: is missing")

    def _value(self, node: Node, key: str) -> None:
        if not isinstance(node.value, str):
            self._wrong(node, key, "has no value; write one behind the colon")
        elif problem := _KEYS[key](node.value):
            self._wrong(node, key, f'"{clean(node.value, 80)}" {problem}')
        else:
            self.found[key] = node.value

    def _look_at_commands(self, node: Node) -> None:
        for name, argv in node.value.items() if isinstance(node.value, dict) else ():
            here = f"{_COMMANDS}.{clean(name, 80)}"
            if name not in SECRETS:
                self._wrong(argv, here, f"is no secret; there are {', '.join(SECRETS)}")
                continue
            words = argv.value if isinstance(argv.value, list) else []
            texts = tuple(word.value for word in words if isinstance(word.value, str) and word.value)
            if not texts or len(texts) != len(words):
                self._wrong(
                    argv,
                    here,
                    'is no command; write the program and its arguments as ["op", "read", "op://…"]: no shell reads it',
                )
            else:
                self.commands[name] = texts

    def _wrong(self, node: Node, key: str, why: str) -> None:
        self.problems.append(f"{self._file}:{node.line}:{node.column}: {key}: {why}")
