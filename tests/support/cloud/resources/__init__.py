# SPDX-License-Identifier: Apache-2.0
"""What a project holds, one subject a file."""
