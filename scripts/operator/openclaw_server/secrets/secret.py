# SPDX-License-Identifier: Apache-2.0
"""A secret's value. base/text.py takes every one that was seen out of whatever is shown."""

from __future__ import annotations

from openclaw_server.base.text import hide


class Secret:
    """A value that shows itself only when asked by ``reveal``. It is shown by nothing else from then on."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        hide(value)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")
