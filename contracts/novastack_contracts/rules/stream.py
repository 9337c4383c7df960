"""The stream family: what the chunks say, in which order, and how each choice ends."""

from collections.abc import Iterator
from typing import Any, Final

from novastack_contracts import sse
from novastack_contracts.exchange import Exchange, Record
from novastack_contracts.fitting import fits
from novastack_contracts.judging import about, spoken
from novastack_contracts.profile import STRICT_ONLY
from novastack_contracts.rule import Problem, Rule, Severity
from novastack_contracts.rules.framing import STREAMS
from novastack_contracts.stream import Payload, Slip

_FINISHES: Final = frozenset(
    # The last is DeepSeek's own documented reason.
    {"stop", "length", "tool_calls", "content_filter", "function_call", "insufficient_system_resource"}
)


def _span(event: sse.Event) -> tuple[int, int]:
    return event.offset, event.end


def _same(exchange: Exchange, key: str) -> Iterator[Problem]:
    chunks = [chunk for chunk in exchange.transcript.chunks if chunk.value is not None and key in chunk.value]
    values: list[Any] = [chunk.value[key] for chunk in chunks if chunk.value is not None]
    for chunk, value in zip(chunks, values, strict=True):
        if value != values[0]:
            yield Problem(
                f"{key} {value!r} differs from the first chunk's {values[0]!r}", f"$.{key}", _span(chunk.event)
            )
            return


