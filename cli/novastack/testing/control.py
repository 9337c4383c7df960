"""The one place that speaks to a simulator: its control API under /_sim, always in one scope."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import httpx

NONE: Final[Mapping[str, Any]] = MappingProxyType({})
PATIENCE: Final = 10.0
"""Seconds that an answer of the control API may take."""


class ControlError(ValueError):
    """The simulator did not do what it was told; the text is its own, `status` its HTTP status (0: no answer)."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


def client() -> httpx.Client:
    """For all simulators of this process. Nothing here is TLS, and loading certificates is what takes longest."""
    return httpx.Client(trust_env=False, verify=False, timeout=PATIENCE)  # noqa: S501 - loopback, without TLS


class Control:
    """The control API of one upstream, in one scope ("" is the one without a name). Raises ControlError."""

    def __init__(self, http: httpx.Client, url: str, scope: str) -> None:
        self._http = http
        self._url = url
        self._scope = {"scope": scope} if scope else {}

    def get(self, path: str, parameters: Mapping[str, Any] = NONE, *, within: float = 0.0) -> Any:
        """The answer; `within` is how long the simulator itself may take, in seconds."""
        __tracebackhide__ = True
        return self._ask("GET", path, parameters, timeout=PATIENCE + within).json()

    def put(self, path: str, body: Any) -> None:
        __tracebackhide__ = True
        self._ask("PUT", path, json=body)

    def post(self, path: str, body: Any = None) -> Any:
        """The answer, None if it is empty."""
        __tracebackhide__ = True
        reply = self._ask("POST", path, json=body)
        return reply.json() if reply.content else None

    def delete(self, path: str) -> None:
        __tracebackhide__ = True
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, parameters: Mapping[str, Any] = NONE, **more: Any) -> httpx.Response:
        __tracebackhide__ = True
        asked = {name: value for name, value in parameters.items() if value is not None}
        try:
            reply = self._http.request(method, self._url + path, params={**asked, **self._scope}, **more)
        except httpx.HTTPError as error:
            text = f"{method} {self._url}{path}: {str(error) or type(error).__name__}"
            raise ControlError(text) from None
        if reply.is_error:
            raise ControlError(_reason(reply) or f"{method} {path}: status {reply.status_code}", reply.status_code)
        return reply


def _reason(reply: httpx.Response) -> str:
    """The simulator's own sentence, nothing where it has none."""
    try:
        return str(reply.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
