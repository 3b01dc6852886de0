# SPDX-License-Identifier: Apache-2.0
"""Signs as minisign does, for tests, by the arithmetic that `release/ed25519.py` verifies with (RFC 8032, 5.1.6).

That arithmetic is itself tested against the RFC's vectors and a signature of the real program's.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from openclaw_server.release import ed25519


@dataclass(frozen=True)
class Signer:
    seed: bytes
    key_id: bytes = b"\x01\x02\x03\x04\x05\x06\x07\x08"

    @property
    def public(self) -> str:
        """The second line of a .pub file."""
        return base64.b64encode(b"Ed" + self.key_id + self._public()).decode()

    def minisig(self, content: bytes, comment: str) -> str:
        """The text of NAME.minisig."""
        own = self.sign(hashlib.blake2b(content).digest())
        both = self.sign(own + comment.encode())
        lines = ["untrusted comment: x", base64.b64encode(b"ED" + self.key_id + own).decode()]
        return "\n".join([*lines, f"trusted comment: {comment}", base64.b64encode(both).decode(), ""])

    def sign(self, message: bytes) -> bytes:
        scalar, prefix = self._expanded()
        nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ed25519._ORDER
        commitment = _encoded(nonce)
        challenge = int.from_bytes(hashlib.sha512(commitment + self._public() + message).digest(), "little")
        return commitment + ((nonce + challenge * scalar) % ed25519._ORDER).to_bytes(32, "little")

    def _expanded(self) -> tuple[int, bytes]:
        half = hashlib.sha512(self.seed).digest()
        scalar = int.from_bytes(half[:32], "little") & ((1 << 254) - 8) | (1 << 254)
        return scalar, half[32:]

    def _public(self) -> bytes:
        return _encoded(self._expanded()[0])


def _encoded(scalar: int) -> bytes:
    x, y, z, _ = ed25519._times(scalar, ed25519._base())
    inverse = pow(z, -1, ed25519._P)
    return (y * inverse % ed25519._P | (x * inverse % ed25519._P & 1) << 255).to_bytes(32, "little")
