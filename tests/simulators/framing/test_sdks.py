"""The official SDKs under each framing, without a port: they hear what they hear under the default."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from novastack_simulators.framing import DEFAULT, FRAMINGS, Framing, framed
from novastack_simulators.plan import Plan

ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
ONE_BYTE_CR = Framing(write={"bytes": 1}, line_end="cr", comments={"newlines": 1}, id=True, retry=5)
TRIED = {**FRAMINGS, "cr byte by byte": ONE_BYTE_CR}


class Wire(httpx2.SyncByteStream):
    """Each frame is a read of its own."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __iter__(self) -> Iterator[bytes]:
        return iter([frame.data for frame in self._plan.frames])


def _http(plan: Plan) -> httpx2.Client:
    headers = [(name.decode(), value.decode()) for name, value in plan.headers]
    return httpx2.Client(
        transport=httpx2.MockTransport(lambda _: httpx2.Response(plan.status, headers=headers, stream=Wire(plan)))
    )


def by_openai(plan: Plan) -> list[Any]:
    with openai.OpenAI(base_url="http://sim/v1", api_key="k", max_retries=0, http_client=_http(plan)) as sdk:
        return [chunk.model_dump() for chunk in sdk.chat.completions.create(**ASKED)]


def by_anthropic(plan: Plan) -> list[Any]:
    with anthropic.Anthropic(base_url="http://sim", api_key="k", max_retries=0, http_client=_http(plan)) as sdk:
        return [event.model_dump() for event in sdk.messages.create(max_tokens=9, **ASKED)]


HEARD: Mapping[str, Callable[[Plan], list[Any]]] = {
    "claude-opus-4-7 0": by_anthropic,
    "claude-opus-4-7 1": by_anthropic,
    "deepseek-v4-pro 0": by_openai,
    "openai-generic 1": by_openai,
    "qwen3-235b-a22b 0": by_openai,
    "qwen3-235b-a22b-vllm 0": by_openai,
}


@pytest.mark.parametrize("name", TRIED)
@pytest.mark.parametrize("stream", HEARD)
def test_an_sdk_hears_the_same(stream: str, name: str, streams: Mapping[str, Plan]) -> None:
    """All but the first event under a mark, which both take for a part of a field's name (docs/framing.md)."""
    hear, plan = HEARD[stream], streams[stream]
    expected = hear(framed(plan, DEFAULT, Random(1)))
    assert len(expected) > 3
    assert expected[name == "bom" :] == hear(framed(plan, TRIED[name], Random(1), "gzip"))
