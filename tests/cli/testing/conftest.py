"""The fixtures under test are the plugin's own: it is installed beside the tests."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, verify=False, timeout=10) as client:
        yield client


@pytest.fixture
def ask(http: httpx.Client) -> Ask:
    """One chat, in OpenAI's wire, with nothing but the address and the key that a test is given."""

    def asked(at: Any, text: str = "Say hello.", model: str | None = None, **more: Any) -> httpx.Response:
        body = {"model": model or at.model, "messages": [{"role": "user", "content": text}], **more}
        key = {"authorization": f"Bearer {at.api_key}"}
        return http.post(f"{at.base_url}/chat/completions", headers=key, json=body)

    return asked


def said(reply: httpx.Response) -> str:
    """The text of an answer."""
    text: str = reply.json()["choices"][0]["message"]["content"]
    return text
