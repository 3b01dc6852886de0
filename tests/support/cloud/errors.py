# SPDX-License-Identifier: Apache-2.0
"""Answers that are errors: {"error": {code, message, details}} with their HTTP status."""

from __future__ import annotations


class ApiError(Exception):
    def __init__(self, status: int, code: str, message: str, details: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details

    def body(self) -> dict[str, object]:
        return {"error": {"code": self.code, "message": self.message, "details": self.details or {}}}


def not_found(what: str) -> ApiError:
    return ApiError(404, "not_found", f"{what} not found")


def invalid(**fields: str) -> ApiError:
    """422 with what is wrong with each field of the input."""
    names = ", ".join(fields)
    details = {"fields": [{"name": name, "messages": [message]} for name, message in fields.items()]}
    return ApiError(422, "invalid_input", f"invalid input in field{'s' if len(fields) > 1 else ''} {names!r}", dict(details))


def taken(name: str) -> ApiError:
    return ApiError(409, "uniqueness_error", f"{name} is already used", {"fields": [{"name": "name"}]})


def locked(what: str) -> ApiError:
    return ApiError(423, "locked", f"{what} is locked by a running action")


def protected(what: str) -> ApiError:
    return ApiError(423, "protected", f"{what} deletion is protected")
