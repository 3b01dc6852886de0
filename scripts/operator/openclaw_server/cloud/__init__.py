# SPDX-License-Identifier: Apache-2.0
"""The provider: what exists there in our own words. hetzner.py alone knows the vendor's client."""
