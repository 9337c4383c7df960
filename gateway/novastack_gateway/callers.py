"""Who the one key identifies. Keys are kept only as SHA-256 digests and compared in constant time."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from novastack_gateway.errors import Header, no_key, wrong_key


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One key's owner: a name for logs and metrics, and how many requests per 60 s it may make (None: unlimited)."""

    name: str
    digest: bytes
    requests_per_minute: int | None


def digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


class Callers:
    """The callers by the digest of their key."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._by_digest: Mapping[bytes, Caller] = {caller.digest: caller for caller in callers}

    def authenticate(self, headers: Iterable[Header]) -> Caller:
        """The caller named by the one `Authorization: Bearer` header.

        Raises Problem 401 when it is missing, given twice, of another scheme or unknown.
        """
        values = [value for name, value in headers if name == b"authorization"]
        if not values:
            raise no_key()
        scheme, _, key = values[0].partition(b" ")
        if len(values) > 1 or scheme.lower() != b"bearer" or not key.strip():
            raise no_key() if len(values) == 1 else wrong_key()
        asked = digest(key.strip())
        caller = self._by_digest.get(asked)
        if caller is None or not hmac.compare_digest(caller.digest, asked):
            raise wrong_key()
        return caller
