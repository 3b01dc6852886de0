# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from openclaw_server.base import files, wait
from openclaw_server.base.errors import Failure, Late, Usage
from openclaw_server.base.process import LONGEST_LINE, run
from openclaw_server.base.text import clean, clean_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain ü 日本 🦞", "plain ü 日本 🦞"), ("a\x1b[31mb\r\n\t\x00", "a?[31mb????"), ("\u202eevil\u2066", "?evil?"), ("\x9b31m", "?31m"),
     ("[bold]x[/bold]", "[bold]x[/bold]"), (b"bytes", "b'bytes'"), (None, "None")],
)  # fmt: skip
def test_what_is_not_text_is_a_question_mark(text: object, shown: str) -> None:
    assert clean(text) == shown


def test_what_is_too_long_is_cut() -> None:
    assert clean("x" * (1 << 20), 10) == "x" * 10 + "…"
    lines = clean_lines("a\x07\n" * 5000, lines=3)
    assert lines[:3] == ["a?"] * 3
    assert "more lines" in lines[3]
    assert len(lines) == 4


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_a_program_that_echoes() -> None:
    give = bytes(range(256)) * 4096
    done = run(
        python("import sys; d=sys.stdin.buffer.read(); sys.stdout.buffer.write(d[:1000]); sys.exit(7)"), deadline=20, give=give
    )
    assert (done.code, done.out) == (7, give[:1000])
    assert done.complaint == "exit code 7"


def test_a_program_that_wants_no_input() -> None:
    assert run(["true"], deadline=10, give=b"x" * 1_000_000).code == 0


def test_lines_come_as_they_are_said() -> None:
    said: list[str] = []
    script = f"print('one'); print('x'*{LONGEST_LINE + 5}); print('last', end='')"
    done = run(python(script), deadline=20, on_line=said.append)
    assert said == ["one", "x" * LONGEST_LINE, "last"]
    assert done.out == b""


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Late, match=r"sh: had not ended after 0.3 s"):
        run(["sh", "-c", f"sleep 60 & echo $! >{tmp_path}/pid; wait"], deadline=0.3)
    assert time.monotonic() - began < 5
    child = int((tmp_path / "pid").read_text())
    wait.until(lambda: not _runs(child), 5, "the child to end", poll=0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_program_that_says_too_much_is_ended() -> None:
    with pytest.raises(Failure, match="said more than 1000 bytes"):
        run(["yes"], deadline=20, most=1000)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(Failure, match="no-such-program: cannot be run: No such file"):
        run(["no-such-program"], deadline=1)


def test_no_child_gets_the_secrets_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCLAW_SERVER_X", "secret")
    monkeypatch.setenv("HCLOUD_TOKEN", "secret")
    monkeypatch.setenv("KEPT", "kept")
    out = run(["env"], deadline=10).text
    assert "OPENCLAW_SERVER_" not in out
    assert "HCLOUD_TOKEN" not in out
    assert "KEPT=kept" in out


def test_waiting_has_an_end() -> None:
    assert wait.until(lambda: 5, 0, "it") == 5
    with pytest.raises(Late, match="waited 0.1 s for the moon"):
        wait.until(lambda: None, 0.1, "the moon", poll=0.01)
    assert [wait.shown(each) for each in (0.25, 3, 119.6, 200)] == ["0.2 s", "3 s", "2 min", "3 min 20 s"]


def test_a_private_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "f"
    files.write(path, b"one")
    files.write(path, b"two")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert files.read(path) == b"two"
    assert sorted(os.listdir(tmp_path)) == ["f", "home"]
    with pytest.raises(Usage, match="has more than 2 bytes"):
        files.read(path, 2)
    path.write_bytes(b"\xff")
    with pytest.raises(Usage, match="is not UTF-8 at byte 0"):
        files.read_text(path)


def test_an_input_that_is_held_has_no_end_before_the_program_ends() -> None:
    reads = "import select, sys; d=sys.stdin.buffer.read1(); ended=select.select([0], [], [], 0.3)[0]; print(d, ended)"
    assert run(python(reads), deadline=20, give=b"all", hold=True).text == "b'all' []\n"
    assert run(python(reads), deadline=20, give=b"all").text == "b'all' [0]\n"
