# SPDX-License-Identifier: Apache-2.0
"""Programs of the laptop: ssh, tailscale, and what the owner keeps secrets in. By argv, never by a shell, with a deadline."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openclaw_server.base.errors import Failure, Late
from openclaw_server.base.text import clean
from openclaw_server.base.wait import shown

MOST = 1 << 20  # bytes of output that are kept, of each kind; more than that ends the program
LONGEST_LINE = 1 << 14  # bytes of a line that is handed on

# Secrets that CI hands to this program: no child gets them.
OURS = "OPENCLAW_SERVER_"
_WITHHELD = ("HCLOUD_TOKEN",)


@dataclass(frozen=True)
class Completed:
    """How a program ended. ``code`` is negative for a signal. What it said is bounded, and not cleaned."""

    program: str
    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Its output, with what is not UTF-8 replaced."""
        return self.out.decode(errors="replace")

    @property
    def complaint(self) -> str:
        """The last line of its errors, for a message of ours."""
        lines = [line for line in self.err.decode(errors="replace").splitlines() if line.strip()]
        return clean(lines[-1]) if lines else f"exit code {self.code}"


def environment() -> dict[str, str]:
    """What a child gets: all of ours, less the secrets that CI keeps there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS) and name not in _WITHHELD}


def start(argv: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
    """A program that runs. Failure when there is no such program."""
    try:
        return subprocess.Popen(list(argv), env=environment(), **options)  # type: ignore[call-overload,no-any-return]
    except OSError as error:
        raise Failure(f"{argv[0]}: cannot be run: {error.strerror}") from None


def run(
    argv: Sequence[str],
    *,
    deadline: float,
    give: bytes = b"",
    on_line: Callable[[str], None] | None = None,
    on_error: Callable[[str], None] | None = None,
    on_terminal: bool = False,
    most: int = MOST,
    hold: bool = False,
) -> Completed:
    """Runs a program to its end and returns how it ended, good or bad.

    ``give`` is its standard input. ``on_line`` and ``on_error`` are told each line as it comes. With ``on_terminal`` it may ask the
    person: its errors go to the terminal, and it stays in this program's process group. Late after ``deadline`` seconds; Failure
    when it says more than ``most`` bytes, of which ``on_line`` keeps none. It is killed then. With ``hold`` its standard input has no
    end before it ends.
    """
    process = start(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if on_terminal else subprocess.PIPE,
        start_new_session=not on_terminal,
    )
    try:
        return _Running(process, str(argv[0]), deadline, give, most, {"out": on_line, "err": on_error}, hold=hold).finish()
    finally:
        stop(process, group=not on_terminal)


def stop(process: subprocess.Popen[bytes], *, group: bool = True) -> None:
    """Ends a program that still runs, with what it started when it leads a group of its own."""
    if process.poll() is None:
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            try:
                pipe.close()
            except BrokenPipeError:
                pass


class _Running:
    """One run: what is still to be given, and what was said so far."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        program: str,
        seconds: float,
        give: bytes,
        most: int,
        tell: dict[str, Callable[[str], None] | None],
        *,
        hold: bool,
    ) -> None:
        self._process, self._program, self._seconds, self._most, self._tell = process, program, seconds, most, tell
        self._give, self._hold = memoryview(give), hold
        self._said = {"out": bytearray(), "err": bytearray()}
        self._total = {"out": 0, "err": 0}
        self._cut = {"out": False, "err": False}  # the rest of a line that was too long is dropped
        self._ends = time.monotonic() + seconds

    def finish(self) -> Completed:
        with selectors.DefaultSelector() as selector:
            self._watch(selector)
            while selector.get_map():
                for key, _ in selector.select(self._left()):
                    if key.data == "in":
                        self._write(selector)
                    else:
                        self._read(selector, key)
        try:
            code = self._process.wait(self._left())
        except subprocess.TimeoutExpired:
            self._left()
            raise
        return Completed(self._program, code, bytes(self._said["out"]), bytes(self._said["err"]))

    def _watch(self, selector: selectors.BaseSelector) -> None:
        process = self._process
        assert process.stdin and process.stdout  # noqa: S101 - run() asked for pipes
        os.set_blocking(process.stdin.fileno(), False)
        selector.register(process.stdin, selectors.EVENT_WRITE, "in")
        selector.register(process.stdout, selectors.EVENT_READ, "out")
        if process.stderr:
            selector.register(process.stderr, selectors.EVENT_READ, "err")

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Late(f"{self._program}: had not ended after {shown(self._seconds)}")
        return left

    def _write(self, selector: selectors.BaseSelector) -> None:
        stdin = self._process.stdin
        assert stdin  # noqa: S101 - run() asked for pipes
        try:
            self._give = self._give[os.write(stdin.fileno(), self._give[:65536]) :]
        except BrokenPipeError:  # it wants no more
            self._give = self._give[:0]
        except BlockingIOError:
            return
        if not self._give:
            selector.unregister(stdin)
            if self._hold:
                return
            try:
                stdin.close()
            except BrokenPipeError:
                pass

    def _read(self, selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        kind: str = key.data
        piece = os.read(key.fd, 65536)
        said, tell = self._said[kind], self._tell[kind]
        said += piece
        self._total[kind] += len(piece)
        if not piece:
            selector.unregister(key.fileobj)
        if tell:
            self._hand_on(kind, tell, last=not piece)
        if len(said) > self._most:
            raise Failure(f"{self._program}: said more than {self._most} bytes and was ended")

    def _hand_on(self, kind: str, tell: Callable[[str], None], *, last: bool) -> None:
        """Hands on whole lines. Of one that is too long only the beginning: a secret in it must not be torn in two."""
        said = self._said[kind]
        while (end := said.find(b"\n")) >= 0 or len(said) > LONGEST_LINE or (last and said):
            size = end if end >= 0 else len(said)
            if not self._cut[kind]:
                tell(said[: min(size, LONGEST_LINE)].decode(errors="replace"))
            self._cut[kind] = end < 0
            del said[: size + 1]
