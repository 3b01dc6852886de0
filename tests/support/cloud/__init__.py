# SPDX-License-Identifier: Apache-2.0
"""A double of Hetzner's API, over HTTP on loopback: good enough that the official clients cannot tell.

`Cloud` (double.py) is what tests start. rules.py lists every rule of the real API that is played; each row has a test in
tests/operator/cloud. Not real: placement, prices, VAT, what images hold, how long things take, the web console, abuse limits.
"""

from cloud.double import Cloud
from cloud.machines import Booted, Machines, MemoryMachines

__all__ = ["Booted", "Cloud", "Machines", "MemoryMachines"]
