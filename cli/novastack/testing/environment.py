"""The environment variables by which the official SDKs find their provider."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Final

# openai-python and anthropic-sdk-python, README of each (2026).
PREFIXES: Final[Mapping[str, str]] = {"anthropic": "ANTHROPIC"}
USUAL: Final = "OPENAI"


def variables(dialect: str, base_url: str, api_key: str) -> dict[str, str]:
    """By the SDK that speaks the dialect: OpenAI's for all that are like it."""
    prefix = PREFIXES.get(dialect, USUAL)
    return {f"{prefix}_BASE_URL": base_url, f"{prefix}_API_KEY": api_key}


@contextlib.contextmanager
def put(given: Mapping[str, str]) -> Iterator[None]:
    """Sets variables of this process while the context lasts."""
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({} if value is None else {name: value})
