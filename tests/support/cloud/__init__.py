# SPDX-License-Identifier: Apache-2.0
"""A double of Hetzner's API, over HTTP on loopback. README.md in this folder says what it plays, and what it does not."""
