"""What is a credential, and how it is named where it may be read: by a mask or a fingerprint, never as it is."""

import hashlib
import re
from functools import lru_cache
from typing import Final

# Names of headers and of fields: authorization, x-api-key, cookie, x-auth-token, api_key, client_secret, …
CREDENTIAL: Final = re.compile(
    r"(?:.*[-_])?(?:authorization|api[-_]?key|cookie|token|secret|password|credentials?)", re.IGNORECASE
)
MASK: Final = "***"
# What looks like a key in the middle of a text: the providers' own spelling, and an Authorization header's.
KEY: Final = re.compile(r"\b(sk-|bearer\s+)[^\s\"'\\,;]{4,}", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether a header or a field of that name carries a credential."""
    return CREDENTIAL.fullmatch(name) is not None


def masked(text: str) -> str:
    """The text without what looks like a key."""
    # To look for two words first is much cheaper than the pattern, which then has nothing to look for in most texts.
    folded = text.casefold()
    if "sk-" not in folded and "bearer" not in folded:
        return text
    return KEY.sub(lambda found: f"{found[1]}{MASK}", text)


def fingerprint(key: str) -> str:
    """How a key is named where it may be read: `sha256:` and 12 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()[:12]}"
