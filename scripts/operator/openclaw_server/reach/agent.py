# SPDX-License-Identifier: Apache-2.0
"""What is asked of the agent and of OpenClaw on the server. Its reports alone decide exit codes, nothing that it prints besides."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from openclaw_server.base.errors import Busy, Failure
from openclaw_server.base.text import clean
from openclaw_server.reach import report
from openclaw_server.reach.report import Report
from openclaw_server.reach.ssh import Ssh
from openclaw_server.secrets.secret import Secret
from openclaw_server.userdata.render import secrets_file

AGENT = "bootstrap-agent"
RUN_SECONDS = 2400.0  # for a run: npm and apt may each take as long as the profile says
ASK_SECONDS = 180.0  # for a question


def status(ssh: Ssh, *, user: str = "root") -> Report | None:
    """The report of the last run; None when none has ended yet. Busy while one goes on."""
    done = ssh.run([*_door(user), "--status", "--format", "json"], deadline=ASK_SECONDS)
    if done.code == 4:
        raise Busy(f"the agent on the server is at work: {done.complaint}; 'status --wait' waits for it")
    if done.code == 2 and not done.out.strip():
        return None
    return report.read(done.out)


def follow(ssh: Ssh, on_line: Callable[[str], None], *, user: str = "root") -> Report:
    """Waits for the run that goes on, telling each line of it, and returns its report."""
    done = ssh.run([*_door(user), "--status", "--wait"], deadline=RUN_SECONDS, on_line=on_line)
    found = status(ssh, user=user)
    if found is None:
        raise Failure(f"the agent's run left no report: {done.complaint}")
    return found


def reconcile(ssh: Ssh, secrets: dict[str, Secret], on_line: Callable[[str], None], *, user: str = "root") -> Report:
    """Has the agent repair what differs, with ``secrets`` by standard input when there are any; follows its run, and returns the report."""
    argv = [*_door(user), "--reconcile", *(["--secrets", "-"] if secrets else [])]
    done = ssh.run(argv, deadline=RUN_SECONDS, give=secrets_file(secrets), on_line=on_line)
    if done.code == 4:
        raise Busy(f"the agent on the server is at work: {done.complaint}; the same command goes on with it")
    if done.code == 3:
        raise Failure(f"the agent refuses the secrets: {done.complaint}")
    found = status(ssh, user=user)
    if found is None:
        raise Failure(f"the agent's run left no report: {done.complaint}")
    return found


def verify(ssh: Ssh, *, user: str = "root") -> Report:
    """What the agent finds when it looks at everything, and changes nothing."""
    return report.read(ssh.run([*_door(user), "--verify", "--format", "json"], deadline=ASK_SECONDS).out)


def listening(ssh: Ssh) -> list[tuple[str, int]]:
    """The sockets that the server itself lists as reachable from elsewhere: protocol and port (ss(8), -H -n: local address is field 4)."""
    done = ssh.run(["ss", "-H", "-n", "-l", "-t", "-u"], deadline=60)
    found = set()
    for line in done.text.splitlines()[:2000]:
        fields = line.split()
        if len(fields) >= 5 and fields[0] in ("tcp", "udp"):
            address, _, port = fields[4].rpartition(":")
            if port.isdecimal() and 0 < int(port) < 65536 and not address.strip("[]").split("%")[0].startswith(("127.", "::1")):
                found.add((fields[0], int(port)))
    return sorted(found)


def openclaw(ssh: Ssh, login: str, user: str, *argv: str) -> dict[str, Any]:
    """What OpenClaw's own program answers in JSON, as the gateway's user. It is his word: untrusted. Failure when it does not."""
    done = ssh.run(as_user(login, user, "openclaw", *argv), deadline=ASK_SECONDS)
    try:
        answer = json.loads(done.out)
    except (ValueError, RecursionError):
        answer = None
    if done.code or not isinstance(answer, dict):
        raise Failure(f"openclaw {clean(argv[0])}: {done.complaint}")
    return answer


def as_user(login: str, user: str, *argv: str) -> list[str]:
    """The command line by which ``login`` runs something as the gateway's user, in his home. Nobody but root becomes somebody else."""
    own = ["env", "-C", f"/home/{user}", f"HOME=/home/{user}", *argv]
    return ["runuser", "-u", user, "--", *own] if login == "root" else own


def _door(user: str) -> list[str]:
    """The agent as that user may run it: others than root by sudo, with exactly the arguments that it allows."""
    return [AGENT] if user == "root" else ["sudo", "-n", "/usr/local/sbin/bootstrap-agent"]
