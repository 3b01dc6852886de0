"""A cache entry is found only when it was made from the same inputs and is complete."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from lab import cache
from lab.cache import cached


@pytest.fixture(autouse=True)
def in_a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOTSTRAP_AGENT_CACHE", str(tmp_path / "cache"))


def counted(calls: Path, directory: Path) -> None:
    time.sleep(0.2)  # long enough for another process to come in between
    (directory / "content").write_text("made")
    with open(calls, "a") as log:
        log.write("x")


def test_it_is_built_once(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    first = cached("thing", ["a"], lambda directory: counted(calls, directory))
    second = cached("thing", ["a"], lambda directory: counted(calls, directory))
    assert first == second
    assert calls.read_text() == "x"
    assert first.stat().st_mode & 0o777 == 0o755


def test_two_processes_build_it_once(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=lambda: cached("thing", ["a"], lambda directory: counted(calls, directory)))
               for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    assert calls.read_text() == "x"


def test_another_input_is_another_entry(tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_text("a")
    entries = {cached("thing", [file], lambda directory: None)}
    file.write_text("b")
    entries.add(cached("thing", [file], lambda directory: None))
    entries.add(cached("thing", ["ab", "c"], lambda directory: None))
    entries.add(cached("thing", ["a", "bc"], lambda directory: None))
    assert len(entries) == 4


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def fail(directory: Path) -> None:
        (directory / "half").touch()
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        cached("thing", ["a"], fail)
    assert [path.name for path in cache.root().iterdir() if not path.name.endswith(".lock")] == []
    assert (cached("thing", ["a"], lambda directory: (directory / "whole").touch()) / "whole").exists()


def test_what_a_killed_build_left_is_removed() -> None:
    entry = cached("thing", ["a"], lambda directory: None)
    left = entry.with_name(f".{entry.name}.killed.partial")
    entry.rename(left)
    cached("thing", ["a"], lambda directory: None)
    assert entry.exists()
    assert not left.exists()


def test_an_entry_that_nobody_uses_makes_room() -> None:
    old, recent = (cached("thing", [name], lambda directory: None) for name in ("old", "recent"))
    long_ago = time.time() - (cache.UNUSED_DAYS + 1) * 86400
    os.utime(old.with_name(f".{old.name}.lock"), (long_ago, long_ago))
    cached("thing", ["new"], lambda directory: None)
    assert not old.exists()
    assert recent.exists()
