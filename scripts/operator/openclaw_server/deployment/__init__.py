# SPDX-License-Identifier: Apache-2.0
"""A deployment as its owner keeps it: the folder NAME/ with deployment.yaml, profile.yaml and the secrets."""
