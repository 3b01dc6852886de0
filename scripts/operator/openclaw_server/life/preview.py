# SPDX-License-Identifier: Apache-2.0
"""What is there, what differs, and what a deploy would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openclaw_server.base.text import clean
from openclaw_server.cloud.bill import Bill, bill
from openclaw_server.cloud.model import Firewall, Server, ServerType
from openclaw_server.deployment import names
from openclaw_server.deployment.model import Deployment, Release
from openclaw_server.life.session import Session
from openclaw_server.secrets.secret import Secret
from openclaw_server.userdata.render import LARGEST, render

UNAME = {"x86": "x86_64", "arm": "aarch64"}  # the API's word for an architecture, and uname's


@dataclass(frozen=True)
class Seen:
    """What the provider has. ``to_do`` names what a deploy would do; ``differs`` what it would not change; ``notes`` are worth knowing."""

    server: Server | None
    firewall: Firewall | None
    type: ServerType
    image_id: int
    bill: Bill
    agent_sha256: str
    profile: bytes
    to_do: tuple[str, ...]
    differs: tuple[str, ...]
    notes: tuple[str, ...]


def look(session: Session) -> Seen:
    """Reads all of it. Usage when what is asked for cannot be had there; Busy is for the caller to find (ours.check)."""
    session.folder.hostname()  # a profile that the server would refuse is refused here
    wanted, cloud = session.deployment, session.cloud
    type = cloud.server_type(wanted.server_type)
    price = bill(cloud.prices(), wanted.server_type, wanted.location, backups=wanted.backups)
    image = cloud.image_id(wanted.image, type.architecture)
    server, firewall = cloud.server(wanted.name), cloud.firewall(wanted.name)
    sha256 = wanted.release.sha256.get(UNAME.get(type.architecture, ""), "")
    profile = session.folder.profile()
    to_do = tuple(_to_do(wanted, server, firewall))
    return Seen(
        server,
        firewall,
        type,
        image,
        price,
        sha256,
        profile,
        to_do,
        tuple(_differs(wanted, server, sha256, profile)),
        notes(wanted, type),
    )


def user_data_size(release: Release, profile: bytes) -> int:
    """How large user-data is with a Tailscale key of the usual length."""
    return len(render(release, profile, {"tailscale_auth_key": Secret("tskey-auth-" + "0" * 50)}))


def show(session: Session, seen: Seen) -> None:
    """For people; the same as JSON when that was asked for."""
    wanted, screen = session.deployment, session.screen
    size = user_data_size(wanted.release, seen.profile)
    if screen.as_json:
        screen.answer_json(_plain(wanted, seen, size))
        return
    screen.table(["price, for an order made now", "net", f"gross, {seen.bill.vat_percent}% VAT"], seen.bill.rows())
    screen.answer("")
    screen.answer(
        f"server     {wanted.server_type} ({seen.type.cores} cores, {seen.type.memory:g} GB, {seen.type.disk} GB disk), {wanted.location}"
    )
    screen.answer(f"image      {wanted.image} for {seen.type.architecture}")
    screen.answer(f"agent      {wanted.release.agent_url}, SHA-256 {seen.agent_sha256 or 'missing'}")
    screen.answer(f"user-data  {size} of {LARGEST} bytes")
    for line in seen.to_do:
        screen.answer(f"to do:     {line}")
    for line in seen.differs:
        screen.answer(f"differs:   {line}")
    for line in seen.notes if seen.server is None else ():
        screen.answer(f"note:      {line}")
    if not seen.to_do and not seen.differs:
        screen.answer("nothing to do")


def problems(session: Session, seen: Seen) -> list[str]:
    """What stands in the way of making the server, said before anything is made."""
    wanted = session.deployment
    found = []
    if not seen.agent_sha256:
        found.append(
            f"release.sha256: has none for {UNAME.get(seen.type.architecture)}, which {wanted.server_type} needs; 'init' pins both"
        )
    place = seen.type.places.get(wanted.location)
    if place and place.leaving and place.leaving <= datetime.now(UTC):
        found.append(
            f"server.location: {wanted.server_type} cannot be ordered in {wanted.location} since {place.leaving:%Y-%m-%d}; choose another"
        )
    return found


def notes(wanted: Deployment, type: ServerType) -> tuple[str, ...]:
    """About the place, which says of itself whether it has some left: advice, an order decides."""
    place = type.places.get(wanted.location)
    found = []
    if place and not place.available:
        others = ", ".join(each.name for each in type.places.values() if each.available)
        found.append(
            f"{wanted.location} says that it has no {wanted.server_type} left now; these say they have: {clean(others) or 'none'}"
        )
    if place and place.leaving:
        found.append(f"{wanted.server_type} can be ordered in {wanted.location} until {place.leaving:%Y-%m-%d}")
    return tuple(found)


def _to_do(wanted: Deployment, server: Server | None, firewall: Firewall | None) -> list[str]:
    found = []
    if firewall is None:
        found.append(f"make firewall {wanted.name}, which lets nothing in")
    elif firewall.inbound:
        found.append(f"take {firewall.inbound} inbound rules out of firewall {wanted.name}")
    if server is None:
        found.append(f"make server {wanted.name}, and take it to a verified gateway")
    elif firewall is None or firewall.id not in server.firewalls:
        found.append(f"put server {wanted.name} behind the firewall")
    if server and names.HANDED not in server.labels:
        found.append("follow its first run to the end, and hand its secrets over")
    if wanted.backups and not (server and server.backups):
        found.append("turn the provider's daily backups on")
    if not (server and server.protected):
        found.append("turn the protection from deletion on")
    return found


def _differs(wanted: Deployment, server: Server | None, agent_sha256: str, profile: bytes) -> list[str]:
    if server is None:
        return []
    found = []
    for what, has, would in (
        ("type", server.type, wanted.server_type),
        ("image", server.image, wanted.image),
        ("location", server.location, wanted.location),
    ):
        if has != would:
            found.append(f"{what} is {clean(has, 60)}, deployment.yaml says {would}; it stays until the server is made anew")
    for label, what, value in (
        (names.AGENT, "the agent that it was made with", agent_sha256[: names.DIGITS]),
        (names.PROFILE, "the profile that it was made with", names.digest(profile)),
    ):
        if server.labels.get(label) not in (None, value):
            found.append(
                f"{what} is another than here; 'bootstrap-agent --reconcile --profile' on the server takes a new profile over"
            )
    if server.backups and not wanted.backups:
        found.append("backups are on, deployment.yaml says false; the console turns them off, and deletes those that there are")
    return found


def _plain(wanted: Deployment, seen: Seen, size: int) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "price": {
            "currency": seen.bill.currency,
            "vat_percent": seen.bill.vat_percent,
            "month": [{"what": what, "net": net.split()[0], "gross": gross.split()[0]} for what, net, gross in seen.bill.rows()],
        },
        "server": {
            "type": wanted.server_type,
            "image": wanted.image,
            "location": wanted.location,
            "architecture": seen.type.architecture,
        },
        "agent": {"url": wanted.release.agent_url, "sha256": seen.agent_sha256},
        "user_data_bytes": size,
        "to_do": list(seen.to_do),
        "differs": list(seen.differs),
        "notes": list(seen.notes),
    }
