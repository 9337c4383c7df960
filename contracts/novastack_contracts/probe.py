"""The only file that does HTTP: it sends a call and records every byte that comes back, with its time.

It reads past `[DONE]` to the end, never follows a redirect, takes no proxy from the environment, and masks the key with
as many `*` wherever a reply quotes it, so that no evidence can hold it.
"""

import threading
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self

import httpx

from novastack_contracts.exchange import Call, Exchange, Piece
from novastack_contracts.target import Target

WRONG_KEY: Final = "sk-novastack-wrong-key"
_LARGEST: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for a connection, a whole reply, a rate limit to pass, and a whole run."""

    connect: float = 5.0
    reply: float = 60.0
    rate_limit: float = 30.0
    run: float = 300.0


class Probe:
    """Sends calls with the target's key. Safe to use from several threads; close it in a `with`."""

    def __init__(self, target: Target, patience: Patience) -> None:
        self._key = target.key
        self._patience = patience
        self._ends = time.monotonic() + patience.run
        timeout = httpx.Timeout(patience.reply, connect=patience.connect)
        self._client = httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def send(self, name: str, call: Call) -> Exchange:
        """Send a call; after a 429 that says when to come back, wait so long once and send it again.

        Nothing is sent any more when the run has used up its time: the exchange says so.
        """
        if time.monotonic() > self._ends:
            return Exchange(name=name, call=call, failure=f"not sent: the run took {self._patience.run:g} s before it")
        exchange = self._once(name, call)
        wait = _retry_after(exchange)
        if wait is None or wait > self._patience.rate_limit:
            return exchange
        threading.Event().wait(wait)
        again = self._once(name, call)
        return replace(again, notes=(f"`{name}` was rate limited and sent again after {wait:g} s",))

    def _once(self, name: str, call: Call) -> Exchange:
        started, sent_at = time.monotonic(), time.time()  # noqa: TID251 - the probe is where the judge reads clocks
        exchange = Exchange(name=name, call=call, sent_at=sent_at)
        pieces: list[Piece] = []
        try:
            with self._client.stream(call.method, call.url, content=call.body, headers=self._headers(call)) as reply:
                headers = tuple((key, self._mask(value.encode()).decode()) for key, value in reply.headers.items())
                exchange = replace(exchange, status=reply.status_code, headers=headers)
                failure = self._read(reply, pieces, started)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            failure = f"{type(error).__name__}: {error}".removesuffix(": ")
        return replace(exchange, pieces=self._masked(pieces), failure=failure)

    def _read(self, reply: httpx.Response, pieces: list[Piece], started: float) -> str | None:
        size = 0
        for data in reply.iter_raw():
            at = time.monotonic() - started
            pieces.append(Piece(at, data))
            size += len(data)
            if size > _LARGEST:
                return f"more than {_LARGEST} bytes"
            if at > self._patience.reply:
                return f"no end after {self._patience.reply:g} s"
        return None

    def _headers(self, call: Call) -> dict[str, str]:
        key = {"valid": self._key, "wrong": WRONG_KEY, "none": None}[call.key]
        headers = {"accept-encoding": "identity", "user-agent": "novastack-check"}
        if call.body:
            headers["content-type"] = "application/json"
        return headers | ({"authorization": f"Bearer {key}"} if key else {})

    def _mask(self, data: bytes) -> bytes:
        key = (self._key or "").encode()
        return data.replace(key, b"*" * len(key)) if key else data

    def _masked(self, pieces: list[Piece]) -> tuple[Piece, ...]:
        body = self._mask(b"".join(piece.data for piece in pieces))
        masked: list[Piece] = []
        position = 0
        for piece in pieces:
            masked.append(Piece(piece.at, body[position : position + len(piece.data)]))
            position += len(piece.data)
        return tuple(masked)


def _retry_after(exchange: Exchange) -> float | None:
    """Seconds that a 429 asks to wait: `retry-after-ms`, else `retry-after` in seconds (RFC 9110 §10.2.3)."""
    if exchange.status != 429:
        return None
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(exchange.header(name)) / unit)
        except ValueError:
            continue
    return None
