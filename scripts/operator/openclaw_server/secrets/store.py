# SPDX-License-Identifier: Apache-2.0
"""Where a deployment's secrets come from when a command asks for one. Nothing is opened before that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from openclaw_server.base import files
from openclaw_server.base.errors import Failure, Usage
from openclaw_server.base.process import OURS, run
from openclaw_server.deployment.folder import Folder
from openclaw_server.deployment.model import Keeping
from openclaw_server.secrets import age, table
from openclaw_server.secrets.secret import Secret

ASKED_SECONDS = 120  # for a command: a touch sensor or a pinentry waits for a person


class Store(Protocol):
    """``get`` gives the secret's value, or None when the deployment has none. Failure or Usage when it cannot be had."""

    def get(self, key: str) -> Secret | None: ...


def open_store(folder: Folder, keeping: Keeping, lock: age.Lock) -> Store:
    """The store that deployment.yaml names. ``lock`` opens secrets.age, where that is it."""
    if keeping.store == "command":
        return _Commands(keeping.commands)
    if keeping.store == "environment":
        return _Environment()
    return _Age(folder.secrets, lock)


def need(store: Store, key: str) -> Secret:
    """The secret, or Usage that says where it is made. Usage as well when it has not the shape of one."""
    secret = store.get(key)
    row = table.TABLE[key]
    if secret is None:
        raise Usage(f"{key}: there is none; it is the {row.what}, made at {row.made_at}")
    if problem := table.problem(key, secret.reveal()):
        raise Usage(problem)
    return secret


class _Age:
    def __init__(self, file: Path, lock: age.Lock) -> None:
        self._file, self._lock = file, lock
        self._secrets: dict[str, Secret] | None = None

    def get(self, key: str) -> Secret | None:
        if self._secrets is None:
            self._secrets = age.unseal(files.read(self._file), self._file, self._lock)
        return self._secrets.get(key)


class _Environment:
    def get(self, key: str) -> Secret | None:
        text = os.environ.get(OURS + key.upper()) or (os.environ.get("HCLOUD_TOKEN") if key == "hetzner_token" else None)
        return Secret(text) if text else None


class _Commands:
    def __init__(self, commands: dict[str, tuple[str, ...]]) -> None:
        self._commands = commands
        self._asked: dict[str, Secret] = {}

    def get(self, key: str) -> Secret | None:
        if key not in self._commands:
            return None
        if key not in self._asked:
            self._asked[key] = ask_command(key, self._commands[key])
        return self._asked[key]


def ask_command(key: str, argv: tuple[str, ...]) -> Secret:
    """What a program of the owner's says, less one newline at its end. Its errors go to the terminal. Failure when it fails."""
    done = run(argv, deadline=ASKED_SECONDS, on_terminal=True, most=16 << 10)
    if done.code:
        raise Failure(f"{key}: {argv[0]} ended with exit code {done.code}; run it by hand and see")
    try:
        text = done.out.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise Failure(f"{key}: {argv[0]} said what is not UTF-8") from None
    if not text:
        raise Failure(f"{key}: {argv[0]} said nothing")
    return Secret(text)
