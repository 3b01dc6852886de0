"""One profile laid over another, in the simple YAML that profiles are written in.

Profiles are mappings of mappings in block style; a value is what follows the colon, and the deeper lines below it, as text.
The agent is the judge of what a profile may be: what is not understood here is refused, not repaired.
"""

from __future__ import annotations

import re

_KEY = re.compile(r"( *)([\w.-]+):(?: +(.*))?")
Tree = dict[str, "Tree | str"]


def merge(below: str, above: str) -> str:
    """The profile that has all keys of both; where both have a key, the value of ``above``."""
    return _text(_over(_tree(below), _tree(above)), "")


def _over(below: Tree, above: Tree) -> Tree:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, str) and isinstance(value, dict):
            raise ValueError(f"profile: {key}: {old}: the lab lays its addresses over lines of their own only, one for each key")
        merged[key] = _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _tree(text: str) -> Tree:
    root: Tree = {}
    path: list[tuple[int, Tree]] = [(-1, root)]  # the open mappings, each with the indentation of the key that it belongs to
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"(^| )#.*", "", line).rstrip()
        if not bare or bare == "---":
            continue
        key = _KEY.fullmatch(bare)
        if not key:
            raise ValueError(f"profile line {number}: {line!r}: the lab lays its addresses over 'key: value' lines only")
        indent = len(key[1])
        while path[-1][0] >= indent:
            path.pop()
        if key[3]:
            path[-1][1][key[2]] = key[3]
        else:
            path[-1][1][key[2]] = child = {}
            path.append((indent, child))
    return root


def _text(tree: Tree, indent: str) -> str:
    return "".join(f"{indent}{key}:\n{_text(value, indent + '  ')}" if isinstance(value, dict) else f"{indent}{key}: {value}\n"
                   for key, value in tree.items())
