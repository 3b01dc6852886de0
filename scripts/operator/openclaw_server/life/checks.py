# SPDX-License-Identifier: Apache-2.0
"""What `verify` found, and the forms it is shown in: a table, JSON, JUnit, and annotations of GitHub's Actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

Outcome = Literal["good", "bad", "not tried"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ``detail`` says what was seen, or why it could not be tried; it is safe to show."""

    name: str
    outcome: Outcome
    detail: str


def exit_code(checks: Sequence[Check], *, allow_untried: bool) -> int:
    """1 when something is bad, 2 when something could not be tried and that is not allowed, else 0."""
    if any(check.outcome == "bad" for check in checks):
        return 1
    return 2 if any(check.outcome == "not tried" for check in checks) and not allow_untried else 0


def as_json(checks: Sequence[Check]) -> list[dict[str, str]]:
    return [asdict(check) for check in checks]


def as_junit(name: str, checks: Sequence[Check]) -> str:
    """JUnit's XML, as CI systems read it: what was not tried is skipped."""
    inner = {"good": "", "bad": "<failure message={0}/>", "not tried": "<skipped message={0}/>"}
    cases = "".join(
        f"  <testcase classname={quoteattr(name)} name={quoteattr(check.name)}>{inner[check.outcome].format(quoteattr(check.detail))}</testcase>\n"
        for check in checks
    )
    bad, skipped = (sum(check.outcome == outcome for check in checks) for outcome in ("bad", "not tried"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name={quoteattr(name)} tests="{len(checks)}" failures="{bad}" '
        f'skipped="{skipped}">\n{cases}</testsuite>'
    )


def as_annotations(checks: Sequence[Check]) -> list[str]:
    """Workflow commands of GitHub's Actions: an error for what is bad, a warning for what was not tried. Their escapes are %25, %0D, %0A."""
    kinds = {"bad": "error", "not tried": "warning"}
    return [
        f"::{kinds[check.outcome]} title={_escaped(check.name).replace(':', '%3A').replace(',', '%2C')}::{_escaped(check.detail)}"
        for check in checks
        if check.outcome in kinds
    ]


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
