"""The official SDKs under every fault, preset and framing over real sockets: what their user sees, as a table.

No call hangs longer than the timeout that its client set, and the simulators log nothing.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import anthropic
import httpx
import openai
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.faults import FAULTS, presets
from novastack_simulators.framing import FRAMINGS
from novastack_simulators.server import Endpoint, running_in_thread

PROFILES: Final = ("deepseek-v4-pro", "openai-generic", "qwen3-235b-a22b", "qwen3-235b-a22b-vllm", "claude-opus-4-7")
ASKED: Final[Any] = [{"role": "user", "content": "Tell me a story"}]
SCHEMA: Final[Any] = {"type": "object", "properties": {"city": {"type": "string"}, "note": {"type": "string"}},
                      "required": ["city", "note"]}  # fmt: skip
# Of a client that is left waiting, and of one that is not.
SHORT: Final = 0.3
LONG: Final = 20.0

# What the user of an SDK sees, besides the name of an exception:
WHOLE: Final = "whole"  # the answer, in nothing different
ALTERED: Final = "altered"  # another answer, and no sign that it is one
CUT: Final = "cut"  # a part of the answer, and no sign that more was to come
HOLLOW: Final = "hollow"  # an answer that says nothing, and no sign that something is wrong
PAGE: Final = "page"  # the body as a text
ENDLESS: Final = "endless"  # more and more, until the user has had enough
NONE: Final = "-"  # it makes no sense in this wire, or nobody waits for it here


class Row(NamedTuple):
    """A fault at some places, and what is seen of it: by OpenAI's SDK and by Anthropic's, streamed and plain."""

    fault: dict[str, Any]
    places: tuple[Any, ...]
    openai_stream: str
    openai_plain: str
    anthropic_stream: str
    anthropic_plain: str
    hangs: bool = False


EVENTS: Final = ("first_text", {"after_tokens": 5}, "in_tool_args", "before_finish")
MIDDLE: Final = ("after_headers", "in_reasoning", *EVENTS, "before_usage", "before_done", {"at_byte": 300})
INSIDE: Final = tuple(place for place in MIDDLE if place != {"at_byte": 300})
STATUSES: Final = {
    400: ("BadRequestError", "BadRequestError"),
    401: ("AuthenticationError", "AuthenticationError"),
    402: ("APIStatusError", "PaymentRequiredError"),
    403: ("PermissionDeniedError", "PermissionDeniedError"),
    404: ("NotFoundError", "NotFoundError"),
    408: ("APIStatusError", "RequestTimeoutError"),
    409: ("ConflictError", "ConflictError"),
    413: ("APIStatusError", "ContentTooLargeError"),
    422: ("UnprocessableEntityError", "UnprocessableEntityError"),
    429: ("RateLimitError", "RateLimitError"),
    500: ("InternalServerError", "InternalServerError"),
    502: ("InternalServerError", "InternalServerError"),
    503: ("InternalServerError", "ServiceUnavailableError"),
    504: ("InternalServerError", "GatewayTimeoutError"),
    529: ("InternalServerError", "OverloadedError"),
}


def everywhere(fault: dict[str, Any], by_openai: str, by_anthropic: str, *places: Any) -> Row:
    """Streamed or not, the same."""
    return Row(fault, places, by_openai, by_openai, by_anthropic, by_anthropic)


def silent(fault: dict[str, Any], *places: Any) -> Row:
    """It hangs after the head: OpenAI's SDK says so in its own words, Anthropic's hands on the HTTP library's."""
    return Row(fault, places, "APITimeoutError", "APITimeoutError", "ReadTimeout", "APITimeoutError", hangs=True)


def lost(fault: dict[str, Any], by_anthropic: str, *places: Any) -> Row:
    """The connection is lost after the head; the same of the words."""
    return Row(fault, places, "APIConnectionError", "APIConnectionError", by_anthropic, "APIConnectionError")


MUTE: Final = "APITimeoutError"
GONE: Final = "APIConnectionError"
JSON: Final = "JSONDecodeError"
UTF8: Final = "UnicodeDecodeError"
SERVER: Final = "InternalServerError"
BROKEN: Final = ("APIError", SERVER, "APIStatusError", SERVER)

