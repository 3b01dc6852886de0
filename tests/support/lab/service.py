"""A command as a service of a server's systemd: from a process that is none of its own, logind would refuse it a session."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def as_service(argv: Sequence[str], user: str | None = None, env: dict[str, str] | None = None) -> tuple[str, list[str]]:
    """The unit's name, and the command that runs ``argv`` in it to its end: as root, or in a login session of ``user``."""
    unit = f"lab-run-{uuid.uuid4().hex[:8]}.service"
    options = [f"--unit={unit}", "--quiet", "--wait", "--pipe", "--collect", "--service-type=exec"]
    options += [f"--uid={user}", "--property=PAMName=login"] if user else ["--setenv=HOME=/root"]
    options += [f"--setenv={key}={value}" for key, value in (env or {}).items()]
    return unit, ["systemd-run", *options, "--", *argv]
