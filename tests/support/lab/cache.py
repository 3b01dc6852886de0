"""What is slow to make is made once and kept outside the clone.

An entry's name carries the hash of everything it is made from, so a stale one cannot be found: change an input and
the name changes. An entry appears by a rename when it is complete, so an interrupted build leaves nothing that looks
finished.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

UNUSED_DAYS = 14  # entries that nobody used for so long are removed when their successor is made

Input = str | bytes | Path


def root() -> Path:
    """The cache's directory; BOOTSTRAP_AGENT_CACHE moves it."""
    return Path(os.environ.get("BOOTSTRAP_AGENT_CACHE") or Path.home() / ".cache/bootstrap-agent")


def cached(name: str, inputs: Iterable[Input], build: Callable[[Path], None]) -> Path:
    """The directory that ``build`` fills, made now if it is not there yet.

    ``inputs`` is all that the content depends on: texts as they are, of a Path its content. ``build`` gets an empty
    directory of mode 0755. Two processes that want the same entry build it once.
    """
    cache = root()
    cache.mkdir(parents=True, exist_ok=True)
    entry = cache / f"{name}-{_digest(inputs)}"
    with open(cache / f".{entry.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not entry.exists():
            _remove_unused(cache, name)
            _build(entry, build)
        os.utime(lock.name)  # the last use; not on the entry itself, which may be a root file system
    return entry


def _digest(inputs: Iterable[Input]) -> str:
    whole = hashlib.sha256()
    for item in inputs:
        content = item.read_bytes() if isinstance(item, Path) else item.encode() if isinstance(item, str) else item
        whole.update(hashlib.sha256(content).digest())  # hashed one by one: ("ab", "c") is not ("a", "bc")
    return whole.hexdigest()[:16]


def _build(entry: Path, build: Callable[[Path], None]) -> None:
    for left_by_a_killed_build in entry.parent.glob(f".{entry.name}.*.partial"):
        remove_tree(left_by_a_killed_build)
    partial = Path(tempfile.mkdtemp(prefix=f".{entry.name}.", suffix=".partial", dir=entry.parent))
    try:
        partial.chmod(0o755)
        build(partial)
        partial.rename(entry)
    finally:
        remove_tree(partial)


def remove_tree(directory: Path) -> None:
    """Removes what may be a root file system, but nothing of what is mounted in it."""
    if directory.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", directory], check=True)


def _remove_unused(cache: Path, name: str) -> None:
    """Makes room: entries of that name that have not been used for UNUSED_DAYS."""
    oldest = time.time() - UNUSED_DAYS * 86400
    for lock_file in cache.glob(f".{name}-????????????????.lock"):
        entry = cache / lock_file.name.removeprefix(".").removesuffix(".lock")
        if lock_file.stat().st_mtime < oldest:
            remove_tree(entry)
            lock_file.unlink()
