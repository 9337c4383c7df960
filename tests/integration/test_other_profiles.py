"""The gateway in front of the profiles that do not start by default: it takes what they announce."""

from collections.abc import Iterator

import openai
import pytest

from novastack import endpoints, standing
from novastack_gateway.config import GatewayConfig
from novastack_gateway.server import running_in_thread as serve
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import running_in_thread as simulate

PROFILES = {"openai-generic": "openai-generic", "qwen3-235b-a22b-vllm": "qwen3-235b-a22b"}
"""Each profile, and a model that it serves."""


@pytest.fixture(scope="module")
def client() -> Iterator[openai.OpenAI]:
    upstreams = tuple(
        UpstreamConfig(name=name, profile=name, port=0, api_keys=(f"sk-sim-{name}",)) for name in PROFILES
    )
    with simulate(SimulatorsConfig(speed=1000, upstreams=upstreams)) as listening:
        announced = endpoints.parse(endpoints.announced(listening))
        with serve(standing.in_front_of(GatewayConfig(port=0), announced)) as url:
            yield openai.OpenAI(base_url=f"{url}/v1", api_key="sk-novastack-dev", max_retries=0, timeout=20)


@pytest.mark.parametrize(("upstream", "model"), PROFILES.items())
def test_chat_whole_and_streamed(client: openai.OpenAI, upstream: str, model: str) -> None:
    """Both say the same, and the upstream that was announced answered."""
    asked = {"model": model, "messages": [{"role": "user", "content": "Say something."}]}
    raw = client.chat.completions.with_raw_response.create(**asked)
    whole = raw.parse().choices[0].message.content
    streamed = client.chat.completions.create(**asked, stream=True)
    assert upstream == raw.headers["x-novastack-upstream"]
    assert whole == "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices)


def test_a_numbered_error_is_told_in_words(client: openai.OpenAI) -> None:
    """vLLM's errors have a number for a code; the client still gets a 400 of OpenAI's shape."""
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="qwen3-235b-a22b", messages=[{"role": "user"}])  # type: ignore[list-item]
    assert {"message", "type", "param", "code"} == set(raised.value.body)
