"""The rest of Anthropic's wire: limits in headers, what is refused, media, the context's end, errors in a stream."""

import base64
import json
import re
import struct
from datetime import UTC, datetime
from typing import Any

import pytest

TOOL = {"name": "f", "input_schema": {"type": "object"}}


def png(width: int, height: int) -> str:
    """The first bytes of a PNG of that size."""
    return base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)).decode()


def gif(width: int, height: int) -> str:
    return base64.b64encode(b"GIF89a" + struct.pack("<HH", width, height)).decode()


def jpeg(width: int, height: int) -> str:
    start = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08"
    return base64.b64encode(start + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00").decode()


def image(data: str, kind: str = "image/png") -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}


def pdf(pages: int) -> dict[str, Any]:
    data = base64.b64encode(b"%PDF-1.7 /Type /Pages " + b"<< /Type /Page >> " * pages).decode()
    return {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}}


def cost(anthropic: Any, *blocks: dict[str, Any]) -> int:
    """The input tokens that blocks add to a question."""

    def tokens(content: list[dict[str, Any]]) -> int:
        return int(anthropic.ask(messages=[{"role": "user", "content": content}]).json()["usage"]["input_tokens"])

    question = {"type": "text", "text": "what is it?"}
    return tokens([*blocks, question]) - tokens([question])


@pytest.mark.parametrize(
    ("block", "tokens"),
    [
        (image(png(1000, 750)), 1000),
        (image(gif(30, 25), "image/gif"), 1),
        (image(jpeg(750, 100), "image/jpeg"), 100),
        (image(png(2576 * 2, 750)), 1288),
        (image(png(8000, 8000)), 5000),
        (image("AAAA", "image/webp"), 1500),
        ({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}, 1500),
        (pdf(1), 2000),
        (pdf(7), 14000),
    ],
)
def test_images_and_documents_are_counted(anthropic: Any, block: dict[str, Any], tokens: int) -> None:
    """By pixels and pages where they can be read; a newline joins the blocks."""
    assert tokens <= cost(anthropic, block) <= tokens + 1


def test_text_documents_count_as_text(anthropic: Any) -> None:
    """With their title and context."""
    source = {"type": "text", "media_type": "text/plain", "data": "one two three " * 50}
    bare = cost(anthropic, {"type": "document", "source": source})
    named = cost(anthropic, {"type": "document", "source": source, "title": "Numbers", "context": "for a test"})
    assert 100 < bare < named


@pytest.mark.parametrize(
    ("block", "named"),
    [
        (image("no base64!"), "messages.0.content.0.source.base64.data"),
        (image(png(1, 1), "image/tiff"), "media_type"),
        ({"type": "image", "source": {"type": "telepathy"}}, "source.type"),
        ({"type": "document", "source": {"type": "base64", "media_type": "text/html", "data": ""}}, "media_type"),
    ],
)
def test_wrong_media_are_refused(anthropic: Any, block: dict[str, Any], named: str) -> None:
    """And the place is named."""
    reply = anthropic.ask(messages=[{"role": "user", "content": [block]}])
    assert (400, True) == (reply.status_code, named in reply.json()["error"]["message"]), reply.text


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"container": "c1"}, "container"),
        ({"diagnostics": {"previous_message_id": None}}, "diagnostics"),
        ({"speed": "fast"}, "speed"),
        ({"output_config": {"task_budget": {"type": "tokens", "total": 20000}}}, "output_config.task_budget"),
        ({"context_management": {"edits": []}}, "context_management: Extra inputs"),
        ({"mcp_servers": []}, "mcp_servers: Extra inputs"),
        ({"metadata": {"user_id": "x" * 257}}, "metadata.user_id"),
        ({"metadata": {"name": "x"}}, "metadata.name: Extra inputs"),
        ({"tools": [{**TOOL, "name": "with space"}]}, "tools.0.custom.name"),
        ({"tools": [TOOL, TOOL]}, "unique"),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.0"),
    ],
)
def test_what_is_not_simulated_is_refused(anthropic: Any, more: dict[str, Any], named: str) -> None:
    """Never ignored: the answer says what it is."""
    reply = anthropic.ask(**more)
    assert (400, True) == (reply.status_code, named in reply.json()["error"]["message"]), reply.text


