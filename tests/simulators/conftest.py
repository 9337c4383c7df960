"""One fleet of simulators for all tests, on free ports and a thousand times faster; each test starts with it reset."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread

# The shipped profiles that are no upstream by default.
OTHERS = ("openai-generic", "qwen3-235b-a22b-vllm")


def free(config: SimulatorsConfig) -> SimulatorsConfig:
    ports = tuple(each.model_copy(update={"port": 0}) for each in config.upstreams)
    return config.model_copy(update={"upstreams": ports})


class Heard:
    """What a reply says, plain or streamed, in either wire: text, reasoning, calls, finish, usage, and each delta."""

    def __init__(self, reply: httpx.Response) -> None:
        self.reply = reply
        self.deltas: list[str] = []
        self.text = self.reasoning = self.finish = ""
        self.calls: dict[int, dict[str, str]] = {}
        self.usage: dict[str, Any] = {}
        streamed = reply.headers["content-type"].startswith("text/event-stream")
        lines = (
            [line[6:] for line in reply.text.split("\n") if line.startswith("data: {")] if streamed else [reply.text]
        )
        for line in lines:
            self._read(json.loads(line))

    @property
    def completion(self) -> int:
        return int(self.usage.get("completion_tokens", self.usage.get("output_tokens", -1)))

    def arguments(self) -> list[Any]:
        return [json.loads(call["arguments"]) for call in self.calls.values()]

    def _read(self, body: dict[str, Any]) -> None:
        self.usage = body.get("usage") or self.usage
        for choice in body.get("choices", ()):
            said = choice.get("delta") or choice.get("message") or {}
            self._say(said.get("content") or "")
            self.reasoning += said.get("reasoning_content") or said.get("reasoning") or ""
            self.finish = choice["finish_reason"] or self.finish
            for index, call in enumerate(said.get("tool_calls") or ()):
                self._call(call.get("index", index), call["function"])
        self._block(body.get("index", 0), body.get("content_block") or body.get("delta") or {})
        for index, block in enumerate(body.get("content", ())):
            self._block(index, block)
        self.finish = (body.get("delta") or body).get("stop_reason") or self.finish

    def _block(self, index: int, block: dict[str, Any]) -> None:
        self._say(block.get("text", ""))
        self.reasoning += block.get("thinking", "")
        if block.get("type") == "tool_use":
            given = json.dumps(block["input"]) if block["input"] else ""
            self._call(index, {"name": block["name"], "arguments": given})
        if "partial_json" in block:
            self._call(index, {"arguments": block["partial_json"]})

    def _say(self, piece: str) -> None:
        self.text += piece
        self.deltas += [piece] if piece else []

    def _call(self, index: int, piece: dict[str, str]) -> None:
        call = self.calls.setdefault(index, {"name": "", "arguments": ""})
        call["name"] += piece.get("name") or ""
        call["arguments"] += piece.get("arguments") or ""


class Client:
    """An upstream and a plain HTTP client for it, with the right key unless a test says otherwise."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.origin = endpoint.control_url.removesuffix("/_sim")
        # As many idle connections as threads: httpcore may close a surplus one that another thread was just given.
        self.http = httpx.Client(timeout=10, limits=httpx.Limits(max_connections=64, max_keepalive_connections=64))
        self.path = "/v1/messages" if endpoint.dialect == "anthropic" else "/v1/chat/completions"
        self.headers = {"authorization": f"Bearer {endpoint.api_key}", "anthropic-version": "2023-06-01"}

    def body(self, text: str = "Hello there", **more: Any) -> dict[str, Any]:
        """A chat that every upstream answers without thinking."""
        off = {
            "dashscope": {"enable_thinking": False},
            "deepseek": {"thinking": {"type": "disabled"}},
            "anthropic": {"max_tokens": 1000},
            "vllm": {"chat_template_kwargs": {"enable_thinking": False}},
            "openai": {},
        }[self.endpoint.dialect]
        message = {"role": "user", "content": text}
        return {"model": self.endpoint.models[0], "messages": [message], **off, **more}

    def ask(self, text: str = "Hello there", **more: Any) -> httpx.Response:
        return self.post(self.body(text, **more))

    def hear(self, text: str = "Hello there", **more: Any) -> Heard:
        """The answer, read; streamed with usage where that has to be asked for."""
        return Heard(self.ask(text, **self._counted(more)).raise_for_status())

    def _counted(self, more: dict[str, Any]) -> dict[str, Any]:
        wanted = more.get("stream") and self.endpoint.dialect != "anthropic"
        return {"stream_options": {"include_usage": True}, **more} if wanted else more

    def broken(self, **more: Any) -> bytes:
        """What arrived of an answer that may break off."""
        got = b""
        body = self.body(**self._counted(more))
        try:
            with self.http.stream("POST", self.origin + self.path, json=body, headers=self.headers) as reply:
                for piece in reply.iter_raw():
                    got += piece
        except httpx.TransportError:
            return got
        return got

    def post(self, body: Any, **headers: str) -> httpx.Response:
        return self.http.post(self.origin + self.path, json=body, headers={**self.headers, **headers})

    def journal(self, **query: Any) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.http.get(f"{self.endpoint.control_url}/journal", params=query).json()[
            "entries"
        ]
        return entries

    def arm(self, *faults: dict[str, Any]) -> httpx.Response:
        return self.http.put(f"{self.endpoint.control_url}/faults", json=list(faults))


@pytest.fixture(scope="session")
def fleet() -> Iterator[dict[str, Client]]:
    more = tuple(UpstreamConfig(name=name, profile=name, api_keys=(f"sk-sim-{name}",)) for name in OTHERS)
    upstreams = (*SimulatorsConfig().upstreams, *more)
    with running_in_thread(free(SimulatorsConfig(speed=1000, grace=0.1, upstreams=upstreams))) as endpoints:
        clients = {endpoint.dialect: Client(endpoint) for endpoint in endpoints}
        yield clients
        for client in clients.values():
            client.http.close()


def _fresh(client: Client) -> Client:
    client.http.post(f"{client.endpoint.control_url}/reset").raise_for_status()
    return client


@pytest.fixture
def dashscope(fleet: dict[str, Client]) -> Client:
    return _fresh(fleet["dashscope"])


@pytest.fixture
def deepseek(fleet: dict[str, Client]) -> Client:
    return _fresh(fleet["deepseek"])


@pytest.fixture
def anthropic(fleet: dict[str, Client]) -> Client:
    return _fresh(fleet["anthropic"])


@pytest.fixture(params=["dashscope", "deepseek", "anthropic"])
def client(request: pytest.FixtureRequest, fleet: dict[str, Client]) -> Client:
    return _fresh(fleet[request.param])


@pytest.fixture(params=["dashscope", "deepseek"])
def openai_like(request: pytest.FixtureRequest, fleet: dict[str, Client]) -> Client:
    return _fresh(fleet[request.param])


@pytest.fixture(params=["dashscope", "deepseek", "anthropic", "openai", "vllm"])
def anyone(request: pytest.FixtureRequest, fleet: dict[str, Client]) -> Client:
    return _fresh(fleet[request.param])
