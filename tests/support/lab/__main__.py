"""python3 -m lab: what scripts/first-boot calls."""

from __future__ import annotations

import argparse
import platform
import signal
import sys
from pathlib import Path

from . import first_boot, instance, require
from .command import Failed
from .wait import Late

DESCRIPTION = """\
Takes a throw-away host on this machine from nothing to a verified gateway: builds the agent, boots the host, hands it the
agent by cloud-init, and shows what happens. Leaves nothing behind. Needs root, and Debian 12 or later or Ubuntu 24.04."""
EXIT_CODES = "exit code: 0 the gateway was verified; 1 it was not; 3 wrong usage, or this machine lacks something"


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/first-boot", description=DESCRIPTION, epilog=EXIT_CODES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: _refuse(parser, message)  # type: ignore[method-assign]
    parser.add_argument("--suite", choices=("noble", "bookworm", "trixie"), default="noble",
                        help="the host: a Debian release, or noble, which is Debian 12 in the manner of Ubuntu 24.04 (default: %(default)s)")
    parser.add_argument("--arch", choices=("x86_64", "aarch64"), default=platform.machine(),
                        help="architecture; of another than this machine's it is an emulated virtual machine with UEFI and a "
                             "kernel of its own, which takes half an hour (default: this machine's)")
    parser.add_argument("--profile", metavar="F", type=Path, help="a profile whose keys override the default's")
    parser.add_argument("--keep", action="store_true", help="leave the host up and say how to look inside")
    parser.add_argument("--shell", action="store_true", help="open a shell in the host at the end")
    parser.add_argument("--down", action="store_true", help="remove what was kept, or left by a crash, and do nothing else")
    options = parser.parse_args()
    if problems := require.lacks(options.arch):
        print("first-boot: this machine lacks", *problems, sep="\n  ", file=sys.stderr)
        return 3
    if options.down:
        return down()
    try:
        profile = options.profile.read_text() if options.profile else ""
    except (OSError, UnicodeDecodeError) as error:
        return _refuse(parser, f"--profile: {error}")
    _leave_on_signals()
    require.install(options.arch)
    return first_boot.first_boot(options.suite, options.arch, profile, options.keep, options.shell)


def down() -> int:
    """Removes all labs that nobody uses."""
    for lab in instance.existing():
        lab.remove()
        lab.release()
        print(f"first-boot: removed {lab.name}")
    for number in instance.in_use():
        print(f"first-boot: lab {number} is in use by a process that runs; it removes it when it ends", file=sys.stderr)
    return 0


def _leave_on_signals() -> None:
    """SIGTERM and SIGHUP end Python as Ctrl-C does: through every block that cleans up."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def _refuse(parser: argparse.ArgumentParser, message: str) -> int:
    parser.print_usage(sys.stderr)
    print(f"first-boot: {message}", file=sys.stderr)
    raise SystemExit(3)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, Failed, Late, instance.Busy, OSError, RuntimeError, ValueError) as error:
        sys.exit(f"first-boot: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
