# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import shutil
from pathlib import Path

import click

from openclaw_server.base import process, wait
from openclaw_server.base.errors import Failure, Usage
from openclaw_server.base.screen import Screen
from openclaw_server.deployment import values
from openclaw_server.deployment.folder import home
from openclaw_server.release import pins

BUILD_SECONDS = 7200.0  # that a release may take until it is published
POLL = 20.0  # seconds
SECRET = "MINISIGN_SECRET_KEY"  # noqa: S105 - the name that .github/workflows/release.yml reads
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){2}")


@click.command("release-setup")
@click.argument("repository", metavar="OWNER/NAME")
@click.argument("version")
@click.option(
    "--directory", metavar="DIR", help="Where the key is made; else openclaw-server in the XDG configuration directory."
)
@click.option("--wait/--no-wait", "waits", default=True, show_default=True, help="Waits until the release is published.")
@click.pass_obj
def release_setup(screen: Screen, /, repository: str, version: str, directory: str | None, *, waits: bool) -> int:
    """Makes the key that signs releases of your fork OWNER/NAME on GitHub, says what to commit and to store, and waits for VERSION.

    Run it again at any time: a key that is there is used.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise Usage("OWNER/NAME: is no repository of GitHub's; it would be like alice/bootstrap-agent")
    if not _VERSION.fullmatch(version):
        raise Usage("VERSION: is none; it is CMakeLists.txt's, like 0.2.0")
    secret = home(directory) / "release" / f"{repository.replace('/', '-')}.key"
    public = _public(screen, secret)
    url = f"https://github.com/{repository}/releases/download/v{version}"
    for line in (
        "1. In a clone of your fork, commit the public key, which the agent then trusts:",
        f"     cp {secret.with_suffix('.pub')} cmake/signing-key.pub && git add cmake/signing-key.pub && git commit -m 'Our signing key'",
        f"2. Store the secret key in the fork (gh, or Settings, Secrets, Actions: {SECRET}):",
        f"     gh secret set {SECRET} --repo {repository} <{secret}",
        f"3. Publish version {version}, which CMakeLists.txt names:",
        f"     git tag v{version} && git push origin HEAD v{version}",
        f"Keep {secret} safe, and away from servers: whoever has it can replace the agent on yours.",
    ):
        screen.answer(line)
    if not waits:
        return 0
    with screen.step(f"waiting for {url}"):
        pinned = wait.until(
            lambda: _published(url, public), BUILD_SECONDS, f"{url}/{pins.SUMS}; the fork's Actions say how far it is", POLL
        )
    screen.answer(f"Published, signed by this key, for {' and '.join(pinned.release.sha256)}. Next:")
    screen.answer(f"     openclaw-server init NAME --release {url} --key {public}")
    return 0


def _published(url: str, key: str) -> pins.Pinned | None:
    """The release; None when it is not there yet. Failure when it is there and is not signed by the key."""
    try:
        pins.fetch(f"{url}/{pins.SUMS}.minisig")
    except Failure:
        return None
    return pins.pin(url, key)


def _public(screen: Screen, secret: Path) -> str:
    """The public key beside the secret one; both are made when they are not there."""
    public = secret.with_suffix(".pub")
    if not public.exists():
        if not shutil.which("minisign"):
            raise Usage("minisign: is not installed; 'brew install minisign' or 'sudo apt-get install minisign' would do it")
        secret.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Without a password: the file's mode protects it here, and GitHub's store there.
        done = process.run(["minisign", "-G", "-W", "-s", str(secret), "-p", str(public)], deadline=60)
        if done.code or not public.exists():
            raise Failure(f"minisign: {done.complaint}")
        secret.chmod(0o600)
        screen.say(f"A signing key was made: {secret}")
    line = public.read_text().splitlines()[1:2]
    if not line or (problem := values.key_problem(line[0])):
        raise Usage(f"{public}: {problem if line else 'has no second line; remove it, and the key is made anew'}")
    return line[0]
