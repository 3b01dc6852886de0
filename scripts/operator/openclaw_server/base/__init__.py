# SPDX-License-Identifier: Apache-2.0
"""What knows nothing of this project: errors, text, waiting, programs, files."""
