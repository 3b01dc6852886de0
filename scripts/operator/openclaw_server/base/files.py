# SPDX-License-Identifier: Apache-2.0
"""Files of the operator's own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from openclaw_server.base.errors import Usage

LARGEST = 1 << 20  # bytes of a file that a person wrote


def write(path: Path, content: bytes, *, private: bool = True) -> None:
    """Writes the whole file or leaves the old one. A private one is readable by its owner alone from its first byte."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path, limit: int = LARGEST) -> bytes:
    """The content of a regular file. Usage when it is not there, cannot be read, or is larger than ``limit`` bytes."""
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from None
    if len(content) > limit:
        raise Usage(f"{path}: has more than {limit} bytes; is it the right file?")
    return content


def read_text(path: Path, limit: int = LARGEST) -> str:
    """The same, of a file in UTF-8."""
    try:
        return read(path, limit).decode()
    except UnicodeDecodeError as error:
        raise Usage(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8") from None
