"""The secrets of a host, and where copies of them are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from lab.host import Host

ENV = "/home/ubuntu/.openclaw/.env"  # where the gateway's secrets belong
_IN_MEMORY = ("run", "tmp", "dev/shm")


def given(host: Host) -> list[str]:
    """The secrets in the host's user-data."""
    return values(host.user_data.decode())


def values(text: str) -> list[str]:
    """The secrets in a text with a secrets file, as the lab writes it or as user-data contains it."""
    found = re.findall(r"^(?:tailscale_auth_key|anthropic_token|gateway_token): (\S+)$", text, re.MULTILINE)
    assert found, "a search for nothing finds nothing"
    return [value.strip("'\"") for value in found]


def made(host: Host) -> list[str]:
    """The gateway token that the host made."""
    return re.findall(r"^OPENCLAW_GATEWAY_TOKEN=(\S+)$", host.read(ENV), re.MULTILINE)


def copies(host: Host, secrets: list[str], scratch: Path) -> list[str]:
    """Where the running host holds one of ``secrets``: files on its disk and in its memory, its journal, command lines, and
    environments of other users than the gateway's, whose own processes may hold them. ``scratch`` is a directory for the search.
    """
    patterns = scratch / "secrets"
    patterns.write_text("".join(f"{secret}\n" for secret in secrets))
    root = host.root
    uid = host.run(["id", "-u", "ubuntu"]).out.strip()  # empty before the agent has made the user
    # What the host has written since it was made is the upper layer of its disk.
    upper = host.directory / "upper"
    found = [path.removeprefix(str(upper)) for path in _holding(patterns, upper)]
    found += [path.removeprefix(str(root)) for path in _holding(patterns, *(root / place for place in _IN_MEMORY))]
    processes = list((root / "proc").glob("[0-9]*"))
    others = [process for process in processes if (process / "status").exists() and str(process.stat().st_uid) != uid]
    found += [path.removeprefix(str(root)) for path in _holding(
        patterns, *(process / "cmdline" for process in processes), *(process / "environ" for process in others))]
    # journald compresses long entries, so a search of its files would not see them.
    journal = host.run(["journalctl", "--all", "--output=export"], timeout=300).check().out
    return found + ["the journal" for secret in secrets if secret in journal]


def _holding(patterns: Path, *places: Path) -> list[str]:
    # -s: no complaints about processes that have ended meanwhile.
    grep = ["grep", "-rlasF", "--devices=skip", f"--file={patterns}", "--", *places]
    return subprocess.run(grep, capture_output=True, text=True, timeout=300).stdout.splitlines()