TABLE: Final = (
    # Instead of the answer
    *(everywhere({"do": "status", "status": status}, *seen) for status, seen in STATUSES.items()),
    everywhere({"do": "html_page"}, SERVER, SERVER),
    Row({"do": "html_page", "status": 200}, (), HOLLOW, PAGE, HOLLOW, PAGE),
    Row({"do": "ok_with_error_body"}, (), "APIError", HOLLOW, "APIStatusError", HOLLOW),
    everywhere({"do": "ok_with_error_body", "as": "json"}, HOLLOW, HOLLOW),
    Row({"do": "empty_body"}, (), HOLLOW, JSON, HOLLOW, JSON),
    everywhere({"do": "empty_body", "status": 503}, SERVER, "ServiceUnavailableError"),
    everywhere({"do": "wrong_content_type"}, WHOLE, WHOLE),
    # Time
    everywhere({"do": "stall", "for": "forever"}, MUTE, MUTE, "before_headers")._replace(hangs=True),
    # DeepSeek shows signs of life, and closes when its patience ends; Claude is silent.
    everywhere({"do": "stall", "for": "forever"}, GONE, MUTE, "queued")._replace(hangs=True),
    silent({"do": "stall", "for": "forever"}, *MIDDLE),
    everywhere({"do": "stall", "for": 0.05}, WHOLE, WHOLE, "before_headers", *MIDDLE),
    everywhere({"do": "slow", "factor": 2}, WHOLE, WHOLE, "before_headers", *MIDDLE),
    everywhere({"do": "keepalive_comments", "for": 0.02, "every": 0.005}, WHOLE, WHOLE, "before_headers", *INSIDE),
    everywhere({"do": "blank_lines"}, WHOLE, WHOLE, "before_headers", *INSIDE),
    silent({"do": "never_end", "every": 60}, "in_reasoning", *EVENTS),
    Row({"do": "never_end", "every": 0.001}, ("in_reasoning", *EVENTS), ENDLESS, NONE, ENDLESS, NONE),
    # Breaking off
    everywhere({"do": "rst"}, GONE, GONE, "before_headers"),
    lost({"do": "rst"}, "ReadError", *MIDDLE),
    everywhere({"do": "fin"}, GONE, GONE, "before_headers"),
    lost({"do": "fin"}, "RemoteProtocolError", *MIDDLE),
    everywhere({"do": "cut"}, GONE, GONE, "before_headers"),
    lost({"do": "cut"}, "ReadError", *MIDDLE),
    lost({"do": "cut", "by": "fin"}, "RemoteProtocolError", *MIDDLE),
    Row({"do": "truncate"}, ("before_headers", "after_headers", {"at_byte": 300}), HOLLOW, JSON, HOLLOW, JSON),
    Row({"do": "truncate"}, ("in_reasoning", *EVENTS, "before_usage"), CUT, JSON, CUT, JSON),
    Row({"do": "truncate"}, ("before_done",), WHOLE, JSON, WHOLE, JSON),
    Row({"do": "in_band_error"}, ("before_headers", *INSIDE), *BROKEN),
    Row({"do": "error_event"}, ("before_headers", *INSIDE), *BROKEN),
    # Bytes
    everywhere({"do": "corrupt", "what": "json"}, JSON, JSON, "before_headers", *INSIDE),
    everywhere({"do": "corrupt", "what": "utf8"}, UTF8, UTF8, "before_headers", *MIDDLE),
    lost({"do": "corrupt", "what": "chunk_size"}, "RemoteProtocolError", "before_headers", *MIDDLE),
    # OpenAI's SDK has had its [DONE] and reads no further; Anthropic's reads to the end.
    Row({"do": "corrupt", "what": "content_length"}, (), WHOLE, GONE, "RemoteProtocolError", GONE),
    # Events
    Row({"do": "duplicate"}, ("before_headers", "before_finish", "before_usage", "before_done"), WHOLE, JSON, WHOLE, JSON),
    Row({"do": "duplicate"}, ("in_reasoning", "first_text", {"after_tokens": 5}, "in_tool_args"), ALTERED, JSON, ALTERED, JSON),
    Row({"do": "drop"}, ("before_headers",), WHOLE, WHOLE, ALTERED, WHOLE),
    Row({"do": "drop"}, ("in_reasoning", "first_text", {"after_tokens": 5}, "in_tool_args"), ALTERED, WHOLE, ALTERED, WHOLE),
    Row({"do": "drop"}, ("before_finish", "before_usage"), CUT, WHOLE, CUT, WHOLE),
    Row({"do": "drop"}, ("before_done",), WHOLE, WHOLE, WHOLE, WHOLE),
    Row({"do": "reorder"}, ("in_reasoning", "first_text", {"after_tokens": 5}, "in_tool_args"), ALTERED, WHOLE, ALTERED, WHOLE),
    Row({"do": "reorder"}, ("before_headers", "before_done"), WHOLE, WHOLE, WHOLE, WHOLE),
    # DeepSeek's last chunk comes behind [DONE], where nobody reads it.
    Row({"do": "reorder"}, ("before_finish",), CUT, WHOLE, WHOLE, WHOLE),
    Row({"do": "empty_choices"}, ("before_headers", *INSIDE), WHOLE, HOLLOW, NONE, NONE),
    everywhere({"do": "wrong_model"}, ALTERED, ALTERED, "before_headers"),
    everywhere({"do": "wrong_id"}, ALTERED, ALTERED, "before_headers"),
    everywhere({"do": "missing_usage"}, ALTERED, ALTERED),
    everywhere({"do": "wrong_usage", "factor": 2}, ALTERED, ALTERED),
    everywhere({"do": "finish", "reason": "odd"}, ALTERED, ALTERED),
    everywhere({"do": "finish", "reason": "odd"}, CUT, CUT, {"after_tokens": 5}),
    everywhere({"do": "unknown_finish_reason"}, ALTERED, ALTERED),
)  # fmt: skip
PRESETS: Final = (
    everywhere({"preset": "overloaded"}, SERVER, "OverloadedError"),
    everywhere({"preset": "quota-exhausted"}, "APIStatusError", "PaymentRequiredError"),
    everywhere({"preset": "flapping"}, SERVER, "ServiceUnavailableError"),
    everywhere({"preset": "cold-start"}, MUTE, MUTE)._replace(hangs=True),
    silent({"preset": "slow-first-token"}),
    silent({"preset": "silent-in-reasoning"}),
    lost({"preset": "cut-mid-stream"}, "ReadError"),
    Row({"preset": "truncated-stream"}, (), CUT, JSON, CUT, JSON),
    everywhere({"preset": "garbage-event"}, JSON, JSON),
    everywhere({"preset": "half-a-character"}, UTF8, UTF8),
    everywhere({"preset": "html-502"}, SERVER, SERVER),
    Row({"preset": "empty-200"}, (), HOLLOW, JSON, HOLLOW, JSON),
    Row({"preset": "error-in-200"}, (), "APIError", HOLLOW, "APIStatusError", HOLLOW),
    Row({"preset": "never-ending"}, (), ENDLESS, NONE, ENDLESS, NONE),
    everywhere({"preset": "no-usage"}, ALTERED, ALTERED),
    everywhere({"preset": "double-counted"}, ALTERED, ALTERED),
    everywhere({"preset": "served-by-another"}, ALTERED, ALTERED),
    everywhere({"preset": "failover-s01"}, "RateLimitError", "RateLimitError"),
    everywhere({"preset": "failover-s02"}, "RateLimitError", "RateLimitError"),
    everywhere({"preset": "failover-s03"}, SERVER, SERVER),
    everywhere({"preset": "failover-s04"}, SERVER, "ServiceUnavailableError"),
    everywhere({"preset": "failover-s05"}, GONE, GONE),
    everywhere({"preset": "failover-s06"}, MUTE, MUTE)._replace(hangs=True),
    silent({"preset": "failover-s07"}),
    lost({"preset": "failover-s08"}, "ReadError"),
    silent({"preset": "failover-s09"}),
    everywhere({"preset": "failover-s10"}, JSON, JSON),
    Row({"preset": "failover-s11"}, (), WHOLE, JSON, WHOLE, JSON),
    everywhere({"preset": "failover-s12"}, "BadRequestError", "BadRequestError"),
    everywhere({"preset": "failover-s13"}, "BadRequestError", "BadRequestError"),
    lost({"preset": "failover-s14"}, "ReadError"),
    everywhere({"preset": "failover-s15"}, SERVER, "ServiceUnavailableError"),
    everywhere({"preset": "failover-s16"}, SERVER, "ServiceUnavailableError"),
)  # fmt: skip
# These go by chance, or last longer than a test: below.
APART: Final = ("rate-limited", "brown-out", "region-outage", "keepalive-storm")


