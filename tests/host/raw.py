"""Finds secrets in the raw bytes of an ext4 image: in files, free space and the journal, in any encoding."""

from __future__ import annotations

import base64
import re
import subprocess
from collections import Counter
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

_BLOCK = 4096
_LINES = b"\r?\n?"  # base64 may have a line end anywhere


def forms(secret: str) -> dict[str, bytes]:
    """The encoded forms of a secret, by the name of the encoding. For base64: the characters that do not depend on neighbouring bytes."""
    raw = secret.encode()
    found = {"plain": raw, "URL": quote(secret, safe="").encode(), "UTF-16": secret.encode("utf-16-le"), "hex": raw.hex().encode()}
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw)
        found[f"base64+{before}"] = text[(8 * before + 5) // 6:8 * (before + len(raw)) // 6]
    return {name: form for name, form in found.items() if name == "plain" or form != raw}


def hits(image: Path, secrets: dict[str, str]) -> Counter[str]:
    """How often each place of ``image`` contains one of ``secrets`` (by name): "key, plain, in /path", never the value."""
    wanted = {form: f"{name}, {encoding}" for name, secret in secrets.items() for encoding, form in forms(secret).items()}
    pattern = re.compile(b"|".join(_LINES.join(re.escape(bytes([byte])) for byte in form) for form in wanted))
    found: Counter[str] = Counter()
    owner = cache(partial(_owner, image))
    overlap = 2 * max(len(form) for form in wanted)
    with open(image, "rb") as disk:
        seen, offset = b"", 0
        while piece := disk.read(64 << 20):
            text = seen + piece
            for match in pattern.finditer(text):
                at = offset - len(seen) + match.start()
                form = match.group().translate(None, b"\r\n")
                if match.end() > len(seen):  # otherwise it was found in the last piece
                    found[f"{wanted[form]}, in {owner(at // _BLOCK)}"] += 1
            offset += len(piece)
            seen = text[-overlap:]
    return found


def _owner(image: Path, block: int) -> str:
    """The owner of the block, from debugfs(8): a path, free space, or the file system itself."""
    inode = _debugfs(image, f"icheck {block}").splitlines()[-1].split("\t")[-1]
    if not inode.isdigit():
        return "free space" if "not in use" in _debugfs(image, f"testb {block}") else "the file system's own blocks"
    if inode == "8":
        return "the file system's journal"
    path = _debugfs(image, f"ncheck {inode}").splitlines()[-1].split("\t")[-1]
    return f"what was never written of {path}" if _unwritten(image, inode, block) else path


def _unwritten(image: Path, inode: str, block: int) -> bool:
    """Whether the block is only allocated (fallocate(2)): the disk still has its old contents, but the file reads as zeros."""
    extents = re.findall(r"(\d+) +- +(\d+) +\d+ +Uninit", _debugfs(image, f"ex <{inode}>"))
    return any(int(first) <= block <= int(last) for first, last in extents)


def _debugfs(image: Path, request: str) -> str:
    return subprocess.run(["debugfs", "-R", request, image], capture_output=True, text=True, check=True, timeout=120).stdout
