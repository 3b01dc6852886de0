# SPDX-License-Identifier: Apache-2.0
"""What the person sees: answers on standard output, progress on standard error. Nothing that is shown holds a secret that was seen.

No text is ever read as markup, and none of others' is printed that `clean` has not made safe.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from openclaw_server.base.text import redact
from openclaw_server.base.wait import shown


class Screen:
    """``under_way`` names what goes on, for whoever interrupts it; None when nothing does."""

    def __init__(self) -> None:
        self.as_json = False
        self.under_way: str | None = None

    def answer(self, text: str) -> None:
        """A line of the command's answer."""
        print(redact(text), file=sys.stdout, flush=True)  # noqa: T201

    def answer_json(self, value: object) -> None:
        """The command's answer as one JSON document."""
        self.answer(json.dumps(value, indent=2, ensure_ascii=False))

    def secret_answer(self, text: str) -> None:
        """A line that holds a secret, because the person asked to see it."""
        print(text, file=sys.stdout, flush=True)  # noqa: T201

    def say(self, text: str) -> None:
        """A line about how it goes."""
        print(redact(text), file=sys.stderr, flush=True)  # noqa: T201

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Something that takes a while: how long so far is shown on a terminal, and how long it took at its end."""
        outer, self.under_way = self.under_way, what
        began = time.monotonic()
        if not sys.stderr.isatty():
            self.say(f"{what}…")
        with _clock(redact(what)):
            yield
        self.under_way = outer
        self.say(f"{what}: done, {shown(time.monotonic() - began)}")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """An answer in columns as wide as what stands in them."""
        widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
        for row in (heads, *rows):
            self.answer("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def _clock(what: str) -> Iterator[None]:
    """On a terminal, a line with the time that has passed, which goes when the block ends."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what)
        yield
