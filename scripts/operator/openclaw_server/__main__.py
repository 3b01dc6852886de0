# SPDX-License-Identifier: Apache-2.0
"""The console command. Each subcommand's module is imported when it is asked for, so that --help is quick."""

from __future__ import annotations

import os
import sys

import click

from openclaw_server.base.errors import Stop
from openclaw_server.base.screen import Screen
from openclaw_server.base.text import clean
from openclaw_server.commands.table import program


def main() -> None:
    """Runs the command line and exits by the agent's exit codes: 0, 1 failure, 2 differs, 3 usage, 4 somebody else is at it."""
    screen = Screen()
    try:
        code = run(screen, sys.argv[1:])
    except KeyboardInterrupt:
        screen.say("")
        what = f" while: {screen.under_way}" if screen.under_way else ""
        screen.say(f"openclaw-server: interrupted{what}. The same command goes on with it.")
        code = 1
    except BrokenPipeError:  # whoever read the answer has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def run(screen: Screen, arguments: list[str]) -> int:
    """The exit code of a command line."""
    try:
        result = program.main(arguments, prog_name="openclaw-server", standalone_mode=False, obj=screen)
    except Stop as stop:
        for problem in stop.problems:
            screen.say(f"openclaw-server: {problem}")
        return stop.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.exceptions.NoArgsIsHelpError as error:
        screen.say(error.format_message())
        return 3
    except click.ClickException as error:
        screen.say(f"openclaw-server: {clean(error.format_message())}")
        return 3
    except Exception as error:  # noqa: BLE001 - a traceback could show what must not be shown
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        at = f" at {os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else ""
        screen.say(f"openclaw-server: a mistake in this program: {type(error).__name__}{at}: {clean(error)}")
        return 1
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    main()