def _same_id(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("STR-008", "chunk")(exchange, record)
    yield from _same(exchange, "id")


def _same_created(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("STR-009", "chunk")(exchange, record)
    yield from _same(exchange, "created")


def _same_model(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("STR-010", "chunk")(exchange, record)
    yield from _same(exchange, "model")


def _indexes(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("STR-012", "chunk")(exchange, record)
    count = exchange.asked.get("n", 1)
    for index in exchange.transcript.voices:
        if index >= count:
            yield Problem(f"index {index} with {count} choice(s) asked for", "$.choices[*].index")


def _finish_words(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from fits("STR-013", "chunk")(exchange, record)
    for index, voice in exchange.transcript.voices.items():
        for word in voice.finishes:
            if word not in _FINISHES:
                text = f"choice {index} has finish_reason {word!r}: null until the end, then one of OpenAI's words"
                yield Problem(text, "$.choices[*].finish_reason")
                return


def _finishes_once(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    if not exchange.transcript.voices:
        yield Problem("no choice comes at all")
    for index, voice in exchange.transcript.voices.items():
        if not voice.finishes:
            yield Problem(f"choice {index} never gets a finish_reason")
    yield from _slips(exchange, Slip.FINISH_AGAIN)


def _slips(exchange: Exchange, *kinds: Slip) -> Iterator[Problem]:
    found = [slipped for slipped in exchange.transcript.slips if slipped.slip in kinds]
    for slipped in found[:1]:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        yield Problem(f"choice {slipped.choice}: {slipped.slip.value}{more}", span=_span(slipped.event))


def _nothing_after_finish(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    yield from _slips(exchange, Slip.AFTER_FINISH)


def _role_once(exchange: Exchange, record: Record) -> Iterator[Problem]:
    yield from _slips(exchange, Slip.NO_ROLE, Slip.ROLE_AGAIN, Slip.ROLE_WRONG)
    if not any(slipped.slip is Slip.ROLE_WRONG for slipped in exchange.transcript.slips):
        yield from fits("STR-016", "chunk")(exchange, record)


def _with_usage(exchange: Exchange) -> list[Payload]:
    return [chunk for chunk in exchange.transcript.chunks if chunk.value and chunk.value.get("usage") is not None]


def _usage_last(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    found = _with_usage(exchange)
    if not found:
        yield Problem("include_usage was asked for, and no chunk has usage")
        return
    # OpenAI (openai-openapi ChatCompletionStreamOptions): an additional last chunk, its choices an empty list.
    # DeepSeek puts it on the chunk that finishes, which SDKs read as well.
    last = exchange.transcript.chunks[-1]
    if found[-1] is not last:
        text = "the last chunk has no usage, an earlier one has"
        yield Problem(text, "$.usage", _span(found[-1].event))
    elif len(found) != 1 or last.value is None or last.value.get("choices") != []:
        text = f"{len(found)} chunk(s) with usage: OpenAI sends one, the last, with empty choices"
        yield Problem(text, "$.usage", _span(found[0].event), STRICT_ONLY)


def _no_usage_unasked(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    for chunk in _with_usage(exchange)[:1]:
        yield Problem("usage was not asked for", "$.usage", _span(chunk.event))


def _all_choices(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    count = exchange.asked.get("n", 1)
    missing = sorted(set(range(count)) - set(exchange.transcript.voices))
    if missing:
        yield Problem(f"{count} choices were asked for, and of {missing} nothing came", "$.choices[*].index")


def _reasons_first(exchange: Exchange, _record: Record) -> Iterator[Problem]:
    yield from _slips(exchange, Slip.REASONING_LATE)


RULES: Final = (
    Rule(
        id="STR-008",
        title="All chunks have the same id",
        severity=Severity.ERROR,
        why="Clients that follow several streams put them together by it.",
        source="openai-openapi CreateChatCompletionStreamResponse.id; litellm#38098, foundry-local#144",
        remedy="Choose the id once per stream, for usage and synthetic chunks too.",
        judge=about(*STREAMS, gate=spoken, find=_same_id),
    ),
    Rule(
        id="STR-009",
        title="All chunks have the same created",
        severity=Severity.WARN,
        why="The schema says so, and some stores key on it.",
        source="openai-openapi CreateChatCompletionStreamResponse.created; ollama StreamSharesOneTimestamp",
        remedy="Take the time once per stream.",
        judge=about(*STREAMS, gate=spoken, find=_same_created),
    ),
    Rule(
        id="STR-010",
        title="All chunks name the same model, and are `chat.completion.chunk`",
        severity=Severity.ERROR,
        why="Clients that handle several kinds of object tell them apart by it.",
        source="REC 106 of 106; openai-openapi CreateChatCompletionStreamResponse",
        remedy='Send "object": "chat.completion.chunk" and one model name throughout.',
        judge=about(*STREAMS, gate=spoken, find=_same_model),
    ),
    Rule(
        id="STR-012",
        title="Choice indexes count choices, from 0 to n-1",
        severity=Severity.BREAK,
        why="SDKs put deltas together by index: one that counts tokens makes a new choice of each.",
        source="TGI#1648, foundry-local#144",
        remedy="Send the number of the choice, 0 when n is 1.",
        judge=about(*STREAMS, gate=spoken, find=_indexes),
    ),
    Rule(
        id="STR-013",
        title="`finish_reason` is null until the end, then one of OpenAI's words",
        severity=Severity.ERROR,
        why='An early "" or an unknown word ends agents\' loops at the wrong place.',
        source="openai-openapi (required, nullable); LocalAI#1194, vLLM#19662, LibreChat#5563",
        remedy="Send the key on every choice: null, and at the end stop, length, tool_calls or content_filter.",
        judge=about(*STREAMS, gate=spoken, find=_finish_words),
    ),
    Rule(
        id="STR-014",
        title="Each choice finishes exactly once",
        severity=Severity.BREAK,
        why="Clients wait for it to act on tool calls and to know that the text is whole.",
        source="pi#4558; REC 106 of 106",
        remedy="Send one non-null finish_reason per choice.",
        judge=about(*STREAMS, gate=spoken, find=_finishes_once),
    ),
    Rule(
        id="STR-015",
        title="Nothing is added to a choice after it finished",
        severity=Severity.ERROR,
        why="Clients have closed the message by then; the rest is lost.",
        source="vLLM#36944",
        remedy="Send finish_reason with or after the last delta.",
        judge=about(*STREAMS, gate=spoken, find=_nothing_after_finish),
    ),
    Rule(
        id="STR-016",
        title="The role comes once, in each choice's first delta",
        severity=Severity.WARN,
        why="Some clients start a message at each role; an empty one breaks the history.",
        source="REC; ollama StreamRoleOnlyOnFirstChunk; sandboxed.sh#142",
        remedy='Send "role": "assistant" in the first delta of each choice only.',
        judge=about(*STREAMS, gate=spoken, find=_role_once),
    ),
    Rule(
        id="STR-017",
        title="A stream asked for usage reports it at the end",
        severity=Severity.ERROR,
        why="It is the only way to account for a stream.",
        source="openai-openapi ChatCompletionStreamOptions.include_usage; REC 20 of 20; opencode#42918",
        remedy="Send one last chunk with choices [] and the usage of the whole request.",
        judge=about("stream_usage", gate=spoken, find=_usage_last),
    ),
    Rule(
        id="STR-018",
        title="A stream not asked for usage has none",
        severity=Severity.WARN,
        why="Clients that sum usage over chunks count twice; the extra chunk without choices crashes `choices[0]`.",
        source="openai-openapi ChatCompletionStreamOptions.include_usage; quotio#460",
        remedy="Keep the usage for yourself unless stream_options.include_usage is true.",
        judge=about("stream", gate=spoken, find=_no_usage_unasked),
        profiles=STRICT_ONLY,
    ),
    Rule(
        id="STR-028",
        title="A stream with n choices brings them all",
        severity=Severity.ERROR,
        why="A client that asks for n alternatives and gets one without a word has lost them.",
        source="openai_trtllm#48; LiteLLM loses choice 1 of n=2, measured",
        remedy="Stream every choice under its index, or refuse n above 1 with a 400.",
        judge=about("stream_two", gate=spoken, find=_all_choices),
    ),
    Rule(
        id="STR-031",
        title="Reasoning comes before the answer",
        severity=Severity.WARN,
        why="Interfaces close the thinking box at the first word of the answer.",
        source="gptme#2985; open-webui#23879",
        remedy="Send all reasoning deltas of a choice before its first content.",
        judge=about(*STREAMS, gate=spoken, find=_reasons_first),
    ),
)
