# SPDX-License-Identifier: Apache-2.0
"""The command line: one file a command, and the table that names them."""
