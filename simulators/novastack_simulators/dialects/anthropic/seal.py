"""How thinking is sealed: a signature fits one thinking of one model, so what comes back altered is known.

anthropics/anthropic-sdk-python#1598: the check fails when a block differs in any way from what was returned, and when
another model's block is replayed. The vendor's cipher is its own; this one is a digest of the same length.
"""

import base64
from typing import Final

from novastack_simulators.generation import stamp

HEAD: Final = b"\x12\xb0\x02"
NONCE: Final = 16
PARTS: Final = 6


def sealed(kind: str, model: str, thinking: str, nonce: bytes) -> str:
    """The signature of a thinking block, or the data of a redacted one. The nonce makes two of the same text differ."""
    salt = nonce[:NONCE]
    parts = b"".join(stamp("seal", kind, model, thinking, salt, part) for part in range(PARTS))
    return base64.b64encode(HEAD + salt + parts).decode()


def genuine(kind: str, model: str, thinking: str, seal: str) -> bool:
    """Whether the seal was made for this thinking of this model."""
    try:
        data = base64.b64decode(seal, validate=True)
    except ValueError:
        return False
    return sealed(kind, model, thinking, data[len(HEAD) : len(HEAD) + NONCE]) == seal
