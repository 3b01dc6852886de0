"""The state of a host's files, from outside. Two snapshots are equal only when no inode changed in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lab.host import Host

# From the requirements: no inode under these directories may change. They contain no logs, caches or other programs' state.
QUIET = ("etc", "opt", "usr", "home/ubuntu/.config")

Snapshot = dict[str, tuple[int, ...]]


def snapshot(host: Host, *directories: str) -> Snapshot:
    """Each path below ``directories`` with the data that a write, rename, chmod or chown would change."""
    return {path: (status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            for directory in directories for path, status in _walk(host.mount / directory)}


def changed(before: Snapshot, after: Snapshot) -> list[str]:
    """The paths that were added, removed or changed."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _walk(top: Path) -> Iterator[tuple[str, os.stat_result]]:
    yield str(top), os.lstat(top)
    stack = [str(top)] if top.is_dir() else []
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                yield entry.path, entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    stack.append(entry.path)
