"""Small plans for faults to strike: one of single letters, and short answers in each dialect's own bytes."""

import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import TypeAdapter

from novastack_simulators import framing, outright
from novastack_simulators.dialects import DIALECTS, Dialect
from novastack_simulators.dialects.dialect import Letter, Sent
from novastack_simulators.faults import AnyFault, Context, Fault, mangled, struck, uttered
from novastack_simulators.generation import Call, Choice, Generation
from novastack_simulators.plan import Frame, Plan
from novastack_simulators.profile import Profile, Quirks, Span, load_profile
from novastack_simulators.prompt import Prompt

GOLDENS = Path(__file__).parent / "goldens"
READER: TypeAdapter[Fault] = TypeAdapter(AnyFault)
STREAM = (
    Frame("open", 0, b"o"),
    Frame("reasoning", 2, b"r"),
    Frame("text", 3, b"a"),
    Frame("text", 3, b"b"),
    Frame("finish", 0, b"f"),
    Frame("done", 0, b"d"),
)
PROFILES = {
    "openai": "openai-generic",
    "dashscope": "qwen3-235b-a22b",
    "deepseek": "deepseek-v4-pro",
    "vllm": "qwen3-235b-a22b-vllm",
    "anthropic": "claude-opus-4-7",
}
SAID = {
    "text": Choice(text=("Good", " day", "!")),
    "thinking": Choice(reasoning=("So", "…"), text=("Good", " day", "!")),
    "tools": Choice(calls=(Call(name="one", arguments=('{"a"', ": 1}")),), finish="tool_calls"),
}
FIELDS = {"content-type": "application/json", "anthropic-version": "2023-06-01"}
EVENTS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
# The least that each fault wants to be told.
WANTED: dict[str, dict[str, Any]] = {
    "status": {"status": 503},
    "stall": {"for": 5},
    "slow": {"factor": 3},
    "keepalive_comments": {"for": 25},
    "corrupt": {"what": "json"},
    "finish": {"reason": "odd"},
    "wrong_usage": {"factor": 2},
}


@pytest.fixture
def stream() -> Plan:
    return Plan(status=200, headers=(), frames=STREAM, dues=(1.0, 1.0, 2.0, 3.0, 3.0, 3.0))


@pytest.fixture
def plain() -> Plan:
    return Plan(status=200, headers=(), frames=(Frame("body", 8, b"abcdef"),), dues=(4.0,))


@pytest.fixture
def error() -> Plan:
    return Plan(status=503, headers=(), frames=(Frame("body", 0, b"busy"),), dues=(0.0,))


class Wire:
    """One dialect's short answers, and faults that strike them as an upstream lets them."""

    def __init__(self, name: str) -> None:
        self.name = name
        one = Span(least=1, most=1, source="test", sure="assumed")
        profile = load_profile(PROFILES[name]).quirked(Quirks(obfuscation=False))
        self.profile: Profile = profile.model_copy(update={"delta_tokens": one})
        self.dialect: Dialect = DIALECTS[name].fitted(self.profile)
        self.sent = Sent(request_id="req-1", arrived=0.0)

    def plan(self, said: str = "text", *, stream: bool = True, fault: Fault | None = None) -> Plan:
        return _plan(self, said, stream, None if fault is None else fault.model_dump_json(by_alias=True))

    def error(self, fault: Fault) -> Plan:
        shape = self.dialect.failure(getattr(fault, "status", 500), getattr(fault, "code", None))
        return outright.error(self.dialect, shape, shape.text, self.sent)

    def struck(
        self,
        given: dict[str, Any],
        said: str = "text",
        *,
        stream: bool = True,
        framed: Callable[[Plan], Plan] | None = None,
    ) -> Plan:
        """The plan under a fault, both before and after it is framed."""
        fault = READER.validate_python(given)
        plan = self.plan(said, stream=stream, fault=fault)
        context = Context(plan, mishap=self.dialect.mishap, stamp=bytes(range(32)), wall=1_795_392_000.25)
        hit = struck(fault, plan, self.error(fault), context)
        return mangled(fault, framed(hit) if framed else hit)

    def body(self, *, stream: bool) -> dict[str, Any]:
        """A request with all that makes the answer say what it can."""
        counted = {"stream_options": {"include_usage": True}} if stream and self.name != "anthropic" else {}
        thinking: dict[str, Any] = {
            "openai": {},
            "dashscope": {"enable_thinking": stream},
            "deepseek": {"thinking": {"type": "enabled"}},
            "vllm": {"chat_template_kwargs": {"enable_thinking": True}},
            "anthropic": {"max_tokens": 99, "thinking": {"type": "adaptive", "display": "summarized"}},
        }[self.name]
        message = {"role": "user", "content": "hi"}
        return {"model": self.profile.models[0], "messages": [message], "stream": stream, **counted, **thinking}


