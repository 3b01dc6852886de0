# SPDX-License-Identifier: Apache-2.0
"""User-data, equal byte for byte to what the agent's own --render-user-data writes, which does not run on a Mac.

The script's text stands once: user-data-begin.sh and user-data-fetch.sh here, which the agent embeds (cmake/embed.cmake).
"""
