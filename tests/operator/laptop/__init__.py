# SPDX-License-Identifier: Apache-2.0
"""The operator's laptop and what it reaches: programs named ssh and tailscale that say what the real ones say, and a server behind them."""

from laptop.world import Joining, World

__all__ = ["Joining", "World"]
