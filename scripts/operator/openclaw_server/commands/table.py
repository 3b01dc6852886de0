# SPDX-License-Identifier: Apache-2.0
"""Every command in one line: what it does, and the module that is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from openclaw_server import VERSION

# The command, its module in this package, and what --help says of it. In a module the function has the command's name.
COMMANDS: dict[str, tuple[str, str]] = {
    "doctor": ("setup.doctor", "What this laptop lacks, and how to get it."),
    "release-setup": ("setup.release_setup", "For who has no release to point at: a signing key, and what to do with it."),
    "init": ("setup.init", "Asks for what a deployment needs, checks it, and writes its folder."),
    "deploy": ("deploy", "From nothing to a verified gateway; goes on where the last try ended."),
    "outputs": ("outputs", "The gateway's URL; with --open the first visit."),
    "devices": ("devices", "Browsers and apps that are paired, or ask to be."),
    "status": ("reach", "The agent's last run on the server."),
    "verify": ("verify", "Proves from outside and inside that all is as it should be."),
    "logs": ("reach", "The gateway's log."),
    "ssh": ("reach", "A shell on the server, over the tailnet."),
    "audit": ("reach", "OpenClaw's own security audit."),
    "openclaw": ("reach", "OpenClaw's own program on the server."),
    "destroy": ("destroy", "Back to nothing: server, firewall, device."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"openclaw_server.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(VERSION, message="openclaw-server %(version)s")
def program() -> None:
    """Takes an OpenClaw gateway from nothing to a first chat on a server of Hetzner's that only your tailnet reaches.

    Exit codes: 0 well; 1 something failed; 2 something differs, or could not be tried; 3 wrong input, nothing changed;
    4 somebody else is at it.
    """