class Heard(NamedTuple):
    """All that an SDK tells of an answer, put together."""

    words: str
    finish: str | None
    usage: int | None
    models: frozenset[str]
    ids: frozenset[str]
    events: int = 1


class Call(NamedTuple):
    """One way to ask: with which SDK for which upstream, streamed or not, with tools or not, and in which scope.

    `most` is how many events the user takes before they have had enough.
    """

    sdk: Any
    endpoint: Endpoint
    stream: bool
    tools: bool = False
    scope: str = ""
    patience: float = LONG
    most: int = 10_000
    retries: int = 0

    @property
    def client(self) -> Any:
        headers = {"x-sim-scope": self.scope} if self.scope else {}
        return self.sdk.with_options(timeout=self.patience, max_retries=self.retries, default_headers=headers)


class EndlessError(Exception):
    """More came than the whole answer has."""


def within(events: Any, most: int) -> Iterator[Any]:
    for number, event in enumerate(events):
        if number > most:
            raise EndlessError
        yield event


def by_openai(call: Call) -> Heard | str:
    """Asked with OpenAI's SDK; where it can be, with reasoning and with usage."""
    dialect = call.endpoint.dialect
    more: dict[str, Any] = {"extra_body": {"enable_thinking": call.stream}} if dialect == "dashscope" else {}
    if dialect == "openai" and not call.tools:
        more["reasoning_effort"] = "low"
    if call.tools:
        more["tools"] = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
    if call.stream:
        more["stream_options"] = {"include_usage": True}
    made = call.client.chat.completions.create(
        model=call.endpoint.models[0], messages=ASKED, stream=call.stream, **more
    )
    return made if isinstance(made, str) else _openai(within(made, call.most) if call.stream else [made])


