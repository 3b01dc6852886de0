# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import click

from openclaw_server.base.errors import Failure
from openclaw_server.base.text import clean
from openclaw_server.commands.options import about_deployment, as_login, with_json
from openclaw_server.life.session import Session
from openclaw_server.reach import agent
from openclaw_server.reach.report import Report
from openclaw_server.reach.ssh import Ssh
from openclaw_server.secrets.secret import Secret

_TOKEN = re.compile(r"^OPENCLAW_GATEWAY_TOKEN=([A-Za-z0-9._~-]{16,4096})$", re.MULTILINE)
_FRAGMENT = re.compile(r"[A-Za-z0-9._~%=&+-]{1,4096}")


@click.command
@click.option(
    "--show-secrets",
    is_flag=True,
    help="Also the URL with the gateway's token, and a first-visit URL for one use within 10 minutes.",
)
@click.option(
    "--open",
    "opens",
    is_flag=True,
    help="Opens the first-visit URL in the browser, which pairs it; no program is given it as an argument.",
)
@as_login
@with_json
@about_deployment
def outputs(session: Session, *, show_secrets: bool, opens: bool, login: str) -> int:
    """The gateway's URL and name, and what runs there."""
    with session.ssh(login) as ssh:
        report = agent.status(ssh, user=login)
        if report is None:
            raise Failure("the server's first run has not ended yet; 'openclaw-server status --wait' waits for it")
        shown = dict(_facts(session, report))
        secret = {}
        if show_secrets or opens:
            base = f"https://{session.node().dns_name}/"
            secret = {"first_visit_url": base + "#" + _first_visit(ssh, session, login).reveal()}
            if show_secrets:
                secret["tokenized_url"] = f"{base}#token={_gateway_token(ssh, session, login).reveal()}"
    if show_secrets:
        shown |= secret
    if session.screen.as_json:
        import json

        session.screen.secret_answer(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        for key, value in shown.items():
            session.screen.secret_answer(f"{key:16} {value}")
    if opens:
        from openclaw_server.life.opening import open_once

        open_once(secret["first_visit_url"], session.screen.say)
    return 0


def show_outputs(session: Session, report: Report) -> None:
    """The outputs without secrets, at the end of a deploy."""
    facts = _facts(session, report)
    if session.screen.as_json:
        session.screen.answer_json(facts)
        return
    for key, value in facts.items():
        session.screen.answer(f"{key:16} {value}")
    session.screen.say(f"First visit: openclaw-server outputs {session.deployment.name} --open")


def _facts(session: Session, report: Report) -> dict[str, str]:
    node = session.node()
    return {
        "url": f"https://{node.dns_name}/",
        "dns_name": node.dns_name,
        "address": node.address,
        "deployment_id": session.deployment.id,
        "agent": report.version,
        **{key: value for key, value in report.facts.items() if key not in ("url", "dns_name")},
    }


def _first_visit(ssh: Ssh, session: Session, login: str) -> Secret:
    """The fragment of a URL for one use within 10 minutes. OpenClaw's URL names localhost; only its fragment is taken."""
    answer = agent.openclaw(ssh, login, session.folder.user(), "dashboard", "--json", "--no-open")
    _, _, fragment = str(answer.get("browserUrl", "")).partition("#")
    if not _FRAGMENT.fullmatch(fragment) or "bootstrapToken=" not in fragment:
        raise Failure(
            "openclaw dashboard: gave no first-visit URL; --show-secrets without it, or 'openclaw-server openclaw NAME dashboard'"
        )
    kept = "&".join(part for part in fragment.split("&") if not part.startswith("gatewayUrl="))
    return Secret(kept)


def _gateway_token(ssh: Ssh, session: Session, login: str) -> Secret:
    user = session.folder.user()
    done = ssh.run(agent.as_user(login, user, "cat", f"/home/{user}/.openclaw/.env"), deadline=60)
    if not (found := _TOKEN.search(done.text[: 64 << 10])):
        raise Failure(f"the gateway's .env holds no token that this tool knows: {clean(done.complaint)}")
    return Secret(found[1])
