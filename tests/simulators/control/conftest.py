"""A fleet whose time the test moves, and its control plane, both without a socket."""

import asyncio
import json
from typing import Any, Final

import h11
import httpx
import pytest

from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.edge.reply import Request
from novastack_simulators.explanation import Wanted, explanation
from novastack_simulators.fleet import Fleet, Member
from novastack_simulators.server import Control
from novastack_simulators.setting import Clocks
from novastack_simulators.transport.agenda import Agenda, Virtual
from novastack_simulators.transport.line import Line

KEY: Final = "sk-test"
NOTHING: Final = object()


class Plane:
    """Upstreams that are named after their profiles; the first is the one that is asked unless another is named."""

    def __init__(self, *upstreams: UpstreamConfig, **settings: Any) -> None:
        self.clock = Virtual()
        self.agenda = Agenda(self.clock)
        config = SimulatorsConfig(upstreams=upstreams, **settings)
        self.fleet = Fleet(config)
        self.first = config.upstreams[0].name
        for each in config.upstreams:
            upstream = composed(config, each, Clocks(self.agenda, self.clock.wall))
            self.fleet.members[each.name] = Member(upstream, Control(upstream, self.fleet))

    def upstream(self, of: str | None = None) -> Any:
        return self.fleet.members[of or self.first].upstream

    def ask(self, method: str, path: str, body: Any = NOTHING, *, of: str | None = None, **more: Any) -> httpx.Response:
        """The control plane's answer; a body in bytes is sent as it is, any other as JSON."""
        content = None if body is NOTHING else body if isinstance(body, bytes) else json.dumps(body).encode()
        return asyncio.run(self._asked(method, path, of or self.first, content=content, **more))

    async def _asked(self, method: str, path: str, of: str, **more: Any) -> httpx.Response:
        # What streams for ever cannot be asked like this: httpx gathers the whole answer.
        app = httpx.ASGITransport(app=self.fleet.members[of].control)
        async with httpx.AsyncClient(transport=app, base_url="http://sim") as client:
            return await client.request(method, f"/_sim{path}", **more)

    def begin(self, body: Any = None, *, of: str | None = None, **headers: str) -> Line:
        """A chat that has arrived, and is answered as time passes."""
        upstream = self.upstream(of)
        path = "/v1/messages" if upstream.setting.dialect.name == "anthropic" else "/v1/chat/completions"
        fields = {"authorization": f"Bearer {KEY}", "anthropic-version": "2023-06-01", **headers}
        pairs = tuple((name.encode(), text.encode()) for name, text in fields.items())
        asked = json.dumps({**chat(upstream.setting.profile.models[0]), **(body or {})}).encode()
        line = Line(Request(method="POST", path=path, headers=pairs, body=asked), self.clock.wall())
        upstream.handle(line.cycle.request, line.cycle)
        return line

    def chat(self, body: Any = None, *, of: str | None = None, **headers: str) -> tuple[int, bytes]:
        """The whole answer to a chat: its status and its body."""
        line = self.begin(body, of=of, **headers)
        self.over()
        return heard(line)

    def over(self) -> None:
        """All that is due, until nothing is."""
        while self.agenda.next < float("inf"):
            self.clock.jump(self.agenda.next)
            self.agenda.run()

    def entries(self, of: str | None = None) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.ask("GET", "/journal", of=of).json()["entries"]
        return listed

    def explained(self, of: str | None = None, **wanted: Any) -> dict[str, Any]:
        upstream = self.upstream(of)
        wanted.setdefault("body", chat(upstream.setting.profile.models[0]))
        return explanation(upstream, Wanted.model_validate(wanted))


def chat(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello there"}], "max_tokens": 20, "stream": True}


def heard(line: Line) -> tuple[int, bytes]:
    status, body = 0, b""
    while not isinstance(event := line.take(), h11.EndOfMessage | type(None)):
        status = event.status_code if isinstance(event, h11.Response) else status
        body += bytes(event.data) if isinstance(event, h11.Data) else b""
    return status, body


def simulated(profile: str, **settings: Any) -> UpstreamConfig:
    return UpstreamConfig(name=profile, profile=profile, api_keys=(KEY,), **settings)


@pytest.fixture
def plane() -> Plane:
    """One upstream."""
    return Plane(simulated("deepseek-v4-pro"))


@pytest.fixture
def wide() -> Plane:
    """Two upstreams of different dialects."""
    return Plane(simulated("deepseek-v4-pro"), simulated("claude-opus-4-7"))


@pytest.fixture
def faulty() -> Plane:
    """One upstream, configured with a fault that not every dialect can have."""
    return Plane(simulated("deepseek-v4-pro", faults=[{"do": "empty_choices"}]))


@pytest.fixture(scope="module")
def lasting() -> Plane:
    """One upstream for many examples."""
    return Plane(simulated("deepseek-v4-pro"))
