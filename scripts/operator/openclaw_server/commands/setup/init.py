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
from openclaw_server.deployment import names, values
from openclaw_server.deployment.folder import Folder
from openclaw_server.deployment.model import Deployment, Keeping, Store
from openclaw_server.life.session import Session
from openclaw_server.release import pins
from openclaw_server.secrets import age, asking, table
from openclaw_server.secrets.secret import Secret
from openclaw_server.secrets.store import ask_command, open_store

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
@click.option(
    "--replace",
    metavar="SECRET",
    multiple=True,
    help="Asks for another value of SECRET of a deployment that is there, and does nothing else.",
)
@click.option("--yes", is_flag=True, help="Does not ask whether it is the right project.")
@click.pass_obj
def init(
    screen: Screen,
    /,
    name: str,
    directory: str | None,
    *,
    given: str | None,
    replace: tuple[str, ...],
    yes: bool,
    **flags: object,
) -> int:
    """Asks for what the deployment NAME needs, or takes it from options; checks each answer; and writes NAME/.

    NAME is the server's, the firewall's and the node's name.
    """
    folder = Folder.of(directory, name)
    if replace:
        return _replace(Session(screen, directory, name), replace, given)
    if (folder.path / "deployment.yaml").exists():
        raise Usage(f"{folder.path}: has a deployment already; choose another name, or remove the folder")
    asked = _Asked(screen, flags)
    url = asked.text("release", "Address of the release's folder (https://…/releases/download/v…)", values.url_problem)
    key = asked.text("key", "Its minisign public key (the second line of cmake/signing-key.pub)", values.key_problem)
    by = asked.text("by", "Your short name", names.by_problem, _login())
    place = [asked.text(each, "", values.word_problem) for each in ("server_type", "image", "location")]
    store: Store = flags["store"]  # type: ignore[assignment] # click has checked it
    commands = _commands(flags["commands"], store, asked.problems)
    identity = str(Path(str(flags["identity"])).expanduser().absolute()) if flags["identity"] else None
    if identity and store != "age":
        asked.problems.append("--identity: goes with '--store age'")
    refuse(asked.problems)
    keeping = Keeping(store, identity, commands)
    lock = age.Lock(Path(identity) if identity else None, asking.new_passphrase)
    if identity and lock.identity:
        age.check(lock.identity)  # before the person has typed in all secrets
    with screen.step(f"fetching {pins.SUMS} and checking its signature"):
        pinned = pins.pin(url, key)
    screen.say(f"The release is version {pinned.version}, for {' and '.join(pinned.release.sha256)}.")
    secrets = _secrets(screen, folder, keeping, lock, given)
    deployment = Deployment(
        names.new_id(), name, by, place[0], place[1], place[2], bool(flags["backups"]), pinned.release, keeping
    )
    _check_project(screen, secrets["hetzner_token"], deployment, yes=yes)
    sealed = age.seal(secrets, lock) if store == "age" else None
    folder.create(deployment, sealed)
    screen.say(f"{folder.path} is written. Next: openclaw-server deploy {name} --preview")
    return 0


def _replace(session: Session, keys: tuple[str, ...], given: str | None) -> int:
    """Puts new values of these secrets into secrets.age; the others stay as they are."""
    refuse(
        f"--replace: {clean(key, 40)} is no secret; there are {', '.join(table.TABLE)}" for key in keys if key not in table.TABLE
    )
    keeping = session.deployment.keeping
    if keeping.store != "age":
        raise Usage(f"--replace: the secrets are kept by '{keeping.store}'; give it the new value there")
    kept = {key: secret for key in table.TABLE if (secret := session.store.get(key))}
    new = asking.typed(session.screen, keys) if given is None else asking.taken(given)
    refuse(f"--secrets: {key} is not among what --replace names" for key in new if key not in keys)
    together = {key: value for key in table.TABLE if (value := new.get(key) or (None if key in keys else kept.get(key)))}
    asking.check_all(together)
    files.write(session.folder.secrets, age.seal(together, session.lock))
    session.screen.say(f"{session.folder.secrets} is written")
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
        return asking.answer(self._screen, question, check, lambda: str(click.prompt(question, default=default, err=True)))


def _secrets(screen: Screen, folder: Folder, keeping: Keeping, lock: age.Lock, given: str | None) -> dict[str, Secret]:
    """All secrets that the store will have, each checked by its shape. The token is among them."""
    if keeping.store == "age":
        found = asking.typed(screen, table.TABLE) if given is None else asking.taken(given)
        asking.check_all(found)
        return found
    if given is not None:
        raise Usage("--secrets: goes with '--store age'; the other stores have them already")
    store = open_store(folder, keeping, lock)
    if keeping.store == "command":
        found = {key: ask_command(key, argv) for key, argv in keeping.commands.items()}
    else:
        found = {key: secret for key in table.TABLE if (secret := store.get(key))}
    asking.check_all(found)
    return found


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
    from openclaw_server.life.preview import notes

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
    for note in notes(deployment, type):
        screen.say(note)
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
