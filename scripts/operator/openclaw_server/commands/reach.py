# SPDX-License-Identifier: Apache-2.0
"""Commands that go to the server over the tailnet and show what is there."""

from __future__ import annotations

import click

from openclaw_server.base.errors import Differs
from openclaw_server.base.screen import Screen
from openclaw_server.base.text import clean
from openclaw_server.commands.options import about_deployment, as_login, with_json
from openclaw_server.life.session import Session
from openclaw_server.reach import agent
from openclaw_server.reach.report import Report

DAY = 86400.0


@click.command
@click.option("--wait", "waits", is_flag=True, help="Waits for a run that goes on, and shows it live.")
@as_login
@with_json
@about_deployment
def status(session: Session, *, waits: bool, login: str) -> int:
    """The agent's last run on the server. The exit code is that run's."""
    with session.ssh(login) as ssh:
        report = (
            agent.follow(ssh, lambda line: session.screen.say(clean(line)), user=login)
            if waits
            else agent.status(ssh, user=login)
        )
    if report is None:
        raise Differs("no run has ended on the server yet; --wait waits for it")
    if session.screen.as_json:
        session.screen.answer_json(report.plain)
    else:
        show(session.screen, report)
    return report.exit_code


def show(screen: Screen, report: Report) -> None:
    """The report as a table: a row each resource, what is wrong below it."""
    for resource in report.resources:
        screen.answer(f"{resource.outcome:10} {resource.name}{': ' + resource.reason if resource.reason else ''}")
        for line in (*(() if resource.is_good else resource.drifts), *resource.notes):
            screen.answer(f"{'':10}   {line}")


@click.command
@click.option("-f", "--follow", is_flag=True, help="Shows new lines until interrupted.")
@click.option("-n", "--lines", type=click.IntRange(1, 100000), default=200, show_default=True, help="How many lines.")
@as_login
@about_deployment
def logs(session: Session, *, follow: bool, lines: int, login: str) -> int:
    """The gateway's log."""
    argv = [
        "journalctl",
        "_SYSTEMD_USER_UNIT=openclaw-gateway.service",
        f"--lines={lines}",
        "--no-pager",
        *(["--follow"] if follow else []),
    ]
    with session.ssh(login) as ssh:
        return min(
            ssh.run(argv, deadline=DAY if follow else 120, on_line=lambda line: session.screen.answer(clean(line, 4000))).code, 1
        )


@click.command(context_settings={"ignore_unknown_options": True})
@about_deployment
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@as_login
def ssh(session: Session, *, command: tuple[str, ...], login: str) -> int:
    """A shell on the server, or COMMAND there. What it shows comes from the server as it is."""
    with session.ssh(login) as connection:
        return min(connection.interactive(list(command), terminal=True), 1)


@click.command
@as_login
@about_deployment
def audit(session: Session, *, login: str) -> int:
    """OpenClaw's own security audit. It is the gateway's word: the exit code does not depend on it."""
    argv = agent.as_user(login, session.folder.user(), "openclaw", "security", "audit", "--deep")
    with session.ssh(login) as connection:
        return min(connection.run(argv, deadline=300, on_line=lambda line: session.screen.answer(clean(line))).code, 1)


@click.command(context_settings={"ignore_unknown_options": True})
@about_deployment
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@as_login
def openclaw(session: Session, *, arguments: tuple[str, ...], login: str) -> int:
    """OpenClaw's own program on the server, as the gateway's user: openclaw NAME -- models status."""
    with session.ssh(login) as connection:
        return min(connection.interactive(agent.as_user(login, session.folder.user(), "openclaw", *arguments), terminal=True), 1)
