# SPDX-License-Identifier: Apache-2.0
"""Secrets that the owner gives: typed unseen, or as a YAML map in a file or on standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from openclaw_server.base import files
from openclaw_server.base.errors import Failure, Usage, refuse
from openclaw_server.base.screen import Screen
from openclaw_server.base.text import clean
from openclaw_server.base.yaml import Unreadable, parse
from openclaw_server.secrets import table
from openclaw_server.secrets.secret import Secret

TRIES = 3  # at an answer, for a person


def answer(screen: Screen, what: str, check: Callable[[str], str | None], prompt: Callable[[], str]) -> str:
    """An answer that is right. Failure after three that are not."""
    for _ in range(TRIES):
        given = prompt().strip()
        problem = check(given)
        if not problem:
            return given
        screen.say(f"  that {problem}")
    raise Failure(f"{what}: no answer was right; nothing was written")


def typed(screen: Screen, keys: Iterable[str]) -> dict[str, Secret]:
    """Asks for each of them. What is optional may be left out. Usage when there is no terminal."""
    if not sys.stdin.isatty():
        raise Usage("--secrets: is missing, and there is no terminal to ask at")
    found = {key: _typed_one(screen, table.TABLE[key]) for key in keys}
    return {key: Secret(value) for key, value in found.items() if value}


def taken(source: str) -> dict[str, Secret]:
    """Those in a file, or on standard input when ``source`` is ``-``. Usage when it is no map of secrets."""
    text = sys.stdin.read(files.LARGEST) if source == "-" else files.read_text(Path(source))
    name = "standard input" if source == "-" else source
    try:
        node = parse(text)
    except Unreadable as error:
        raise Usage(f"{name}:{error.line}:{error.column}: is no map of secrets; each line is like hetzner_token: …") from None
    found = node.value if isinstance(node.value, dict) else {}
    refuse(
        f"{name}: {clean(key, 40)}: is no secret; there are {', '.join(table.TABLE)}" for key in found if key not in table.TABLE
    )
    return {key: Secret(part.value) for key, part in found.items() if isinstance(part.value, str) and part.value}


def check_all(secrets: dict[str, Secret]) -> None:
    """Usage with everything that is wrong or missing."""
    missing = [
        f"{row.key}: is missing; made at {row.made_at}" for row in table.TABLE.values() if row.needed and row.key not in secrets
    ]
    refuse([*missing, *(wrong for key, value in secrets.items() if (wrong := table.problem(key, value.reveal())))])


def new_passphrase() -> Secret:
    """A passphrase, typed twice alike. Usage when there is no terminal."""
    if not sys.stdin.isatty():
        raise Usage("the passphrase of secrets.age: there is no terminal to ask at; --identity FILE works without")
    return Secret(str(click.prompt("passphrase for secrets.age", hide_input=True, confirmation_prompt=True, err=True)))


def _typed_one(screen: Screen, row: table.Row) -> str:
    """The secret that the person types, unseen; empty when it is left out."""
    screen.say(f"{row.what}: {row.made_at}" + ("" if row.needed else "; optional, Enter leaves it out"))

    def check(text: str) -> str | None:
        return None if not text and not row.needed else row.problem(text)

    def prompt() -> str:
        return str(click.prompt(row.key, hide_input=True, err=True, default=None if row.needed else "", show_default=False))

    return answer(screen, row.key, check, prompt)
