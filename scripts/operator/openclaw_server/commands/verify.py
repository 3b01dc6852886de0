# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import click

from openclaw_server.commands.options import about_deployment
from openclaw_server.life.session import Session


@click.command
@click.option(
    "--all-ports", is_flag=True, help="All 65535 TCP ports of each public address, slowly; else 1 to 1024 and those that listen."
)
@click.option("--allow-untried", is_flag=True, help="What could not be tried here does not count.")
@click.option("--format", "form", type=click.Choice(["table", "json", "junit", "github"]), default="table", show_default=True)
@about_deployment
def verify(session: Session, *, all_ports: bool, allow_untried: bool, form: str) -> int:
    """Proves from outside and inside that the gateway is what it should be, and changes nothing.

    Exit code 1 when something is bad, 2 when something could not be tried: no IPv6 here, not on the tailnet, or what it needs failed.
    """
    from openclaw_server.life import checks, verifying

    found = verifying.verify(session, every_port=all_ports)
    screen = session.screen
    if form == "json":
        screen.answer_json(checks.as_json(found))
    elif form == "junit":
        screen.answer(checks.as_junit(f"openclaw-server verify {session.deployment.name}", found))
    elif form == "github":
        for line in checks.as_annotations(found):
            screen.answer(line)
    if form in ("table", "github"):
        screen.table(["", "what", "seen"], [[check.outcome, check.name, check.detail] for check in found])
    return checks.exit_code(found, allow_untried=allow_untried)