def _openai(chunks: Any) -> Heard:
    words, finish, usage, models, ids, count = "", None, None, set(), set(), 0
    for chunk in chunks:
        count += 1
        models.add(chunk.model)
        ids.add(chunk.id)
        usage = chunk.usage.total_tokens if chunk.usage else usage
        for choice in chunk.choices or ():
            said = choice.message if hasattr(choice, "message") else choice.delta
            reasoning = getattr(said, "reasoning_content", None) or getattr(said, "reasoning", None) or ""
            calls = [part for call in said.tool_calls or () for part in (call.function.name, call.function.arguments)]
            words += "".join((reasoning, said.content or "", *filter(None, calls)))
            finish = choice.finish_reason or finish
    return Heard(words, finish, usage, frozenset(models), frozenset(ids), count)


def by_anthropic(call: Call) -> Heard | str:
    """Asked with Anthropic's SDK, with thinking that is shown."""
    more: dict[str, Any] = {"thinking": {"type": "adaptive", "display": "summarized"}}
    if call.tools:
        more = {"tools": [{"name": "weather", "input_schema": SCHEMA}]}
    made = call.client.messages.create(
        model=call.endpoint.models[0], max_tokens=2000, messages=ASKED, stream=call.stream, **more
    )
    if isinstance(made, str):
        return made
    return _anthropic(within(made, call.most)) if call.stream else _message(made)


def _message(made: Any) -> Heard:
    words = ""
    for block in made.content or ():
        words += getattr(block, "thinking", "") + getattr(block, "text", "")
        words += block.name + json.dumps(block.input) if block.type == "tool_use" else ""
    usage = made.usage.output_tokens if made.usage else None
    return Heard(words, made.stop_reason, usage, frozenset({made.model}), frozenset({made.id}))


def _anthropic(events: Any) -> Heard:
    words, finish, usage, models, ids, count = "", None, None, set(), set(), 0
    for event in events:
        count += 1
        if event.type == "message_start":
            models.add(event.message.model)
            ids.add(event.message.id)
        elif event.type == "content_block_start" and event.content_block.type == "tool_use":
            words += event.content_block.name
        elif event.type == "content_block_delta":
            words += "".join(getattr(event.delta, name, "") or "" for name in ("thinking", "text", "partial_json"))
        elif event.type == "message_delta":
            finish, usage = event.delta.stop_reason, event.usage.output_tokens if event.usage else None
    return Heard(words, finish, usage, frozenset(models), frozenset(ids), count)


