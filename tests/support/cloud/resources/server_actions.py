# SPDX-License-Identifier: Apache-2.0
"""What is done to a server by POST /servers/ID/actions/COMMAND."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cloud.errors import ApiError, invalid, not_found, protected

if TYPE_CHECKING:
    from cloud.resources.project import Project
    from cloud.resources.servers import Server

Body = dict[str, Any]


def act(project: Project, id: int, command: str, given: Body) -> Body:
    """Begins the action, and returns the answer."""
    server = project.servers.find(id)
    if command not in _COMMANDS:
        raise not_found(f"action {command!r}")
    project.servers.check_unlocked(server)
    name, effect, more = _COMMANDS[command](project, server, given)
    return {"action": project.actions.begin(name, [("server", id)], effect).body(), **more}


_Begun = tuple[str, Callable[[], None], Body]


def _power(name: str, status: str, *, on: bool) -> Callable[[Project, Server, Body], _Begun]:
    def begin(project: Project, server: Server, given: Body) -> _Begun:
        def effect() -> None:
            if not on or name in ("reboot_server", "reset_server"):
                project.machines.power(server.machine, on=False)
            if on:
                project.machines.power(server.machine, on=True)
            server.status = status

        return name, effect, {}

    return begin


def _rebuild(project: Project, server: Server, given: Body) -> _Begun:
    if server.protection:
        raise protected("server rebuild")
    image = project.servers.image_of(given.get("image"), server.type)
    if image["architecture"] != server.type["architecture"]:
        raise invalid(image="its architecture is not the server's")

    def effect() -> None:
        server.image, server.status = image, "running"
        # Left out, what the server was made with is used again, old secrets and all.
        server.user_data = given.get("user_data") or server.user_data
        project.machines.rebuild(server.machine, server.user_data)

    server.status = "rebuilding"
    return "rebuild_server", effect, {"root_password": secrets.token_urlsafe(16)}


def _change_type(project: Project, server: Server, given: Body) -> _Begun:
    type = project.catalogue.find(project.catalogue.types(), given.get("server_type"))
    if type is None or type["architecture"] != server.type["architecture"] or type["disk"] < server.disk:
        raise ApiError(422, "invalid_server_type", "the server type does not fit")
    if server.status != "off":
        raise ApiError(422, "server_not_stopped", "server must be stopped")

    def effect() -> None:
        server.type = type
        if given.get("upgrade_disk"):
            server.disk = type["disk"]

    return "change_server_type", effect, {}


def _protect(project: Project, server: Server, given: Body) -> _Begun:
    wanted = given.get("delete", server.protection)
    if given.get("rebuild", server.protection) != wanted:
        raise invalid(delete="delete and rebuild must have the same value")

    def effect() -> None:
        server.protection = wanted

    return "change_protection", effect, {}


def _backups(name: str, window: str | None) -> Callable[[Project, Server, Body], _Begun]:
    def begin(project: Project, server: Server, given: Body) -> _Begun:
        def effect() -> None:
            server.backup_window = window
            if window is None:
                project.images[:] = [image for image in project.images if image["bound_to"] != server.id]

        return name, effect, {}

    return begin


def _copy(project: Project, server: Server, given: Body) -> _Begun:
    type = given.get("type") or "snapshot"
    if type == "backup" and server.backup_window is None:
        raise invalid(type="backups are not enabled for this server")
    image = project.servers.add_backup(server) if type == "backup" else project.add_image("snapshot", server)
    image["labels"] = project.labels(given)
    return "create_image", lambda: image.update(status="available"), {"image": image}


def _password(project: Project, server: Server, given: Body) -> _Begun:
    return "reset_server_password", lambda: None, {"root_password": secrets.token_urlsafe(16)}


_COMMANDS: dict[str, Callable[[Project, Server, Body], _Begun]] = {
    "poweron": _power("start_server", "running", on=True),
    "poweroff": _power("stop_server", "off", on=False),
    "shutdown": _power("shutdown_server", "off", on=False),
    "reboot": _power("reboot_server", "running", on=True),
    "reset": _power("reset_server", "running", on=True),
    "rebuild": _rebuild,
    "change_type": _change_type,
    "change_protection": _protect,
    "enable_backup": _backups("enable_backup", "22-02"),
    "disable_backup": _backups("disable_backup", None),
    "create_image": _copy,
    "reset_password": _password,
}
