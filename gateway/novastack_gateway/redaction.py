"""What may be shown of a text that somebody else wrote: no key, no address inside a private network, and not all of it."""

import re
from typing import Final

MAX_TEXT: Final = 2048
_HIDDEN: Final = "[redacted]"

# Keys of the usual shapes, whole or masked in the middle; and IPv4 addresses that RFC 1918, RFC 1122 and RFC 3927
# keep for private networks, the host itself and the link.
_SECRETS: Final = re.compile(
    r"\b(?:sk|pk)-[\w*.-]{4,}|\bkey-[\w*.-]{8,}|\bBearer\s+\S+|\*{3,}\w*"
    r"|\b(?:10\.\d{1,3}|127\.\d{1,3}|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b"
)


def redact(text: str) -> str:
    """Without keys and internal addresses, and not longer than `MAX_TEXT` characters."""
    return _SECRETS.sub(_HIDDEN, text)[:MAX_TEXT]


def without(secret: str, text: str) -> str:
    """`text` without this very secret, whatever its shape."""
    return text.replace(secret, _HIDDEN) if secret else text
