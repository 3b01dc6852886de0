# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have, and the deployment that they are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from openclaw_server.base.screen import Screen
from openclaw_server.life.session import Session

F = TypeVar("F", bound=Callable[..., Any])


def about_deployment(command: F) -> F:
    """The argument NAME and --directory; the command gets a Session as its first argument."""

    @click.argument("name")
    @click.option(
        "--directory", metavar="DIR", help="Where deployments are; else openclaw-server in the XDG configuration directory."
    )
    @click.pass_obj
    @wraps(command)
    def given(screen: Screen, /, name: str, directory: str | None, *args: Any, **more: Any) -> Any:
        screen.as_json = more.pop("as_json", False)
        return command(Session(screen, directory, name), *args, **more)

    return given  # type: ignore[return-value] # click's decorators give a command of the same call


def with_json(command: F) -> F:
    """--json, for what is answered."""
    return click.option("--json", "as_json", is_flag=True, help="The answer as one JSON document.")(command)


def with_yes(command: F) -> F:
    """--yes, for what asks."""
    return click.option("--yes", is_flag=True, help="Does not ask.")(command)


def as_login(command: F) -> F:
    """--as, for tailnets whose policy lets nobody in as root."""
    return click.option(
        "--as", "login", metavar="USER", default="root", help="Who to log in as over Tailscale SSH; root when not given."
    )(command)
