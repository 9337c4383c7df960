"""Each quirk in both positions, without a server where none is needed; and bytes that do not depend on the order."""

import threading
from typing import Any

import httpx
import pytest

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.dialects.vllm.decode import read
from novastack_simulators.dialects.vllm.lexicon import tokens
from novastack_simulators.dialects.vllm.pages import _templated
from novastack_simulators.profile import Quirks, load_profile

PROFILE = load_profile("qwen3-235b-a22b-vllm")
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("thinks", [True, False])
def test_thinking_by_default(thinks: bool) -> None:
    """It decides only where the request does not."""
    profile = PROFILE.quirked(Quirks(thinking_by_default=thinks))
    assert thinks == read(ASKED, profile).thinking.on
    for asked in (True, False):
        assert asked == read({**ASKED, "chat_template_kwargs": {"enable_thinking": asked}}, profile).thinking.on


@pytest.mark.parametrize(
    ("serving", "keys"), [("vllm", {"error"}), ("sglang", {"object", "message", "type", "param", "code"})]
)
def test_serving(serving: Any, keys: set[str]) -> None:
    """The error's shape goes with the profile, not with the process."""
    dialect = DIALECTS["vllm"].fitted(PROFILE.quirked(Quirks(serving=serving)))
    shape = dialect.failure(503)
    assert keys == set(dialect.error(shape, shape.text, "id"))


@pytest.mark.parametrize("version", ["0.32.0", "0.11.2"])
def test_version(version: str) -> None:
    """What /version will say."""
    profile = PROFILE.quirked(Quirks(version=version))
    assert version == profile.quirks.version
    assert "/version" in DIALECTS["vllm"].fitted(profile).resources


def test_a_quirk_that_is_not_set_stays_the_profiles_own() -> None:
    """Setting one does not reset the others."""
    assert PROFILE.quirks.thinking_by_default
    assert PROFILE.quirked(Quirks(serving="sglang")).quirks.thinking_by_default


def test_the_same_requests_in_another_order_have_the_same_bytes(vllm: Any) -> None:
    """Forty at once, forwards and backwards, streamed with thinking."""
    found: dict[str, dict[int, bytes]] = {"there": {}, "back": {}}

    def ask(way: str, number: int) -> None:
        body = vllm.body(f"Question {number}", stream=True, chat_template_kwargs=None)
        reply = httpx.post(f"{vllm.origin}/v1/chat/completions", json=body, headers=vllm.headers, timeout=20)
        found[way][number] = reply.content

    for way, order in (("there", range(40)), ("back", range(39, -1, -1))):
        threads = [threading.Thread(target=ask, args=(way, number)) for number in order]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (40, found["there"]) == (len(found["there"]), found["back"])


def test_without_a_vocabulary_the_template_is_as_long_as_usage_counts() -> None:
    """Five tokens a message and three for the answer's opening, as the profile says."""
    parts = list(_templated(read(ASKED, PROFILE)))
    assert PROFILE.per_message.value + 3 + 1 == len(tokens(parts, 7))
    assert "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n" == "".join(tokens(parts, 7))
