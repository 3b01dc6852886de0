# SPDX-License-Identifier: Apache-2.0
"""The YAML that people write for this project: maps, lists and values, each with its place. The agent reads a little more of it."""

from openclaw_server.base.yaml.node import Node, Unreadable
from openclaw_server.base.yaml.parse import parse
from openclaw_server.base.yaml.scalars import quoted

__all__ = ["Node", "Unreadable", "parse", "quoted"]
