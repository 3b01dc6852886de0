# SPDX-License-Identifier: Apache-2.0
"""python3 -m box: what scripts/cloud-in-a-box calls."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import NoReturn

from lab import first_boot, instance, require
from lab.command import Failed
from lab.wait import Late

from box.box import Box
from box.desk import lay_ready

DESCRIPTION = """\
A cloud on this machine, and a laptop to work from: a double of Hetzner's API whose servers are booted hosts, a tailnet, a mirror
with a signed release of the agent. Gives a shell on the laptop, in which openclaw-server works as it does for a person; or runs
COMMAND there. When that ends, all of it is destroyed. Needs root, and Debian 12 or later or Ubuntu 24.04."""
EPILOG = "exit code: COMMAND's, or the shell's; 3 wrong usage, or this machine lacks something"


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/cloud-in-a-box", description=DESCRIPTION, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", metavar="-- COMMAND", nargs="*", help="what to run on the laptop in place of a shell")
    parser.error = _refuse  # type: ignore[method-assign]
    options = parser.parse_args()
    if problems := require.lacks():
        print("cloud-in-a-box: this machine lacks", *problems, sep="\n  ", file=sys.stderr)
        return 3
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    require.install()  # before the build
    print("cloud-in-a-box: building the agent, and what is not in the cache yet (minutes, the first time)", file=sys.stderr)
    with Box(first_boot.build_agent()) as box:
        print(lay_ready(box), file=sys.stderr, flush=True)
        # Ctrl-C is for what runs on the laptop. A handler, unlike SIG_IGN, is not inherited.
        signal.signal(signal.SIGINT, lambda *_: None)
        code = box.laptop.foreground(options.command or ["bash", "--norc", "--noprofile", "-i"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("cloud-in-a-box: destroying it all", file=sys.stderr, flush=True)
    return code if code >= 0 else 128 - code


def _refuse(message: str) -> NoReturn:
    print(f"cloud-in-a-box: {message}; --help says what there is", file=sys.stderr)
    raise SystemExit(3)


def _leave(number: int, _frame: object) -> None:
    """SIGTERM and SIGHUP end Python as Ctrl-C does: through every block that cleans up."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, Failed, Late, instance.Busy, OSError, RuntimeError, ValueError) as error:
        sys.exit(f"cloud-in-a-box: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