@cache
def wire_of(name: str) -> Wire:
    return Wire(name)


@cache
def _plan(wire: Wire, said: str, stream: bool, fault: str | None) -> Plan:
    body = msgspec.json.encode(wire.body(stream=stream))
    prompt: Prompt = wire.dialect.chat.decode(body, FIELDS, wire.profile)
    generation = Generation(choices=(SAID[said],), prompt_tokens=9)
    letter = Letter(
        prompt=prompt,
        generation=uttered(READER.validate_json(fault) if fault else None, generation),
        profile=wire.profile,
        stamp=bytes(range(32)),
        created=1_795_392_000,
    )
    headers = wire.dialect.headers(wire.sent)
    if stream:
        frames = wire.dialect.chat.stream(letter)
        dues = tuple(float(number + 1) for number in range(len(frames)))
        return Plan(status=200, headers=(*EVENTS, *headers), frames=frames, dues=dues)
    data = wire.dialect.chat.plain(letter)
    head = outright.sized(outright.JSON, headers, data)
    tokens = sum(choice.tokens for choice in letter.generation.choices)
    return Plan(status=200, headers=head, frames=(Frame("body", tokens, data),), dues=(4.0,))


@pytest.fixture(params=PROFILES)
def wire(request: pytest.FixtureRequest) -> Wire:
    return wire_of(request.param)


@pytest.fixture(scope="session")
def wires() -> Callable[[str], Wire]:
    return wire_of


ERRORS = {
    "openai": b'{"error":{"message":"Overloaded","type":"server_error","param":null,"code":null}}',
    "anthropic": b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req-1"}',
}
MISHAPS: dict[str, Callable[[bytes], bytes]] = {"openai": framing.data, "anthropic": partial(framing.named, "error")}


@pytest.fixture(params=ERRORS)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Plan]:
    """Checks what a fault makes of the golden `before`, in an OpenAI-like wire and in Anthropic's; returns the plan."""

    def check(**given: Any) -> Plan:
        name, fault = request.param, READER.validate_python(given)
        before = read((GOLDENS / f"before-{name}.txt").read_bytes())
        failed = outright.sized(outright.JSON, before.headers[1:], ERRORS[name])
        error = Plan(
            status=getattr(fault, "status", 0), headers=failed, frames=(Frame("body", 0, ERRORS[name]),), dues=(0,)
        )
        context = Context(before, mishap=MISHAPS[name], stamp=bytes(range(32)), wall=1_795_392_000.25)
        after = mangled(fault, struck(fault, before, error, context))
        file = GOLDENS / f"{fault.do}-{name}.txt"
        if not file.exists():
            (tmp_path / file.name).write_bytes(told(after))
            pytest.fail(f"there is no golden {file.name} yet: read {tmp_path / file.name} and put it into {GOLDENS}")
        assert file.read_bytes() == told(after)
        return after

    return check


def told(plan: Plan) -> bytes:
    """A plan to read: status, times and ending, the head, and the bytes of every frame after a line of its own."""
    dues = " ".join(f"{due:g}" for due in plan.dues)
    first = f"{plan.status} {plan.ending} at {plan.end:g}, due {dues}, fault {plan.fault}\n"
    head = b"".join(b"%b: %b\n" % header for header in plan.headers)
    said = b"".join(b"--- %b %d\n%b" % (frame.phase.encode(), frame.tokens, frame.data) for frame in plan.frames)
    again = b"".join(b"--- again %b" % frame.data for frame in plan.repeat.frames) if plan.repeat else b""
    return first.encode() + head + b"\n" + said + again


def read(text: bytes) -> Plan:
    """The plan of a golden `before`."""
    head, _, rest = text.partition(b"\n\n")
    headers = tuple(tuple(line.split(b": ", 1)) for line in head.split(b"\n")[1:])
    parts = re.split(rb"^--- (\w+) (\d+)\n", rest, flags=re.MULTILINE)[1:]
    frames = tuple(
        Frame(phase.decode(), int(tokens), data) for phase, tokens, data in zip(*[iter(parts)] * 3, strict=True)
    )
    return Plan(status=200, headers=headers, frames=frames, dues=tuple(float(n + 1) for n in range(len(frames))))  # type: ignore[arg-type]  # pairs


@pytest.fixture(scope="session")
def wanted() -> dict[str, dict[str, Any]]:
    return WANTED
