# SPDX-License-Identifier: Apache-2.0
"""The owner's secrets: what each looks like, and where it is kept. Never in a plain file, an argument, a log or an error."""
