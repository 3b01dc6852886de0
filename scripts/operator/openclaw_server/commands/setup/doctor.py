# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import email.utils
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import click

from openclaw_server.base import process
from openclaw_server.base.errors import Failure, Stop, Usage
from openclaw_server.base.screen import Screen
from openclaw_server.base.text import clean
from openclaw_server.life.checks import Check, as_json
from openclaw_server.life.session import Session
from openclaw_server.reach.tailnet import Tailnet

MOST_OFF = 60.0  # seconds that the clock may be wrong before certificates and tokens suffer


@click.command
@click.argument("name", required=False)
@click.option("--directory", metavar="DIR", help="Where deployments are.")
@click.option("--json", "as_json_", is_flag=True, help="The answer as one JSON document.")
@click.pass_obj
def doctor(screen: Screen, name: str | None, directory: str | None, *, as_json_: bool) -> int:
    """What this laptop lacks, each with the way to get it; with NAME also the deployment's token and keys."""
    looks: list[tuple[str, Callable[[], str]]] = [("ssh", _ssh), ("tailscale", _tailscale), ("clock", _clock)]
    if name:
        session: list[Session] = []
        looks.append(("deployment", lambda: _deployment(session, screen, directory, name)))
        looks.append(("secrets", lambda: _secrets(_the(session))))
        looks.append(("token", lambda: _token(_the(session))))
    found = [_look(what, look) for what, look in looks]
    if as_json_:
        screen.answer_json(as_json(found))
    else:
        screen.table(["", "what", "seen"], [[check.outcome, check.name, check.detail] for check in found])
    return 1 if any(check.outcome == "bad" for check in found) else 0


def _look(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, "good", look())
    except Stop as stop:
        return Check(what, "bad", "; ".join(stop.problems))


def _the(session: list[Session]) -> Session:
    if not session:
        raise Usage("needs the deployment")
    return session[0]


def _ssh() -> str:
    if not shutil.which("ssh"):
        raise Usage("is not installed; it is OpenSSH's client: 'sudo apt-get install openssh-client' on Debian and Ubuntu")
    return clean(process.run(["ssh", "-V"], deadline=10).err.decode(errors="replace").strip(), 80)


def _tailscale() -> str:
    return f"this laptop is {Tailnet().self_name()}"


def _clock() -> str:
    """Compares with the Date of the provider's answer, whatever it answers."""
    from openclaw_server.cloud.hetzner import endpoint

    try:
        with urllib.request.urlopen(endpoint() + "/locations", timeout=15) as answer:
            said = answer.headers.get("Date", "")
    except urllib.error.HTTPError as error:  # 401, without a token
        said = error.headers.get("Date", "")
    except OSError as error:
        raise Failure(
            f"the provider's API cannot be reached: {clean(getattr(error, 'reason', error))}; is this laptop online?"
        ) from None
    try:
        off = time.time() - email.utils.parsedate_to_datetime(said).timestamp()
    except ValueError:
        raise Failure("the provider's API does not say the time") from None
    if abs(off) > MOST_OFF:
        raise Failure(f"is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}; turn on setting it by the network")
    return "is right"


def _deployment(session: list[Session], screen: Screen, directory: str | None, name: str) -> str:
    session.append(Session(screen, directory, name))
    session[0].folder.hostname()
    return str(session[0].folder.path)


def _secrets(session: Session) -> str:
    from openclaw_server.secrets.store import need
    from openclaw_server.secrets.table import TABLE

    problems: list[str] = []
    there = []
    for row in TABLE.values():
        try:
            if row.needed or session.store.get(row.key):
                need(session.store, row.key)
                there.append(row.key)
        except Usage as stop:
            problems += stop.problems
    if problems:
        raise Usage(*problems)
    return ", ".join(there)


def _token(session: Session) -> str:
    servers = session.cloud.servers()
    names = ", ".join(clean(server.name, 40) for server in servers[:5]) + ("…" if len(servers) > 5 else "")
    return f"may read; its project has {f'{len(servers)} servers: {names}' if servers else 'no server'}"
