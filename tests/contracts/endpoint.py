"""A small healthy OpenAI endpoint on a real socket, with one defect or legal variant switched on by name.

It is written from the wire's documentation, not from the judge: what it says when healthy is OpenAI's strict wire.
"""

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-test-endpoint"
MODEL = "test-model"
CREATED = 1_795_400_000


@dataclass
class Draft:
    """A reply in the making; a defect changes it before it becomes bytes."""

    path: str
    asked: dict[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    value: Any = None
    chunks: list[dict[str, Any]] | None = None
    raw: bytes | None = None
    lie: int = 0
    """How many more bytes than it sends its content-length promises."""

    @property
    def completion(self) -> bool:
        return self.status == 200 and isinstance(self.value, dict) and self.value.get("object") == "chat.completion"

    @property
    def events(self) -> bytes:
        """The stream as OpenAI frames it."""
        lines = [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in self.chunks or []]
        return b"".join(lines) + b"data: [DONE]\n\n"

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return self.events if self.chunks is not None else json.dumps(self.value).encode()


Change = Callable[[Draft], None]


class Endpoint:
    """The handler: pure but for its counter of ids. `now` is the `created` of every answer."""

    def __init__(self, change: Change, now: int) -> None:
        self._change = change
        self._now = now
        self._numbers = itertools.count(1)
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Draft:
        self.requests.append((method, path, headers, body))
        draft = Draft(path, {})
        if headers.get("authorization") != f"Bearer {KEY}":
            self._refuse(draft, 401, "Incorrect API key provided.", "invalid_api_key", None)
        elif method == "GET":
            self._models(draft)
        else:
            self._chat(draft, body)
        draft.headers.setdefault(
            "content-type", "text/event-stream" if draft.chunks is not None else "application/json"
        )
        draft.headers["x-request-id"] = f"req_{next(self._numbers)}"
        self._change(draft)
        return draft

    def _refuse(self, draft: Draft, status: int, message: str, code: str | None, param: str | None) -> None:
        draft.status = status
        draft.value = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}

    def _models(self, draft: Draft) -> None:
        card = {"id": MODEL, "object": "model", "created": self._now, "owned_by": "tests"}
        if draft.path == "/v1/models":
            draft.value = {"object": "list", "data": [card, card | {"id": "other-model"}]}
        elif draft.path == f"/v1/models/{MODEL}":
            draft.value = card
        else:
            self._refuse(draft, 404, "No such model.", "model_not_found", "model")

    def _chat(self, draft: Draft, body: bytes) -> None:
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            self._refuse(draft, 400, "The body is not a JSON object.", None, None)
            return
        draft.asked = asked
        wrong = _fault(asked)
        if wrong is not None:
            self._refuse(draft, *wrong)
        elif asked.get("stream"):
            draft.chunks = self._stream(asked)
        else:
            draft.value = self._completion(asked)

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{next(self._numbers)}", "object": kind, "created": self._now, "model": MODEL}

    def _completion(self, asked: dict[str, Any]) -> dict[str, Any]:
        text, calls, reason = _say(asked)
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        if calls:
            message |= {"content": None, "tool_calls": calls}
        choice = {"message": message, "logprobs": None, "finish_reason": reason}
        choices = [{"index": index} | choice for index in range(asked.get("n", 1))]
        return self._head("chat.completion") | {"choices": choices, "usage": _usage(text, calls)}

    def _stream(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        text, calls, reason = _say(asked)
        head = self._head("chat.completion.chunk")
        with_usage = asked.get("stream_options", {}).get("include_usage")
        first = {"role": "assistant", "content": None if calls else ""}
        deltas: list[dict[str, Any]] = [first]
        deltas += [{"content": word} for word in text.split(" ")] if not calls else []
        for index, call in enumerate(calls):
            function = call["function"]
            start = {"index": index} | call | {"function": {"name": function["name"], "arguments": ""}}
            deltas.append({"tool_calls": [start]})
            half = len(function["arguments"]) // 2
            for piece in (function["arguments"][:half], function["arguments"][half:]):
                deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        chunks: list[dict[str, Any]] = []
        for delta in deltas:
            chunks += [head | {"choices": [_choice(i, delta, None)]} for i in range(asked.get("n", 1))]
        chunks += [head | {"choices": [_choice(i, {}, reason)]} for i in range(asked.get("n", 1))]
        if with_usage:
            chunks = [chunk | {"usage": None} for chunk in chunks]
            chunks.append(head | {"choices": [], "usage": _usage(text, calls)})
        return json.loads(json.dumps(chunks))


def _choice(index: int, delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": reason}


def _say(asked: dict[str, Any]) -> tuple[str, list[dict[str, Any]], str]:
    if asked.get("tools"):
        return "", [_call(1, "Paris"), _call(2, "Lyon")], "tool_calls"
    words = ["Hello", "there,", "how", "are", "you", "today,", "my", "dear", "friend?"]
    if len(words) > asked["max_tokens"]:
        return " ".join(words[: asked["max_tokens"]]), [], "length"
    return " ".join(words), [], "stop"


def _call(number: int, city: str) -> dict[str, Any]:
    function = {"name": "get_weather", "arguments": json.dumps({"city": city})}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _usage(text: str, calls: list[dict[str, Any]]) -> dict[str, Any]:
    spent = len(text.split()) + 10 * len(calls)
    return {
        "prompt_tokens": 12,
        "completion_tokens": spent,
        "total_tokens": 12 + spent,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _fault(asked: dict[str, Any]) -> tuple[int, str, str | None, str | None] | None:
    temperature = asked.get("temperature", 1)
    faults = [
        (not asked.get("model"), 400, "you must provide a model parameter", None, None),
        (asked.get("model") != MODEL, 404, "The model does not exist.", "model_not_found", None),
        ("messages" not in asked, 400, "Missing messages.", "missing_required_parameter", "messages"),
        (not asked.get("messages"), 400, "Messages are empty.", "empty_array", "messages"),
        (isinstance(temperature, str), 400, "Not a number.", "invalid_type", "temperature"),
        (temperature == 3, 400, "Too hot.", "decimal_above_max_value", "temperature"),
        (temperature == -1, 400, "Too cold.", "decimal_below_min_value", "temperature"),
    ]
    return next((tuple(fault[1:]) for fault in faults if fault[0]), None)  # type: ignore[return-value]


@contextmanager
def serve(change: Change, *, now: int = CREATED) -> Iterator[tuple[str, Endpoint]]:
    """Run the endpoint in a thread, on a free port; yields its root URL and the endpoint."""
    endpoint = Endpoint(change, now)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(_connection(endpoint), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", endpoint
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_stop(server))
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _connection(endpoint: Endpoint) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                method, path, _ = head[0].split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                draft = endpoint.answer(method, path, headers, body)
                data = draft.body()
                lines = [f"HTTP/1.1 {draft.status} X", f"content-length: {len(data) + draft.lie}"]
                lines += [f"{name}: {value}" for name, value in draft.headers.items()]
                writer.write("\r\n".join([*lines, "", ""]).encode() + data)
                await writer.drain()
                if draft.lie:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    return handle


def healthy(_draft: Draft) -> None:
    """Change nothing."""
