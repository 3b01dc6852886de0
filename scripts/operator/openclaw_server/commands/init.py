# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import click

from openclaw_server.base import files
from openclaw_server.base.errors import Failure, Usage, refuse
from openclaw_server.base.screen import Screen
from openclaw_server.base.text import clean
from openclaw_server.base.yaml import Unreadable, parse
from openclaw_server.deployment import names, values
from openclaw_server.deployment.folder import Folder
from openclaw_server.deployment.model import Deployment, Keeping, Store
from openclaw_server.release import pins
from openclaw_server.secrets import age, table
from openclaw_server.secrets.secret import Secret
from openclaw_server.secrets.store import ask_command, open_store

TRIES = 3  # at an answer, for a person
_Check = Callable[[str], str | None]


@click.command
@click.argument("name")
@click.option("--directory", metavar="DIR", help="Where NAME/ is made; else openclaw-server in the XDG configuration directory.")
@click.option("--release", metavar="URL", help="The folder of a release of the agent; 'release-setup' tells how to make one.")
@click.option("--key", metavar="KEY", help="The minisign public key that signs it.")
@click.option("--by", metavar="WHO", help="Your short name, for labels that the whole project sees.")
@click.option("--type", "server_type", metavar="TYPE", default="cax21", show_default=True, help="The server's type.")
@click.option("--image", metavar="IMAGE", default="ubuntu-24.04", show_default=True, help="Its system.")
@click.option("--location", metavar="PLACE", default="fsn1", show_default=True, help="Where it is; it cannot be changed later.")
@click.option("--backups/--no-backups", default=True, show_default=True, help="The provider's daily backups.")
@click.option(
    "--store",
    type=click.Choice(["age", "command", "environment"]),
    default="age",
    show_default=True,
    help="Where secrets are kept.",
)
@click.option(
    "--identity",
    metavar="FILE",
    help="For age: an age identity, or an ssh key without passphrase; else a passphrase is asked for.",
)
@click.option(
    "--command",
    "commands",
    metavar="SECRET ARGV",
    nargs=2,
    multiple=True,
    help='For command: hetzner_token \'["op", "read", "op://…"]\'.',
)
@click.option(
    "--secrets", "given", metavar="FILE|-", help="Takes the secrets from a YAML file or standard input, in place of asking."
)
@click.option("--yes", is_flag=True, help="Does not ask whether it is the right project.")
@click.pass_obj
def init(screen: Screen, /, name: str, directory: str | None, *, given: str | None, yes: bool, **flags: object) -> int:
    """Asks for what the deployment NAME needs, or takes it from options; checks each answer; and writes NAME/.

    NAME is the server's, the firewall's and the node's name.
    """
    folder = Folder.of(directory, name)
    if (folder.path / "deployment.yaml").exists():
        raise Usage(f"{folder.path}: has a deployment already; choose another name, or remove the folder")
    asked = _Asked(screen, flags)
    url = asked.text("release", "Address of the release's folder (https://…/releases/download/v…)", values.url_problem)
    key = asked.text("key", "Its minisign public key (the second line of cmake/signing-key.pub)", values.key_problem)
    by = asked.text("by", "Your short name", names.by_problem, _login())
    place = [asked.text(each, "", values.word_problem) for each in ("server_type", "image", "location")]
    store: Store = flags["store"]  # type: ignore[assignment] # click has checked it
    commands = _commands(flags["commands"], store, asked.problems)
    identity = str(flags["identity"]) if flags["identity"] else None
    if identity and store != "age":
        asked.problems.append("--identity: goes with '--store age'")
    refuse(asked.problems)
    keeping = Keeping(store, identity, commands)
    lock = age.Lock(Path(identity).expanduser() if identity else None, _new_passphrase)
    if identity and lock.identity:
        age.check(lock.identity)  # before the person has typed in all secrets
    with screen.step(f"fetching {pins.SUMS} and checking its signature"):
        pinned = pins.pin(url, key)
    screen.say(f"The release is version {pinned.version}, for {' and '.join(pinned.release.sha256)}.")
    secrets = _secrets(screen, folder, keeping, given)
    deployment = Deployment(
        names.new_id(), name, by, place[0], place[1], place[2], bool(flags["backups"]), pinned.release, keeping
    )
    _check_project(screen, secrets["hetzner_token"], deployment, yes=yes)
    sealed = age.seal(secrets, lock) if store == "age" else None
    folder.create(deployment)
    if sealed is not None:
        files.write(folder.secrets, sealed)
    screen.say(f"{folder.path} is written. Next: openclaw-server deploy {name} --preview")
    return 0


class _Asked:
    """Answers to plain questions: from options, else from the person. What is wrong with options is gathered."""

    def __init__(self, screen: Screen, flags: dict[str, object]) -> None:
        self._screen, self._flags = screen, flags
        self.problems: list[str] = []

    def text(self, flag: str, question: str, check: _Check, default: str | None = None) -> str:
        option = "--" + {"server_type": "type"}.get(flag, flag)
        if (value := self._flags.get(flag)) is not None:
            if problem := check(str(value)):
                self.problems.append(f"{option}: {clean(value, 80)!r} {problem}")
            return str(value)
        if not sys.stdin.isatty():
            self.problems.append(f"{option}: is missing, and there is no terminal to ask at")
            return ""
        return _ask(self._screen, question, check, lambda: str(click.prompt(question, default=default, err=True)))


