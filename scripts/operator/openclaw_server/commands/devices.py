# SPDX-License-Identifier: Apache-2.0
"""Pairing from the laptop. What is listed is the gateway's word, and whoever asks to be paired chose the names in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import click

from openclaw_server.base.errors import Failure, Usage
from openclaw_server.base.text import clean
from openclaw_server.commands.options import about_deployment, as_login, with_json, with_yes
from openclaw_server.life.session import Session
from openclaw_server.reach import agent
from openclaw_server.reach.ssh import Ssh

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_MOST = 500


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def devices() -> None:
    """Browsers and apps that are paired with the gateway, or ask to be."""


@devices.command("list")
@about_deployment
@as_login
@with_json
def list_(session: Session, *, login: str) -> int:
    """Those that ask, newest first, then those that are paired."""
    with session.ssh(login) as ssh:
        pending, paired = _devices(ssh, session, login)
    if session.screen.as_json:
        session.screen.answer_json({"pending": pending, "paired": paired})
        return 0
    rows = [["asks", *each.values()] for each in pending] + [["paired", *each.values()] for each in paired]
    if rows:
        session.screen.table(["", "id", "who", "from", "when"], rows)
    else:
        session.screen.answer("no device is paired, and none asks to be")
    return 0


@devices.command
@about_deployment
@click.argument("device_id", metavar="[ID]", required=False)
@with_yes
@as_login
def approve(session: Session, *, device_id: str | None, yes: bool, login: str) -> int:
    """Pairs the device that asks; the newest when no ID is given. An id is replaced when the device tries again, so look right before."""
    with session.ssh(login) as ssh:
        pending, _ = _devices(ssh, session, login)
        found = [each for each in pending if device_id in (None, each["id"])]
        if not found:
            raise Failure(
                f"{clean(device_id or 'no device', 60)} does not ask to be paired (any more); open the gateway's page there, then try again"
            )
        one = found[0]
        session.agree(
            f"Pair {one['who']}, from {one['from']}, which asked {one['when']}? It will be able to do all that you can.",
            given=yes,
        )
        _do(ssh, session, login, "approve", one["id"])
    session.screen.say(f"{one['who']} is paired; its page connects by itself, or when it is loaded again")
    return 0


@devices.command
@about_deployment
@click.argument("device_id", metavar="ID")
@as_login
def reject(session: Session, *, device_id: str, login: str) -> int:
    """Refuses a device that asks."""
    return _one(session, login, "reject", device_id)


@devices.command
@about_deployment
@click.argument("device_id", metavar="ID")
@with_yes
@as_login
def remove(session: Session, *, device_id: str, yes: bool, login: str) -> int:
    """Ends a pairing."""
    session.agree(f"End the pairing of {clean(device_id, 80)}?", given=yes)
    return _one(session, login, "remove", device_id)


@devices.command
@about_deployment
@click.argument("device_id", metavar="ID")
@click.argument("new_name", metavar="NEW-NAME")
@as_login
def rename(session: Session, *, device_id: str, new_name: str, login: str) -> int:
    """Gives a paired device another name."""
    if not new_name.strip() or clean(new_name, 80) != new_name or new_name.startswith("-"):
        raise Usage("NEW-NAME: is no name; use up to 80 visible characters, the first of them no '-'")
    return _one(session, login, "rename", device_id, new_name)


def _one(session: Session, login: str, verb: str, device_id: str, *more: str) -> int:
    with session.ssh(login) as ssh:
        _do(ssh, session, login, verb, device_id, *more)
    return 0


def _do(ssh: Ssh, session: Session, login: str, verb: str, device_id: str, *more: str) -> None:
    if not _ID.fullmatch(device_id):
        raise Usage("ID: is none of a device; 'devices list' shows them")
    argv = agent.as_user(login, session.folder.user(), "openclaw", "devices", verb, device_id, *more)
    done = ssh.run(argv, deadline=agent.ASK_SECONDS)
    if done.code:
        raise Failure(f"openclaw devices {verb}: {done.complaint}")


def _devices(ssh: Ssh, session: Session, login: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Those that ask and those that are paired, each newest first."""
    answer = agent.openclaw(ssh, login, session.folder.user(), "devices", "list", "--json")
    lists = [answer.get(key) for key in ("pending", "paired")]
    pending, paired = (
        [each for each in found[:_MOST] if isinstance(each, dict)] if isinstance(found, list) else [] for found in lists
    )
    return _shown(pending, "requestId"), _shown(paired, "deviceId")


def _shown(found: list[dict[str, Any]], key: str) -> list[dict[str, str]]:
    ordered = sorted(found, key=_when, reverse=True)
    return [
        {
            "id": clean(each.get(key, "?"), 200),
            "who": clean(_first(each, "displayName", "name", "clientId", "deviceId", "platform"), 60),
            "from": clean(_first(each, "remoteIp", "ip", "remoteAddress"), 60),
            "when": f"{datetime.fromtimestamp(_when(each), UTC):%Y-%m-%d %H:%M:%S} UTC" if _when(each) else "at an unknown time",
        }
        for each in ordered
    ]


def _first(of: dict[str, Any], *keys: str) -> object:
    return next((of[key] for key in keys if of.get(key)), "an unknown place" if "ip" in keys else "an unnamed device")


def _when(of: dict[str, Any]) -> float:
    """Seconds since 1970; OpenClaw has milliseconds. 0 when it does not say."""
    value = next((of[key] for key in ("ts", "requestedAtMs", "approvedAtMs", "createdAtMs") if key in of), 0)
    return value / 1000 if isinstance(value, int | float) and 0 < value < 4e12 else 0
