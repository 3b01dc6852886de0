# SPDX-License-Identifier: Apache-2.0
"""How a command ends that does not end well. The exit codes are the agent's."""

from __future__ import annotations

from collections.abc import Iterable


class Stop(Exception):
    """Ends the command. ``problems`` are for the person: each says what is wrong, where, and what would be right."""

    exit_code = 1

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Failure(Stop):
    """Something was tried and did not work: exit code 1."""


class Late(Failure):
    """A condition did not come true before its deadline."""


class Differs(Stop):
    """Nothing failed, but something differs or could not be tried: exit code 2."""

    exit_code = 2


class Usage(Stop):
    """The input is wrong, and nothing was changed: exit code 3."""

    exit_code = 3


class Busy(Stop):
    """Somebody else is at it: exit code 4."""

    exit_code = 4


def refuse(problems: Iterable[str]) -> None:
    """Raises Usage with all of the problems, when there are any."""
    found = tuple(problems)
    if found:
        raise Usage(*found)
