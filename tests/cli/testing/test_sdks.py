"""The official SDKs pointed at the fixtures: the address and the key are all that they are given."""

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from novastack.testing import GatewayStack, Simulator, Simulators

HI: Any = [{"role": "user", "content": "Say hello."}]


@pytest.fixture(scope="module")
def transport() -> Iterator[openai.DefaultHttpxClient]:
    """Nothing here is TLS, and loading the certificates is what takes longest."""
    with openai.DefaultHttpxClient(trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def client(transport: openai.DefaultHttpxClient) -> Any:
    """OpenAI's SDK for whatever has an address and a key; it never tries twice."""

    def made(at: Any) -> openai.OpenAI:
        return openai.OpenAI(base_url=at.base_url, api_key=at.api_key, http_client=transport, max_retries=0)

    return made


def test_openai(simulator: Simulator, client: Any) -> None:
    """A chat, and the journal has it."""
    simulator.reply("Good day.", to="hello")
    completion = client(simulator).chat.completions.create(model="gpt-4o", messages=HI)
    assert "Good day." == completion.choices[0].message.content
    simulator.journal.verify(path="/v1/chat/completions", model="gpt-4o", stream=False).exactly(1)


def test_a_stream_that_breaks(simulator: Simulator, client: Any) -> None:
    """Five tokens come, then the connection is reset; the next attempt is whole."""
    simulator.reply("One two three four five six seven eight nine ten.")
    simulator.fault(do="rst", at={"after_tokens": 5}, when={"first": 1})
    asked: Any = {"model": "gpt-4o", "messages": HI, "stream": True}
    with pytest.raises(openai.APIConnectionError):
        list(client(simulator).chat.completions.create(**asked))
    assert 5 == simulator.journal.wait_for(fault="rst", ended=True)[0].tokens.sent
    stream = client(simulator).chat.completions.create(**asked)
    assert "ten." in "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def test_a_retry_of_the_sdk(simulator: Simulator, transport: openai.DefaultHttpxClient) -> None:
    """It asks again after a 503 that says to come back at once: the journal counts two attempts."""
    simulator.fault(do="status", status=503, retry_after={"seconds": 0.001, "as": "ms"}, when={"first": 1})
    client = openai.OpenAI(base_url=simulator.base_url, api_key=simulator.api_key, http_client=transport, max_retries=1)
    client.chat.completions.create(model="gpt-4o", messages=HI)
    assert [(1, 503), (2, 200)] == [(entry.attempt, entry.status) for entry in simulator.journal]


def test_anthropic(simulators: Simulators) -> None:
    """Claude in its own wire, streamed and not."""
    claude = simulators["claude-opus-4-7"].reply("Good day.")
    with (
        anthropic.DefaultHttpxClient(trust_env=False, verify=False) as transport,
        anthropic.Anthropic(base_url=claude.base_url, api_key=claude.api_key, http_client=transport) as client,
    ):
        message = client.messages.create(model=claude.model, max_tokens=100, messages=HI)
        assert "Good day." == message.content[-1].text  # type: ignore[union-attr]
        with client.messages.stream(model=claude.model, max_tokens=100, messages=HI) as stream:
            assert "Good day." == stream.get_final_text()
    claude.journal.verify(path="/v1/messages", status=200).exactly(2)


@pytest.mark.novastack("claude-opus-4-7")
def test_anthropic_by_its_environment(simulator: Simulator) -> None:
    """An application that makes its own client comes here."""
    simulator.environment().fault("overloaded")
    with (
        anthropic.DefaultHttpxClient(trust_env=False, verify=False) as transport,
        anthropic.Anthropic(http_client=transport, max_retries=0) as client,
        pytest.raises(anthropic.APIStatusError) as error,
    ):
        client.messages.create(model=simulator.model, max_tokens=100, messages=HI)
    assert 529 == error.value.status_code


def test_the_gateway(gateway_stack: GatewayStack, client: Any) -> None:
    """One key and one wire for three models; a break behind it arrives in front of it."""
    for model in gateway_stack.models:
        client(gateway_stack).chat.completions.create(model=model, messages=HI)
    assert list(gateway_stack.simulators) == [entry.upstream for entry in gateway_stack.simulators.entries()]
    gateway_stack.simulators["deepseek-v4-pro"].fault(do="status", status=400)
    with pytest.raises(openai.BadRequestError):
        client(gateway_stack).chat.completions.create(model="deepseek-v4-pro", messages=HI)
