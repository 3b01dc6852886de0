# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import click

from openclaw_server.commands.options import about_deployment, with_json, with_yes
from openclaw_server.life import ours
from openclaw_server.life.session import Session


@click.command
@click.option(
    "--preview",
    is_flag=True,
    help="Shows price, what will be made and what differs, and does nothing: exit code 2 when something would be.",
)
@click.option("--take-over", is_flag=True, help="Takes over what another deployment left unfinished for 15 minutes.")
@click.option(
    "--all-in-user-data",
    is_flag=True,
    help="Puts all secrets into user-data, where the tailnet's policy lets nobody in as root. "
    "The provider keeps user-data, and root on the server can read it, for the server's life.",
)
@with_yes
@with_json
@about_deployment
def deploy(session: Session, *, preview: bool, take_over: bool, all_in_user_data: bool, yes: bool) -> int:
    """Takes NAME from nothing to a verified gateway, or goes on where the last try ended. Run it again at any time."""
    from openclaw_server.commands.outputs import show_outputs
    from openclaw_server.life import deploying
    from openclaw_server.life import preview as previewing

    with session.screen.step("looking at the project"):
        seen = previewing.look(session)
    if preview:
        for thing in (seen.firewall, seen.server):
            ours.check(thing, session.deployment, take_over=take_over)
        previewing.show(session, seen)
        return 2 if seen.to_do or seen.differs else 0
    if not seen.to_do:
        for thing in (seen.firewall, seen.server):
            ours.check(thing, session.deployment)
        session.screen.say("nothing to do")
        for line in seen.differs:
            session.screen.say(f"differs: {line}")
        return 0
    if seen.server is None:
        total = seen.bill.total
        price = f"{total.net:.2f} {seen.bill.currency} a month net, {total.gross:.2f} with {seen.bill.vat_percent}% VAT"
        session.agree(f"This makes a server, for {price} until it is destroyed. Go on?", given=yes)
    report = deploying.deploy(session, seen, deploying.Choices(yes, take_over, all_in_user_data))
    show_outputs(session, report)
    return 0
