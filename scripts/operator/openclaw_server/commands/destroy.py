# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys

import click

from openclaw_server.base.errors import Failure, Usage
from openclaw_server.commands.options import about_deployment
from openclaw_server.life.session import Session


@click.command
@click.option("--confirm", metavar="NAME", help="The deployment's name once more, in place of being asked for it.")
@about_deployment
def destroy(session: Session, *, confirm: str | None) -> int:
    """Deletes the server with its backups, the firewall, and the device on the tailnet. The folder with its secrets stays.

    Exit code 2 when the device is left on the tailnet: then its name and where to remove it are said.
    """
    from openclaw_server.life import destroying

    name, screen = session.deployment.name, session.screen
    with screen.step("looking at what there is"):
        going = destroying.look(session)
    if not (going.server or going.firewall or going.node):
        screen.say(f"nothing to do: the provider has neither a server nor a firewall {name}")
        for line in going.lines():
            screen.say(f"  {line}")
        return 2 if going.lines() else 0
    screen.say("This will go:")
    for line in going.lines():
        screen.say(f"  {line}")
    if going.server:
        screen.say("Another deploy is a new order, at the prices of its day.")
    if confirm is None:
        if not sys.stdin.isatty():
            raise Usage(f"There is no terminal to ask at; --confirm {name} says so beforehand")
        confirm = click.prompt(f"Write {name} to destroy it", err=True, default="", show_default=False)
    if confirm != name:
        raise Failure("nothing was done: that is not its name")
    destroying.destroy(session, going)
    return 0
