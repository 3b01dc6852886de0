# SPDX-License-Identifier: Apache-2.0
"""The way to the server: the laptop's tailscale and ssh, and what the agent on it says."""
