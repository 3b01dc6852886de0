# SPDX-License-Identifier: Apache-2.0
"""A cloud in a box: the double of the provider's API whose servers are hosts of the lab, a tailnet, and a laptop to work from.

box        all of it up together: where tests and scripts/cloud-in-a-box begin
machines   the double's servers, as hosts of the lab
firewall   the provider's firewall, in front of a host
release    a signed release of the agent, as somebody's fork would publish it
laptop     where the person sits: a home directory, programs, an environment
addresses  lays the lab's addresses over the profiles that `init` writes
"""