def judged(whole: Heard, heard: Heard) -> str:
    """What became of an answer that ended without an exception."""
    if heard[:-1] == whole[:-1]:
        return WHOLE
    if not heard.words and heard.finish is None:
        return HOLLOW
    missing = len(heard.words) < len(whole.words) or heard.finish is None
    return CUT if missing and whole.words.startswith(heard.words) else ALTERED


ASKING: Final[dict[bool, Callable[[Call], Heard | str]]] = {False: by_openai, True: by_anthropic}


def seen(call: Call, whole: Heard) -> str:
    """The word for what the user sees."""
    try:
        heard = ASKING[call.endpoint.dialect == "anthropic"](call)
    except EndlessError:
        return ENDLESS
    except Exception as error:  # noqa: BLE001 - which one it is is what is looked at
        return type(error).__name__
    return PAGE if isinstance(heard, str) else judged(whole, heard)


class Stage:
    """The upstreams with an SDK for each, and what each answers when nothing is wrong: streamed or not, with tools."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.http = httpx.Client(trust_env=False, verify=False, timeout=LONG)
        self.endpoints = {endpoint.dialect: endpoint for endpoint in endpoints}
        self.touched = set(self.endpoints)
        self.sdks = {endpoint.dialect: sdk(endpoint) for endpoint in endpoints}
        self.wholes = {
            (dialect, stream, tools): self._whole(self.call(dialect, stream=stream, tools=tools))
            for dialect in self.endpoints
            for stream in (True, False)
            for tools in (True, False)
        }

    @staticmethod
    def _whole(call: Call) -> Heard:
        whole = ASKING[call.endpoint.dialect == "anthropic"](call)
        assert isinstance(whole, Heard)
        return whole

    def close(self) -> None:
        for each in (self.http, *self.sdks.values()):
            each.close()

    def call(self, dialect: str, *, stream: bool, **more: Any) -> Call:
        return Call(self.sdks[dialect], self.endpoints[dialect], stream, **more)

    def sees(self, dialect: str, *, stream: bool, **more: Any) -> str:
        """What the user sees now."""
        whole = self.wholes[dialect, stream, more.get("tools", False)]
        return seen(self.call(dialect, stream=stream, most=whole.events + 20, **more), whole)

    def put(self, dialect: str, noun: str, scope: str, value: Any) -> bool:
        """False where it makes no sense."""
        self.touched.add(dialect)
        url = f"{self.endpoints[dialect].control_url}/{noun}"
        return self.http.put(url, params={"scope": scope}, json=value).status_code == 200

    def reset(self) -> None:
        for dialect in self.touched:
            self.http.post(f"{self.endpoints[dialect].control_url}/reset").raise_for_status()
        self.touched.clear()

    def struck(self, dialect: str, scope: str) -> list[str | None]:
        url = f"{self.endpoints[dialect].control_url}/journal"
        return [entry["fault"] for entry in self.http.get(url, params={"scope": scope}).json()["entries"]]

    def tries(self, dialect: str, fault: dict[str, Any], *, stream: bool, hangs: bool = False) -> str:
        """What the user sees of a fault, in a scope of its own."""
        scope = "streamed" if stream else "plain"
        if not self.put(dialect, "faults", scope, [fault]):
            return NONE
        tools = fault.get("at") == "in_tool_args"
        return self.sees(dialect, stream=stream, tools=tools, scope=scope, patience=SHORT if hangs else LONG)


def sdk(endpoint: Endpoint) -> Any:
    """The vendor's own client; nothing here is TLS, and loading the certificates is what takes longest."""
    vendor: Any = anthropic if endpoint.dialect == "anthropic" else openai
    made = vendor.Anthropic if endpoint.dialect == "anthropic" else vendor.OpenAI
    http = vendor.DefaultHttpxClient(trust_env=False, verify=False)
    return made(base_url=endpoint.base_url, api_key=endpoint.api_key, http_client=http)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    upstreams = [
        {"name": name, "profile": name, "api_keys": ["sk-sim"], "quirks": {"caching": False}} for name in PROFILES
    ]
    settings = {"speed": 1000, "grace": 0.1, "created": 1_790_000_000, "upstreams": upstreams}
    with running_in_thread(SimulatorsConfig.model_validate(settings)) as endpoints:
        made = Stage(endpoints)
        yield made
        made.close()


@pytest.fixture
def quiet(stage: Stage, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Stage]:
    """The upstreams reset; afterwards nothing was logged and nothing printed."""
    stage.reset()
    with caplog.at_level(logging.WARNING):
        yield stage
    assert [] == [record.getMessage() for record in caplog.records]
    assert "" == capfd.readouterr().err


