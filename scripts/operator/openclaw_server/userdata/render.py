# SPDX-License-Identifier: Apache-2.0
"""The script that a new server begins with. What agent/cli/user_data.cpp writes, this writes alike, byte for byte."""

from __future__ import annotations

import os
from importlib.resources import files

from openclaw_server.base.errors import Usage
from openclaw_server.deployment.model import ARCHITECTURES, SECRETS, Release
from openclaw_server.secrets.secret import Secret

LARGEST = 32768  # bytes; Hetzner's limit of user_data
_LOOKED_AT = 4096  # bytes in which cloud-init looks for the header of a mail


def render(release: Release, profile: bytes, secrets: dict[str, Secret]) -> bytes:
    """The script: it fetches the agent of ``release``, checks its SHA-256, and starts its first boot with profile and secrets.

    Usage when it would be too large, or a shell or cloud-init would take it for something else.
    """
    script = _text("begin") + _which_agent(release) + _text("fetch")
    options = b""
    for name, content in (("profile", profile), ("secrets", secrets_file(secrets))):
        if content:
            script += _file(name, content)
            options += f" --{name} $dir/{name}.yaml".encode()
    script += b"exec $agent --first-boot" + options + b" >/dev/null\n"
    if b"\0" in script:
        raise Usage("profile or secrets have a NUL byte, which no shell can take; remove it")
    if b"mime-version:" in script[:_LOOKED_AT].lower():
        raise Usage('profile or secrets say "MIME-Version:", by which cloud-init takes user-data for mail; write it otherwise')
    if len(script) > LARGEST:
        raise Usage(f"the user-data would have {len(script)} bytes, and Hetzner takes {LARGEST}; shorten the profile")
    return script


def secrets_file(secrets: dict[str, Secret]) -> bytes:
    """A secrets file as the agent writes it itself (profile/load.cpp, dump_secrets); empty when there are none."""
    text = {key: secrets[key].reveal().replace("'", "''") for key in SECRETS if key in secrets}
    return "".join(f"{key}: '{value}'\n" for key, value in text.items()).encode()


def _text(part: str) -> bytes:
    return files("openclaw_server.userdata").joinpath(f"user-data-{part}.sh").read_bytes()


def _which_agent(release: Release) -> bytes:
    # In double quotes, where only `$` of what a URL may hold has a meaning (POSIX, 2.2.3).
    url = release.agent_url.replace("$", "\\$").replace("{arch}", "${arch}")
    cases = "".join(f"{each}) sha256={release.sha256[each]} ;;\n" for each in sorted(ARCHITECTURES) if each in release.sha256)
    return (
        f'arch=$(uname -m)\nurl="{url}"\ncase $arch in\n{cases}*) why="there is no agent for $arch"; exit 1 ;;\nesac\n'.encode()
    )


def _file(name: str, content: bytes) -> bytes:
    """Writes a file of the server's: a quoted heredoc takes every byte as it stands, up to its delimiter."""
    for end in (b"END", *(bytes([first]) + b"-END" for first in range(ord("A"), ord("Z") + 1))):
        if not _loses(content, end):
            closing = b"" if content.endswith(b"\n") else b"\n"
            return b"cat >$dir/%s.yaml <<'%s'\n%s%s%s\n" % (name.encode(), end, content, closing, end)
    raise Usage(f"{name} has lines of every kind that would end it; write it otherwise")


def _loses(content: bytes, end: bytes) -> bool:
    """Would a heredoc lose anything? A line may not be the delimiter; and dash 0.5.12 (Debian 12) drops a byte beyond ASCII that
    follows what a line's beginning has in common with it."""
    for line in content.split(b"\n"):
        common = len(os.path.commonprefix([line, end]))
        if line == end or (0 < common < len(line) and line[common] > 0x7F):
            return True
    return False
