"""Tests of the lab's own parts. They boot nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