def named(row: Row) -> str:
    first = "".join(f" {place if isinstance(place, str) else next(iter(place))}" for place in row.places[:1])
    return " ".join(str(value) for value in row.fault.values()) + first


def placed(row: Row) -> list[dict[str, Any]]:
    """The fault at each of its places."""
    return [{**row.fault, "at": place} for place in row.places] or [row.fault]


def expected(row: Row) -> tuple[str, ...]:
    return row.openai_stream, row.openai_plain, row.anthropic_stream, row.anthropic_plain


def tried(stage: Stage, fault: dict[str, Any], row: Row, dialects: Sequence[str]) -> list[str]:
    """What each SDK sees, streamed and plain; where nothing is expected nobody is asked."""
    wanted = expected(row)
    ways = [
        (dialect, stream)
        for dialect in dialects
        for stream, want in zip((True, False), wanted[2:] if dialect == "anthropic" else wanted[:2], strict=True)
        if want != NONE
    ]
    with ThreadPoolExecutor(len(ways) if row.hangs else 1) as pool:
        jobs = [pool.submit(stage.tries, dialect, fault, stream=stream, hangs=row.hangs) for dialect, stream in ways]
        return [job.result() for job in jobs]


@pytest.mark.parametrize("row", [*TABLE, *PRESETS], ids=named)
def test_what_the_sdks_see(quiet: Stage, row: Row) -> None:
    """OpenAI's against DeepSeek, Anthropic's against Claude: at the first of its places."""
    wanted = [word for word in expected(row) if word != NONE]
    assert wanted == tried(quiet, placed(row)[0], row, ("deepseek", "anthropic"))


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in TABLE if len(row.places) > 1], ids=named)
def test_what_they_see_at_every_other_place(quiet: Stage, row: Row) -> None:
    """The same."""
    wanted = [word for word in expected(row) if word != NONE]
    for fault in placed(row)[1:]:
        assert (fault, wanted) == (fault, tried(quiet, fault, row, ("deepseek", "anthropic")))


# What these see differently has its reason in the wire: DeepSeek says 402, and its last chunk has both finish and usage.
OWN: Final = ({"preset": "quota-exhausted"}, {"do": "reorder"}, {"do": "truncate"}, {"do": "drop"})
ALIKE: Final = tuple(
    row._replace(places=row.places[:1])
    for row in (*TABLE, *PRESETS)
    if row.fault not in OWN and row.places[:1] not in (("in_reasoning",), ("queued",))
)


@pytest.mark.slow
@pytest.mark.parametrize("row", ALIKE, ids=named)
def test_the_others_look_the_same(quiet: Stage, row: Row) -> None:
    """OpenAI's SDK against the other three, each row at its first place; hidden reasoning cannot fall silent."""
    wanted = [word for word in expected(row)[:2] if word != NONE] * 3
    if row.fault == {"preset": "silent-in-reasoning"}:
        wanted[0] = WHOLE
    assert wanted == tried(quiet, placed(row)[0], row, ("openai", "dashscope", "vllm"))


def test_the_table_has_every_fault_and_preset() -> None:
    """And no other; those that go by chance or last are below."""
    assert set(FAULTS) == {row.fault["do"] for row in TABLE}
    assert set(presets()) == {row.fault["preset"] for row in PRESETS} | set(APART)


@pytest.mark.parametrize("dialect", ["deepseek", "anthropic"])
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("preset", "may_be"),
    [
        ("rate-limited", {WHOLE, "RateLimitError"}),
        ("brown-out", {WHOLE}),
        ("region-outage", {GONE, SERVER, "ServiceUnavailableError"}),
    ],
)
def test_what_goes_by_chance(quiet: Stage, preset: str, may_be: set[str], dialect: str, stream: bool) -> None:
    """A few attempts of the same request: each is one of these, and the journal knows which was struck."""
    quiet.put(dialect, "faults", "", [{"preset": preset}])
    found = [quiet.sees(dialect, stream=stream) for _ in range(6)]
    assert set(found) <= may_be
    struck = [fault is not None and preset != "brown-out" for fault in quiet.struck(dialect, "")]
    assert [word != WHOLE for word in found] == struck


