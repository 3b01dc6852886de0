# SPDX-License-Identifier: Apache-2.0
"""The life of a server: what is there, what is to be done, and doing it so that the same command goes on after any interruption."""