def _ask(screen: Screen, what: str, check: _Check, prompt: Callable[[], str]) -> str:
    """An answer that is right. Failure after three that are not."""
    for _ in range(TRIES):
        answer = prompt().strip()
        problem = check(answer)
        if not problem:
            return answer
        screen.say(f"  that {problem}")
    raise Failure(f"{what}: no answer was right; nothing was written")


def _secrets(screen: Screen, folder: Folder, keeping: Keeping, given: str | None) -> dict[str, Secret]:
    """All secrets that the store will have, each checked by its shape. The token is among them."""
    if keeping.store == "age":
        return _typed(screen) if given is None else _given(given)
    if given is not None:
        raise Usage("--secrets: goes with '--store age'; the other stores have them already")
    store = open_store(folder, keeping, _new_passphrase)
    if keeping.store == "command":
        found = {key: ask_command(key, argv) for key, argv in keeping.commands.items()}
    else:
        found = {key: secret for key in table.TABLE if (secret := store.get(key))}
    _check_all(found)
    return found


def _typed(screen: Screen) -> dict[str, Secret]:
    if not sys.stdin.isatty():
        raise Usage("--secrets: is missing, and there is no terminal to ask at")
    found = {row.key: _typed_one(screen, row) for row in table.TABLE.values()}
    return {key: Secret(value) for key, value in found.items() if value}


def _typed_one(screen: Screen, row: table.Row) -> str:
    """The secret that the person types, unseen; empty when it is left out."""
    screen.say(f"{row.what}: {row.made_at}" + ("" if row.needed else "; optional, Enter leaves it out"))

    def check(text: str) -> str | None:
        return None if not text and not row.needed else row.problem(text)

    def prompt() -> str:
        return str(click.prompt(row.key, hide_input=True, err=True, default=None if row.needed else "", show_default=False))

    return _ask(screen, row.key, check, prompt)


def _given(source: str) -> dict[str, Secret]:
    text = sys.stdin.read(files.LARGEST) if source == "-" else files.read_text(Path(source))
    name = "standard input" if source == "-" else source
    try:
        node = parse(text)
    except Unreadable as error:
        raise Usage(f"{name}:{error.line}:{error.column}: is no map of secrets; each line is like hetzner_token: …") from None
    found = node.value if isinstance(node.value, dict) else {}
    refuse(
        f"{name}: {clean(key, 40)}: is no secret; there are {', '.join(table.TABLE)}" for key in found if key not in table.TABLE
    )
    secrets = {key: Secret(part.value) for key, part in found.items() if isinstance(part.value, str) and part.value}
    _check_all(secrets)
    return secrets


def _check_all(secrets: dict[str, Secret]) -> None:
    """Usage with everything that is wrong or missing."""
    missing = [
        f"{row.key}: is missing; made at {row.made_at}" for row in table.TABLE.values() if row.needed and row.key not in secrets
    ]
    refuse([*missing, *(wrong for key, value in secrets.items() if (wrong := table.problem(key, value.reveal())))])


def _commands(given: object, store: Store, problems: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, text in given if isinstance(given, tuple) else ():
        try:
            argv = json.loads(text)
        except ValueError:
            argv = None
        if key not in table.TABLE:
            problems.append(f"--command: {clean(key, 40)} is no secret; there are {', '.join(table.TABLE)}")
        elif not isinstance(argv, list) or not argv or not all(isinstance(word, str) and word for word in argv):
            problems.append(
                f'--command {key}: is no command; write its argv as JSON, like ["op", "read", "op://…"]: no shell reads it'
            )
        else:
            found[key] = tuple(argv)
    if bool(found or given) != (store == "command"):
        problems.append("--command: goes with '--store command', and only with it")
    return found


def _check_project(screen: Screen, token: Secret, deployment: Deployment, *, yes: bool) -> None:
    """One read by the token; the person says whether it is the project that is meant. Usage when type, image or location are not there."""
    from openclaw_server.cloud.bill import bill
    from openclaw_server.cloud.hetzner import Hetzner

    cloud = Hetzner(token)
    with screen.step("looking at the token's project"):
        servers = cloud.servers()
        type = cloud.server_type(deployment.server_type)
        cloud.image_id(deployment.image, type.architecture)
        bill(cloud.prices(), deployment.server_type, deployment.location, backups=False)
    shown = ", ".join(clean(server.name, 40) for server in servers[:10])
    screen.say(
        f"The token's project has {f'{len(servers)} servers: {shown}' if servers else 'no server'}. A dedicated project is safer."
    )
    place = type.places.get(deployment.location)
    if place and not place.available:
        others = ", ".join(each.name for each in type.places.values() if each.available)
        screen.say(
            f"{deployment.location} says that it has no {deployment.server_type} left now; these say they have: {others or 'none'}"
        )
    if any(server.name == deployment.name for server in servers):
        raise Usage(f"the project has a server {deployment.name} already; choose another name")
    if not yes:
        if not sys.stdin.isatty():
            raise Usage("Is this the project that you mean? There is no terminal to answer at; --yes says so beforehand")
        if not click.confirm("Is this the project that you mean?", err=True):
            raise Failure("nothing was written; make a token in the other project")


def _login() -> str | None:
    """This person's login as a short name, when it can be one."""
    try:
        text = re.sub(r"[^a-z0-9-]", "", getpass.getuser().lower())[:20].strip("-")
    except (OSError, KeyError):
        return None
    return text or None


def _new_passphrase() -> Secret:
    if not sys.stdin.isatty():
        raise Usage("the passphrase of secrets.age: there is no terminal to ask at; --identity FILE works without")
    return Secret(str(click.prompt("passphrase for secrets.age", hide_input=True, confirmation_prompt=True, err=True)))
