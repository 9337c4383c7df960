"""The load tests' own HTTP outside the load itself: the probe and the journals. The only file that imports httpx."""

from collections.abc import Mapping
from typing import Any

import httpx

#: Seconds for one control-plane read or one probe. Generous: nothing is measured here.
PATIENCE = 30.0


class Unreachable(Exception):  # noqa: N818 - it names what the peer is
    """No usable reply; the message names the address and what happened, never a header."""


def get_json(url: str) -> Any:
    """The decoded body of a 200; raises Unreachable for everything else."""
    try:
        reply = httpx.get(url, timeout=PATIENCE, trust_env=False, verify=_secured(url))
        reply.raise_for_status()
        return reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unreachable(f"{url}: {_reason(error)}") from error


def post_json(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers (case-insensitive) and body of one POST; raises Unreachable when there is no reply."""
    try:
        reply = httpx.post(
            url, json=body, headers=dict(headers), timeout=PATIENCE, trust_env=False, verify=_secured(url)
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"{url}: {_reason(error)}") from error
    return reply.status_code, reply.headers, reply.content


def _secured(url: str) -> bool:
    # Without TLS there is nothing to verify, and loading the authorities takes longer than the whole request.
    return url.startswith("https:")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return str(error) or type(error).__name__
