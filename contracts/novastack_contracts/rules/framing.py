"""The framing family: a stream's bytes, from its status line to past its [DONE]."""

from collections.abc import Iterator
from typing import Final

from novastack_contracts import sse
from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import fits
from novastack_contracts.judging import about, answered, replied, spoken, undenied
from novastack_contracts.rule import Problem, Rule, Severity

STREAMS: Final = ("stream", "stream_usage", "stream_limit", "stream_two", "stream_tool")


def _span(event: sse.Event) -> tuple[int, int]:
    return event.offset, event.end


def _is_a_stream(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if exchange.status != 200:
        yield Problem(f"a sound request was answered with {exchange.status}")
    elif not exchange.header("content-type").startswith("text/event-stream"):
        yield Problem(f"content-type is {exchange.header('content-type')!r}, not text/event-stream")
    elif not exchange.transcript.payloads:
        yield Problem("the stream holds no chunk")


def _error_first(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if (exchange.status or 0) < 400:
        yield Problem(f"a request without messages was answered with {exchange.status} and a stream")
    elif exchange.value is None:
        yield Problem("the refusal of a stream is not one JSON object", span=(0, min(len(exchange.body), 80)))


def _is_framed(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    transcript = exchange.transcript
    for stray in transcript.strays[:3]:
        span = (stray.offset, stray.offset + len(stray.line))
        yield Problem("a line with a field that the standard does not know is dropped by clients", span=span)
    if transcript.unfinished is not None:
        span = (transcript.unfinished, len(exchange.body))
        yield Problem("the last event has no blank line after it, so clients drop it", span=span)
    if exchange.failure:
        yield Problem(f"the stream broke off: {exchange.failure}", span=(len(exchange.body), len(exchange.body)))


def _is_json(exchange: Exchange, record: Record) -> Iterator[Problem]:
    for payload in exchange.transcript.payloads:
        if payload.value is None:
            yield Problem("the data is neither one JSON object nor [DONE]", span=_span(payload.event))
    yield from fits("STR-004", "chunk")(exchange, record)


def _has_no_hollow(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    for event in exchange.transcript.hollow[:1]:
        yield Problem("an event without data: some SDKs parse it as JSON and fail", span=_span(event))


def _is_done_once(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    transcript = exchange.transcript
    if not transcript.terminators:
        yield Problem("the stream ends without `data: [DONE]`", span=(len(exchange.body), len(exchange.body)))
    for event in transcript.trailing[:1]:
        yield Problem("something comes after `data: [DONE]`", span=_span(event))


def _is_text(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    try:
        exchange.body.decode("utf-8")
    except UnicodeDecodeError as error:
        yield Problem("the bytes are not UTF-8", span=(error.start, error.end))
    offset = exchange.body.find("\ufffd".encode())
    if offset >= 0:
        yield Problem("U+FFFD stands in the text: a character was cut in two on its way", span=(offset, offset + 3))


RULES: Final = (
    Rule(
        id="STR-001",
        title="A sound stream request is answered with 200 and an event stream",
        severity=Severity.BREAK,
        why="SDKs choose their parser by what they asked for: JSON in its place yields nothing, without an error.",
        source="REC 106 of 106; WHATWG HTML §9.2.5; poolprobe README",
        remedy="Answer stream: true with 200 and content-type text/event-stream.",
        judge=about(*STREAMS, gate=undenied, find=_is_a_stream),
    ),
    Rule(
        id="STR-002",
        title="A fault known before the first token is an HTTP error",
        severity=Severity.BREAK,
        why="Inside a 200 stream no retry, fallback or alarm sees it.",
        source="REC; trustedrouter-provider-check stream.error-signaling",
        remedy="Validate before the status line; answer 4xx JSON as without stream.",
        judge=about("no_messages_stream", gate=replied, find=_error_first),
    ),
    Rule(
        id="STR-003",
        title="The stream is framed as the standard says",
        severity=Severity.BREAK,
        why="What stands outside the frame is silently lost.",
        source="WHATWG HTML §9.2.6; openai-python#498",
        remedy="Write `data:` lines and end each event, the last too, with a blank line.",
        judge=about(*STREAMS, gate=answered, find=_is_framed),
    ),
    Rule(
        id="STR-004",
        title="Each event's data is one JSON chunk or [DONE]",
        severity=Severity.BREAK,
        why="SDKs parse every event's data; one that is no chunk ends the stream with an exception.",
        source="openai-openapi CreateChatCompletionStreamResponse; openai-python src/_streaming.py",
        remedy="Put exactly one chunk object, with choices, in each event.",
        judge=about(*STREAMS, gate=spoken, find=_is_json),
    ),
    Rule(
        id="STR-006",
        title="No event is without data",
        severity=Severity.WARN,
        why="Legal, but openai-python up to 2.37 and openai-go fail on an event that has only id or retry.",
        source="theopenco/llmgateway#2334, openai-python#2722",
        remedy="Send comments for keep-alive, and no id, event or retry lines of their own.",
        judge=about(*STREAMS, gate=spoken, find=_has_no_hollow),
    ),
    Rule(
        id="STR-007",
        title="The stream ends with one [DONE] and nothing after it",
        severity=Severity.ERROR,
        why="It is the only sign that the answer is whole: without it a cut stream looks finished.",
        source="openai-openapi createChatCompletion `stream` (text)",
        remedy="Write `data: [DONE]` and a blank line once, last.",
        judge=about(*STREAMS, gate=spoken, find=_is_done_once),
    ),
    Rule(
        id="ENC-001",
        title="The stream is UTF-8 and no character was cut",
        severity=Severity.BREAK,
        why="A character split over two reads and decoded apart is lost for good.",
        source="WHATWG HTML §9.2.5; aisix#111, librefang#3448, claude-code-router#1672",
        remedy="Forward bytes, or decode incrementally.",
        judge=about(*STREAMS, gate=answered, find=_is_text),
    ),
)
