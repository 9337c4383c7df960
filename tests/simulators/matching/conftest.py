"""Requests and stubs for tests, each made of no more than what the test is about."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from novastack_simulators.prompt import Prompt, Turn, digest
from novastack_simulators.stubs import Scene, Stub


def request(*said: tuple[str, str], fields: dict[str, str] | None = None, body: Any = None, **more: Any) -> Scene:
    """A request whose turns are (role, text)."""
    turns = tuple(Turn(role=role, text=text) for role, text in said or (("user", "Hello"),))  # type: ignore[arg-type]  # the role is one of the four
    fingerprint = digest({"said": [list(turn) for turn in said], **more}, "said", *more)
    asked = {"model": "m", "content": fingerprint, "fingerprint": fingerprint, **more}
    return Scene(prompt=Prompt(turns=turns, **asked), fields=fields or {}, body=msgspec.json.encode(body or {}))


def stub_of(name: str = "s", priority: int = 1, reply: Any = None, **match: Any) -> Stub:
    given = {"name": name, "priority": priority, "match": match, "reply": reply or {"text": f"says {name}"}}
    return Stub.model_validate(given)


@pytest.fixture(scope="session")
def scene() -> Callable[..., Scene]:
    return request


@pytest.fixture(scope="session")
def stub() -> Callable[..., Stub]:
    return stub_of