def test_max_tokens_zero_only_reads_the_prompt(anthropic: Any) -> None:
    """It warms the cache: no content, stop_reason max_tokens, no output tokens."""
    reply = anthropic.ask(max_tokens=0).json()
    assert ([], "max_tokens", 0) == (reply["content"], reply["stop_reason"], reply["usage"]["output_tokens"])


def test_an_answer_ends_where_the_context_is_full(anthropic: Any) -> None:
    """A prompt that leaves room for a few tokens is answered with just those."""

    def long(words: int) -> int:
        body = {name: part for name, part in anthropic.body("word " * words).items() if name != "max_tokens"}
        path = f"{anthropic.origin}/v1/messages/count_tokens"
        return int(anthropic.http.post(path, json=body, headers=anthropic.headers).json()["input_tokens"])

    each = (long(400_000) - long(300_000)) / 100_000
    words = 400_000 + int((1_000_000 - 20 - long(400_000)) / each)
    reply = anthropic.ask("word " * words, max_tokens=100_000).json()
    usage = reply["usage"]
    assert "model_context_window_exceeded" == reply["stop_reason"]
    assert 1_000_000 == usage["input_tokens"] + usage["output_tokens"]


def test_the_limits_are_told_on_every_reply(anthropic: Any) -> None:
    """Four of them, with RFC 3339 times, going down with what was really used."""
    first, second = anthropic.ask(), anthropic.ask(max_tokens="x")
    for name in ("requests", "tokens", "input-tokens", "output-tokens"):
        start = f"anthropic-ratelimit-{name}"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.headers[f"{start}-reset"])
        assert int(first.headers[f"{start}-remaining"]) <= int(first.headers[f"{start}-limit"])
    reset = datetime.fromisoformat(second.headers["anthropic-ratelimit-requests-reset"])
    assert 0 <= (reset - datetime.now(UTC)).total_seconds() + 1 < 61
    left = [int(reply.headers["anthropic-ratelimit-requests-remaining"]) for reply in (first, second)]
    assert [3999, True] == [left[0], left[1] in (3998, 3999)]


def test_long_prompts_show_in_what_is_left(anthropic: Any) -> None:
    """Rounded to thousands; what is read from the cache does not count."""
    system = [{"type": "text", "text": "word " * 25_000, "cache_control": {"type": "ephemeral"}}]
    name = "anthropic-ratelimit-input-tokens-remaining"
    left = [int(anthropic.ask("hi", system=system).headers[name]) for _ in range(2)]
    assert left[0] <= 1_960_000
    assert left[0] <= left[1]
    assert [0, 0] == [each % 1000 for each in left]


def test_a_stream_breaks_off_with_an_error_event(anthropic: Any) -> None:
    """Under the 200 that was sent before: event error, then the end, no message_stop."""
    anthropic.arm({"do": "in_band_error", "status": 529, "at": {"after_tokens": 5}})
    reply = anthropic.ask(stream=True)
    event, data = reply.text.rstrip().rsplit("\n\n", 1)[1].split("\n")
    assert (200, "event: error") == (reply.status_code, event)
    body = json.loads(data.removeprefix("data: "))
    assert ("error", {"type": "overloaded_error", "message": "Overloaded"}) == (body["type"], body["error"])
    assert "message_stop" not in reply.text


def test_a_spend_limit_has_its_code(anthropic: Any) -> None:
    """In error.details, and without retry-after."""
    anthropic.arm({"do": "status", "status": 429, "code": "enforced_spend_limit_reached"})
    reply = anthropic.ask()
    assert {"error_code": "enforced_spend_limit_reached"} == reply.json()["error"]["details"]
    assert (429, False) == (reply.status_code, "retry-after" in reply.headers)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"), (401, "authentication_error"), (402, "billing_error"),
        (403, "permission_error"), (404, "not_found_error"), (409, "conflict_error"), (413, "request_too_large"),
        (429, "rate_limit_error"), (500, "api_error"), (504, "timeout_error"), (529, "overloaded_error"),
    ],
)  # fmt: skip
def test_each_status_has_its_type(anthropic: Any, status: int, kind: str) -> None:
    """With the request id in head and body."""
    anthropic.arm({"do": "status", "status": status})
    reply = anthropic.ask()
    body = reply.json()
    assert (status, kind) == (reply.status_code, body["error"]["type"])
    assert body["request_id"] == reply.headers["request-id"]
