# SPDX-License-Identifier: Apache-2.0
"""The program as a process: its exit codes, how quick it is, and how it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands.conftest import Laptop
from openclaw_server.base.wait import until
from openclaw_server.commands.table import COMMANDS, program

REPOSITORY = Path(__file__).resolve().parents[3]


def argv(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "openclaw_server", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts/operator")}


def test_help_imports_nothing_that_is_slow() -> None:
    script = "import sys; from openclaw_server.__main__ import run; from openclaw_server.base.screen import Screen; " \
             "print(run(Screen(), ['--help'])); print([m for m in ('hcloud', 'requests', 'rich', 'pyrage', 'ssl') if m in sys.modules])"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.endswith("0\n[]\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(laptop: Laptop, name: str) -> None:
    ended = laptop(name, "--help")
    assert (ended.code, ended.out.startswith(f"Usage: openclaw-server {name} ")) == (0, True)


def test_the_table_is_what_there_is() -> None:
    import click

    for name in COMMANDS:
        command = program.get_command(click.Context(program), name)
        assert command
        assert command.name == name
        assert command.help


@pytest.mark.parametrize(
    "wrong", [["nothing"], ["deploy"], ["deploy", "claw", "--nothing"], ["status", "a", "b"], ["verify", "claw", "--format", "x"]]
)
def test_wrong_usage_is_exit_code_3(laptop: Laptop, wrong: list[str]) -> None:
    ended = laptop(*wrong)
    assert (ended.code, ended.err.startswith("openclaw-server: ")) == (3, True)


def test_an_unknown_deployment(laptop: Laptop) -> None:
    ended = laptop("deploy", "other", "--preview")
    assert (ended.code, "'openclaw-server init other' makes it" in ended.err) == (3, True)


def test_a_mistake_of_ours_shows_no_secret(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"oh \x1b {laptop.cloud.token}")

    monkeypatch.setattr("openclaw_server.life.preview.show", fail)
    ended = laptop("deploy", "claw", "--preview")
    assert ended.code == 1
    assert "a mistake in this program: RuntimeError at test_program.py:" in ended.err
    assert laptop.cloud.token not in ended.err
    assert "Traceback" not in ended.err


def test_ctrl_c_leaves_at_once_and_says_what_was_under_way(laptop: Laptop) -> None:
    laptop.machines.joins = False
    arguments = argv("deploy", "claw", "--yes", "--directory", str(laptop.directory))
    with subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        until(lambda: len(laptop.machines.booted), 30, "the server", poll=0.02)
        until(
            lambda: any(call["argv"] == ["status", "--json"] for call in laptop.world.calls()[1:]),
            30,
            "the wait for the node",
            poll=0.02,
        )
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert time.monotonic() - began < 5
    assert process.returncode == 1
    assert (
        said.splitlines()[-1]
        == "openclaw-server: interrupted while: waiting for the node on the tailnet. The same command goes on with it."
    )
    assert "Traceback" not in said


def test_a_reader_who_goes_away_is_no_mistake(laptop: Laptop) -> None:
    arguments = argv("deploy", "claw", "--preview", "--directory", str(laptop.directory))
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(arguments, env=environment(), stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, "mistake" in done.stderr) == (1, False)


def test_completion_for_each_shell() -> None:
    for shell in ("bash", "zsh", "fish"):
        environ = {**environment(), "_OPENCLAW_SERVER_COMPLETE": f"{shell}_source"}
        done = subprocess.run(argv(), env=environ, capture_output=True, text=True, check=False)
        assert "openclaw-server" in done.stdout


def test_doctor(laptop: Laptop) -> None:
    ended = laptop("doctor", "claw", "--json")
    found = {row["name"]: (row["outcome"], row["detail"]) for row in json.loads(ended.out)}
    assert ended.code == 0, found
    assert list(found) == ["ssh", "tailscale", "clock", "deployment", "secrets", "token"]
    assert found["tailscale"][1] == "this laptop is laptop.tail.ts.net"
    assert found["token"][1] == "may read; its project has no server"


def test_doctor_says_what_is_lacking(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop.world.set(backend="NeedsLogin")
    laptop.secrets.update(tailscale_auth_key="tskey-api-x", anthropic_token="x")
    laptop.write_secrets()
    monkeypatch.setattr("cloud.double._Handler.date_time_string", lambda self: "Thu, 01 Jan 2026 00:00:00 GMT")
    ended = laptop("doctor", "claw")
    assert ended.code == 1
    for part in (
        "'tailscale up'",
        "ahead; turn on setting it by the network",
        "tailscale_auth_key: is a Tailscale key of another kind",
        "anthropic_token: is no token",
    ):
        assert part in ended.out


def test_doctor_without_programs(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ended = laptop("doctor")
    assert ended.code == 1
    assert "sudo apt-get install openssh-client" in ended.out
    assert "https://tailscale.com/download" in ended.out


def test_one_version_everywhere() -> None:
    import tomllib

    from openclaw_server import VERSION

    package = tomllib.loads((REPOSITORY / "scripts/operator/pyproject.toml").read_text())["project"]
    assert package["version"] == VERSION
    assert f"project(bootstrap-agent VERSION {VERSION} " in (REPOSITORY / "CMakeLists.txt").read_text()
    locked = (REPOSITORY / "scripts/operator/requirements.txt").read_text()
    assert all(f"{pin} \\\n" in locked for pin in package["dependencies"])
    assert len(package["dependencies"]) == locked.count("==")


def guide() -> list[str]:
    """The commands of docs/GUIDE.md."""
    lines = (REPOSITORY / "docs/GUIDE.md").read_text().splitlines()
    return [line.removeprefix("openclaw-server ") for line in lines if line.startswith("openclaw-server ")]


@pytest.mark.parametrize("line", guide())
def test_the_guides_commands_are_understood(line: str) -> None:
    """Each is run elsewhere in these tests; this keeps the guide's own spelling right."""
    import shlex

    import click

    words = shlex.split(line)
    context = click.Context(program)
    command = program.get_command(context, words.pop(0))
    while isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
    assert command
    command.make_context("x", words, parent=context)


def test_the_guide_has_every_command() -> None:
    assert {line.split()[0] for line in guide()} == set(COMMANDS)
