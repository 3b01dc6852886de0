# SPDX-License-Identifier: Apache-2.0
"""Whose something is. There is no state file: names are unique in a project, and labels say which deployment made it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openclaw_server.base.errors import Busy
from openclaw_server.base.text import clean
from openclaw_server.base.wait import shown
from openclaw_server.cloud.model import Firewall, Server
from openclaw_server.deployment import names
from openclaw_server.deployment.model import Deployment

LEFT_ALONE = timedelta(minutes=15)  # a deployment that nothing was done to for so long may be taken over


def labels(of: Deployment, profile: bytes, agent_sha256: str) -> dict[str, str]:
    """What a server or firewall is made with. No secret, nor a hash of one."""
    return {
        names.ID: of.id,
        names.BY: of.by,
        names.MADE: names.stamp(datetime.now(UTC)),
        names.AGENT: agent_sha256[: names.DIGITS],
        names.PROFILE: names.digest(profile),
    }


def is_ours(thing: Server | Firewall, of: Deployment) -> bool:
    return thing.labels.get(names.ID) == of.id


def check(thing: Server | Firewall | None, of: Deployment, *, take_over: bool = False) -> bool:
    """Whether it is another deployment's and is taken over. Busy when it is another's and is not: with whose, since when, and what to do."""
    if thing is None or is_ours(thing, of):
        return False
    kind = "server" if isinstance(thing, Server) else "firewall"
    its_id = thing.labels.get(names.ID)
    if its_id is None:
        raise Busy(
            f"the project has a {kind} {clean(thing.name)} that this tool did not make; choose another name, or another project"
        )
    by = clean(thing.labels.get(names.BY, "somebody"), 40)
    moments = [moment for label in (names.MADE, names.HANDED) if (moment := names.moment(thing.labels.get(label, "")))]
    age = datetime.now(UTC) - max(moments) if moments else None
    since = f" {shown(age.total_seconds())} ago" if age else ""
    if age is None or age < LEFT_ALONE:
        raise Busy(
            f"the {kind} {clean(thing.name)} was made by {by}{since}, as deployment {clean(its_id, 20)}; this one is {of.id}: ask {by}"
        )
    if not take_over:
        raise Busy(
            f"the {kind} {clean(thing.name)} was made by {by}{since}, as deployment {clean(its_id, 20)}; when that was given up, "
            f"--take-over makes it this one's ({of.id})"
        )
    return True
