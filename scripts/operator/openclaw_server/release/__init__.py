# SPDX-License-Identifier: Apache-2.0
"""A release of the agent: its address, its hashes, and the signature that makes them count."""
