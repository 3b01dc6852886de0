# SPDX-License-Identifier: Apache-2.0
"""The provider's firewall: in front of a host, where the host cannot reach it. In namespace wan, through which all of a host's traffic goes.

The kernel shows inet tables what it bridges, too (net.bridge.bridge-nf-call-iptables), so connections are tracked.
The provider's own DHCP passes. Not played: rules for what goes out.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab import net
from lab.command import run

_ENVELOPE = """\
add table inet {table}
delete table inet {table}
table inet {table} {{
  chain judge {{
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} accept
    ct state established,related accept
    udp sport 67 udp dport 68 accept
    {rules}
    drop
  }}
  chain to_host {{
    ip daddr {v4} jump judge
    ip6 daddr {{ {v6}, {own} }} jump judge
  }}
  chain bridged {{ type filter hook forward priority filter; jump to_host; }}
  chain from_wan {{ type filter hook output priority filter; jump to_host; }}
}}
"""


def enforce(number: int, last: int, rules: list[dict[str, object]] | None) -> None:
    """Lets in to machine ``last`` of lab ``number`` what ``rules`` (the API's) say; [] is nothing, None is no firewall at all."""
    table = f"server{last}"
    if rules is None:
        _nft(number, f"add table inet {table}\ndelete table inet {table}\n")
        return
    lines = [line for rule in rules if rule["direction"] == "in" for line in _lines(rule)]
    _nft(number, _ENVELOPE.format(table=table, rules="\n    ".join(lines), v4=net.v4(number, last), v6=net.v6(number, last),
                                  own=net.own_v6(number, last)))


def _lines(rule: Mapping[str, object]) -> list[str]:
    """A rule of the API's in nft's words, one line for each address family."""
    protocol, port = str(rule["protocol"]), str(rule.get("port") or "any")
    what = {"icmp": "meta l4proto { icmp, ipv6-icmp }"}.get(protocol, f"meta l4proto {protocol}")
    if protocol in ("tcp", "udp") and port != "any":
        what += f" th dport {port}"
    sources = rule.get("source_ips")
    assert isinstance(sources, list)
    found = []
    for family, mark in (("ip", "."), ("ip6", ":")):
        if mine := [str(each) for each in sources if mark in str(each)]:
            found.append(f"{family} saddr {{ {', '.join(mine)} }} {what} accept")
    return found


def _nft(number: int, text: str) -> None:
    run(["ip", "netns", "exec", net.namespace(number, "wan"), "nft", text], seconds=30)
