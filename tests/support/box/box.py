# SPDX-License-Identifier: Apache-2.0
"""All of a cloud in a box, up together.

    with Box(agent) as box:
        box.laptop.run(["openclaw-server", "doctor"], timeout=60)

Nothing is left when the block ends.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from cloud import Cloud
from lab import net, require
from lab.world import World

from box import release
from box.laptop import Laptop, prepare
from box.machines import SUITE, LabMachines


# What it runs besides the lab's programs, each with the package that brings it; what is no program is named by its path.
_PROGRAMS = {"minisign": "minisign", "ssh-keygen": "openssh-client", "/usr/share/doc/python3-venv": "python3-venv"}


class Box:
    """``world`` is the lab, ``cloud`` the provider, ``machines`` its servers, ``laptop`` the person's place, ``release`` what to deploy."""

    def __init__(self, agent: Path) -> None:
        self._agent = agent

    def __enter__(self) -> Box:
        require.install(more=_PROGRAMS)
        prepare()
        with ExitStack() as stack:
            self.world = stack.enter_context(World())
            self.world.prepare(SUITE)
            self.machines = LabMachines(self.world)
            self.cloud = stack.enter_context(Cloud(self.machines, listener=net.listen(self.world.instance.number, "op")))
            self.laptop = Laptop(self.world, self.cloud.endpoint)
            self.release = release.publish(self._agent, self.world.services, self.world.instance.directory / "release")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()
