"""Where the judge looks: a base URL that ends in its version, a model, a key; made once, from whatever a person pastes."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_VERSION = re.compile(r"/v\d+$")
_ROUTES = re.compile(r"/(chat/completions|models)$")


class TargetError(ValueError):
    """The URL, key or model cannot be a target; the message says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An endpoint under judgement. `base` has no trailing slash and ends in a version, e.g. `http://host/v1`."""

    base: str
    model: str
    key: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, *, model: str, key: str | None = None) -> "Target":
        """Accept a root, `…/v1`, `…/compatible-mode/v1` or a pasted route, with or without a trailing slash.

        Raises TargetError when the URL is not plain http(s), or the model or key cannot be sent.
        """
        if not model.strip():
            raise TargetError("the model is empty: name one, such as --model qwen3-235b-a22b")
        return cls(base=_base(url.strip()), model=model.strip(), key=_sendable(key))

    def url(self, path: str) -> str:
        """Join a path such as `chat/completions` to the base."""
        return f"{self.base}/{path}"


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetError(f"{url!r} is not a URL: {error}") from None
    if not url.isprintable() or " " in url:
        raise TargetError(f"{url!r} is not a URL: it holds spaces or control characters")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise TargetError(f"{url!r} is not an http(s) URL: write one like http://127.0.0.1:8080/v1")
    if parts.username or parts.query or parts.fragment or port == 0:
        raise TargetError("the URL must hold no credentials, query, fragment or port 0: give the key with --api-key")
    path = _ROUTES.sub("", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path if _VERSION.search(path) else path + '/v1'}"


def _sendable(key: str | None) -> str | None:
    # RFC 6750 §2.1: a bearer token is visible ASCII without spaces.
    if key and not re.fullmatch(r"[\x21-\x7e]+", key):
        raise TargetError("the key holds spaces or characters that no HTTP header can carry")
    return key or None
