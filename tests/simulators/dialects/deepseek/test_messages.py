"""The alias /anthropic: Anthropic's wire in front of DeepSeek's model, and the official SDK through it."""

from collections.abc import Iterator
from typing import Any

import anthropic as vendor
import httpx
import pytest

USER: list[Any] = [{"role": "user", "content": "What is the weather in Paris?"}]


def post(deepseek: Any, **more: Any) -> httpx.Response:
    body = {"model": "claude-opus-4-7", "max_tokens": 2000, "messages": USER, **more}
    reply: httpx.Response = deepseek.http.post(
        f"{deepseek.origin}/anthropic/v1/messages",
        json={name: part for name, part in body.items() if part is not None},
        headers={"x-api-key": deepseek.endpoint.api_key},
    )
    return reply


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("claude-opus-4-7", "deepseek-v4-pro"),
        ("deepseek-v4-pro", "deepseek-v4-pro"),
        ("claude-sonnet-4-5", "deepseek-flash"),
        ("claude-3", "deepseek-flash"),
    ],
)
def test_names_are_mapped(deepseek: Any, asked: str, served: str) -> None:
    """claude-opus is pro, any other claude is flash; the head is DeepSeek's."""
    reply = post(deepseek, model=asked)
    assert (200, served) == (reply.status_code, reply.json()["model"])
    assert ("x-ds-trace-id" in reply.headers, "request-id" in reply.headers) == (True, False)


def test_other_names_are_refused_in_anthropics_shape(deepseek: Any) -> None:
    """A 400, and an error of that wire."""
    reply = post(deepseek, model="gpt-9")
    assert (400, "invalid_request_error") == (reply.status_code, reply.json()["error"]["type"])
    assert "gpt-9" in reply.json()["error"]["message"]


def test_it_thinks_unless_switched_off(deepseek: Any) -> None:
    """And shows it."""
    first = post(deepseek).json()["content"][0]
    assert ("thinking", True) == (first["type"], bool(first["thinking"]))
    assert "text" == post(deepseek, thinking={"type": "disabled"}).json()["content"][0]["type"]
    assert 200 == post(deepseek, thinking={"type": "enabled", "budget_tokens": 1024}).status_code


def test_what_is_ignored_changes_nothing(deepseek: Any) -> None:
    """Not a byte: versions, top_k, breakpoints, other metadata, service_tier."""
    plain = post(deepseek).content
    marked = [{"type": "text", "text": USER[0]["content"], "cache_control": {"type": "ephemeral"}}]
    assert plain == post(deepseek, top_k=5, service_tier="auto", container="c", metadata={"name": "x"}).content
    texts = [post(deepseek, messages=[{"role": "user", "content": content}]) for content in (marked,)]
    assert [200] == [reply.status_code for reply in texts]


def test_images_are_refused(deepseek: Any) -> None:
    """The model takes none."""
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    reply = post(deepseek, messages=[{"role": "user", "content": [image]}])
    assert (400, True) == (reply.status_code, "messages.0.content.0" in reply.json()["error"]["message"])


def test_its_cache_hits_are_cache_reads(deepseek: Any) -> None:
    """A conversation that goes on reads what it began with."""
    long = [{"role": "user", "content": "many words " * 100}]
    first = post(deepseek, messages=long).json()
    second = post(deepseek, messages=[*long, {"role": "assistant", "content": first["content"]}, *USER]).json()
    assert 0 == first["usage"]["cache_read_input_tokens"]
    assert second["usage"]["cache_read_input_tokens"] >= 128


@pytest.mark.parametrize("path", ["/anthropic/v1/models", "/anthropic/v1/messages/count_tokens"])
def test_nothing_else_is_served(deepseek: Any, path: str) -> None:
    """404 in that wire's shape."""
    reply = deepseek.http.get(deepseek.origin + path, headers=deepseek.headers)
    assert (404, "not_found_error") == (reply.status_code, reply.json()["error"]["type"])


@pytest.fixture
def sdk(deepseek: Any) -> Iterator[vendor.Anthropic]:
    endpoint = deepseek.endpoint
    with vendor.Anthropic(base_url=f"{deepseek.origin}/anthropic", api_key=endpoint.api_key, max_retries=0) as made:
        yield made


def test_the_official_sdk_streams_through_it(sdk: vendor.Anthropic) -> None:
    """Thinking, then text, put together as in the plain answer."""
    asked: dict[str, Any] = {"model": "claude-opus-4-7", "max_tokens": 2000, "messages": USER}
    with sdk.messages.stream(**asked) as stream:
        final = stream.get_final_message()
    plain = sdk.messages.create(**asked)
    assert ["thinking", "text"] == [block.type for block in final.content]
    assert plain.content[1].to_dict()["text"] == final.content[1].to_dict()["text"]
