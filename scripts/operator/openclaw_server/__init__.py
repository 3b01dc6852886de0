# SPDX-License-Identifier: Apache-2.0
"""openclaw-server: takes an OpenClaw gateway from nothing to a first chat, and back to nothing."""

VERSION = "0.1.0"  # CMakeLists.txt has the same