@pytest.mark.parametrize("dialect", ["deepseek", "anthropic"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_storm_of_comments_is_no_answer_and_no_timeout(quiet: Stage, dialect: str, stream: bool) -> None:
    """The preset keepalive-storm, shortened: each comment gives the client new patience, so it outlasts its timeout."""
    fault = {"do": "keepalive_comments", "every": 0.05, "for": 2 * SHORT, "at": "after_headers"}
    assert WHOLE == quiet.tries(dialect, fault, stream=stream, hangs=True)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("dialect", "framing"), [(d, f) for d in ("deepseek", "anthropic") for f in FRAMINGS])
def test_every_framing_says_the_same(quiet: Stage, dialect: str, framing: str, stream: bool) -> None:
    """A byte order mark costs both what stands behind it (docs/framing.md): OpenAI's an empty event, Anthropic's the ids."""
    assert quiet.put(dialect, "framing", "", framing)
    marked = (dialect, framing, stream) == ("anthropic", "bom", True)
    assert (ALTERED if marked else WHOLE) == quiet.sees(dialect, stream=stream)


@pytest.mark.parametrize("framing", ["one-byte", "gzip", "everything-legal"])
@pytest.mark.parametrize("dialect", ["deepseek", "anthropic"])
@pytest.mark.parametrize(
    "row",
    [row for row in TABLE if row.fault in ({"do": "rst"}, {"do": "fin"}, {"do": "error_event"}, {"do": "corrupt", "what": "json"})],
    ids=named,
)  # fmt: skip
def test_faults_are_seen_under_every_framing(quiet: Stage, row: Row, dialect: str, framing: str) -> None:
    """As without."""
    place = next((place for place in row.places if place != "before_headers"), "before_headers")
    assert quiet.put(dialect, "framing", "streamed", framing)
    wanted = row.anthropic_stream if dialect == "anthropic" else row.openai_stream
    assert wanted == quiet.tries(dialect, {**row.fault, "at": place}, stream=True)


RETRIED: Final = (408, 409, 429, 500, 502, 503, 504, 529)


WAIT: Final = {"seconds": 0.001, "as": "ms"}


@pytest.mark.parametrize("dialect", ["deepseek", "anthropic"])
@pytest.mark.parametrize("status", STATUSES)
def test_which_errors_are_tried_again(quiet: Stage, dialect: str, status: int) -> None:
    """Twice, when they are told to wait a millisecond; what is the caller's own mistake is not."""
    quiet.put(dialect, "faults", "", [{"do": "status", "status": status, "retry_after": WAIT}])
    word = quiet.sees(dialect, stream=False, retries=2)
    requests = 3 if status in RETRIED else 1
    assert (STATUSES[status][dialect == "anthropic"], requests) == (word, len(quiet.struck(dialect, "")))


@pytest.mark.parametrize("dialect", ["deepseek", "anthropic"])
@pytest.mark.parametrize(("status", "told", "requests"), [(503, False, 1), (400, True, 3)])
def test_should_retry_is_obeyed(quiet: Stage, dialect: str, status: int, told: bool, requests: int) -> None:
    """Against what the status says."""
    fault = {"do": "status", "status": status, "should_retry": told, "retry_after": WAIT}
    quiet.put(dialect, "faults", "", [fault])
    quiet.sees(dialect, stream=False, retries=2)
    assert requests == len(quiet.struck(dialect, ""))


@pytest.mark.parametrize("given", [130, {"seconds": 130, "as": "date"}, {"seconds": 130, "as": "ms"}])
def test_too_long_a_wait_is_none(quiet: Stage, given: Any) -> None:
    """OpenAI's SDK does not wait for more than 120 seconds, in whichever form they are told: it gives up at once."""
    quiet.put("deepseek", "faults", "", [{"do": "status", "status": 429, "retry_after": given}])
    word = quiet.sees("deepseek", stream=False, retries=2)
    assert ("RateLimitError", 1) == (word, len(quiet.struck("deepseek", "")))


@pytest.mark.parametrize("dialect", ["deepseek", "anthropic"])
def test_the_second_attempt_is_answered(quiet: Stage, dialect: str) -> None:
    """And the user sees nothing of the first."""
    quiet.put(dialect, "faults", "", [{"do": "rst", "when": {"first": 1}}])
    assert (WHOLE, ["rst", None]) == (quiet.sees(dialect, stream=True, retries=1), quiet.struck(dialect, ""))
