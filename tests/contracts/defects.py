"""The defects that the judge must find, each with the rules it must turn red: those, and no other.

`red` are broken in both profiles, `strict` in strict only. Legal variants are changes that must raise no alarm.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Draft = Any
Change = Callable[[Draft], None]


@dataclass(frozen=True)
class Defect:
    change: Change
    red: frozenset[str]
    strict: frozenset[str] = frozenset()


def _defect(change: Change, *red: str, strict: tuple[str, ...] = ()) -> Defect:
    return Defect(change, frozenset(red), frozenset(strict))


def on_answer(change: Callable[[dict[str, Any]], None]) -> Change:
    """Change whole answers."""
    return lambda draft: change(draft.value) if draft.completion else None


def on_message(change: Callable[[dict[str, Any]], None]) -> Change:
    """Change the message of every choice."""
    return on_answer(lambda value: [change(choice["message"]) for choice in value["choices"]] and None)


def on_call(change: Callable[[dict[str, Any]], None]) -> Change:
    """Change every call of whole answers."""
    return on_message(lambda message: [change(call) for call in message.get("tool_calls", [])] and None)


def on_usage(change: Callable[[dict[str, Any]], None]) -> Change:
    """Change the usage of whole answers."""
    return on_answer(lambda value: change(value["usage"]))


def on_chunks(change: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Change the list of a stream's chunks."""
    return lambda draft: None if draft.chunks is None else (change(draft.chunks), None)[1]


def on_deltas(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change each choice of each chunk."""
    return on_chunks(lambda chunks: [change(choice) for chunk in chunks for choice in chunk["choices"]])


def on_pieces(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change each piece of each streamed call."""
    return on_deltas(lambda choice: [change(piece) for piece in choice["delta"].get("tool_calls", [])])


def on_events(change: Callable[[bytes], bytes]) -> Change:
    """Change a stream's bytes."""

    def apply(draft: Draft) -> None:
        if draft.chunks is not None:
            draft.raw = change(draft.events)

    return apply


def _without_tools(change: Change) -> Change:
    return lambda draft: None if draft.asked.get("tools") else change(draft)


def on_error(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change the error object of every refusal."""
    return lambda draft: None if draft.status < 400 else (change(draft.value["error"]), None)[1]


def on_models(change: Callable[[Any], object]) -> Change:
    """Change the list of models."""
    return lambda draft: (change(draft.value), None)[1] if draft.path == "/v1/models" and draft.status == 200 else None


def on_card(change: Callable[[Any], object]) -> Change:
    """Change the card of the model."""
    return lambda draft: (change(draft.value), None)[1] if draft.path == "/v1/models/test-model" else None


def _serve_anyway(wanted: Callable[[Draft], bool], status: int = 200) -> Change:
    """Answer a faulty request with a sound answer, or fail on it."""
    message = {"role": "assistant", "content": "Sure.", "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    head = {"id": "x", "object": "chat.completion", "created": 1_795_400_000, "model": "m"}
    oops = {"error": {"message": "Oops.", "type": "server_error", "param": None, "code": None}}

    def apply(draft: Draft) -> None:
        if draft.status >= 400 and wanted(draft):
            draft.status = status
            draft.value = head | {"choices": [choice], "usage": usage} if status == 200 else oops

    return apply


def _says(text: str) -> Callable[[Draft], bool]:
    return lambda draft: text in draft.value["error"]["message"]


def _set(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda item: item.update(values)


def _drop(*keys: str) -> Callable[[dict[str, Any]], None]:
    return lambda item: [item.pop(key, None) for key in keys] and None


def _last(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """The last chunk with a choice: the one that finishes."""
    return [chunk for chunk in chunks if chunk["choices"]][-1]


def _finish_twice(chunks: list[dict[str, Any]]) -> None:
    chunks.insert(chunks.index(_last(chunks)) + 1, _last(chunks))


def _talk_after_finish(chunks: list[dict[str, Any]]) -> None:
    late = json.loads(json.dumps(_last(chunks)))
    late["choices"][0] |= {"delta": {"content": " Oh."}, "finish_reason": None}
    chunks.insert(chunks.index(_last(chunks)) + 1, late)


def _think_late(chunks: list[dict[str, Any]]) -> None:
    late = json.loads(json.dumps(_last(chunks)))
    late["choices"][0] |= {"delta": {"reasoning_content": "Hm."}, "finish_reason": None}
    chunks.insert(chunks.index(_last(chunks)), late)


def _number(chunks: list[dict[str, Any]], key: str, first: Any) -> None:
    for number, chunk in enumerate(chunks):
        chunk[key] = f"{first}{number}" if isinstance(first, str) else first + number


def _count_tokens(chunks: list[dict[str, Any]]) -> None:
    for number, chunk in enumerate(chunk for chunk in chunks if chunk["choices"]):
        chunk["choices"][0]["index"] = number


def _only_first_choice(draft: Draft) -> None:
    if draft.completion:
        del draft.value["choices"][1:]


def _only_first_voice(chunks: list[dict[str, Any]]) -> None:
    chunks[:] = [chunk for chunk in chunks if not chunk["choices"] or chunk["choices"][0]["index"] == 0]


def _no_usage_chunk(chunks: list[dict[str, Any]]) -> None:
    chunks[:] = [chunk for chunk in chunks if chunk["choices"]]


def _usage_in_front(chunks: list[dict[str, Any]]) -> None:
    if not chunks[-1]["choices"]:
        chunks.insert(1, chunks.pop())


def _usage_on_finish(chunks: list[dict[str, Any]]) -> None:
    if not chunks[-1]["choices"]:
        usage = chunks.pop()["usage"]
        chunks[-1]["usage"] = usage


def _usage_unasked(draft: Draft) -> None:
    if draft.chunks is not None and not draft.asked.get("stream_options"):
        draft.chunks[-1]["usage"] = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def _says_stop(draft: Draft) -> None:
    for choice in _choices(draft):
        if choice["finish_reason"] == "length":
            choice["finish_reason"] = "stop"


def _choices(draft: Draft) -> list[dict[str, Any]]:
    if draft.completion:
        return list(draft.value["choices"])
    return [choice for chunk in draft.chunks or [] for choice in chunk["choices"]]


def _no_limit(draft: Draft) -> None:
    usages = [draft.value["usage"]] if draft.completion else [chunk.get("usage") for chunk in draft.chunks or []]
    for usage in usages:
        if usage and draft.asked["max_tokens"] == 5:
            usage.update(completion_tokens=9, total_tokens=21)


def _plain(status: int) -> Change:
    def apply(draft: Draft) -> None:
        if draft.completion:
            draft.status, draft.value = status, {"error": {"message": "m", "type": "t", "param": None, "code": None}}

    return apply


def _text_errors(draft: Draft) -> None:
    if draft.status >= 400:
        draft.raw = b"<html>Bad</html>"


def _raw_answers(change: Callable[[bytes], bytes]) -> Change:
    def apply(draft: Draft) -> None:
        if draft.completion:
            draft.raw = change(json.dumps(draft.value).encode())

    return apply


def _header(name: str, value: str, wanted: Callable[[Draft], bool]) -> Change:
    return lambda draft: draft.headers.update({name: value}) if wanted(draft) else None


def _cut_short(wanted: Callable[[Draft], bool]) -> Change:
    return lambda draft: setattr(draft, "lie", 9) if wanted(draft) else None


def _json_stream(draft: Draft) -> None:
    if draft.chunks is not None:
        draft.headers["content-type"] = "application/json"


def _failing_stream(draft: Draft) -> None:
    if draft.chunks is not None:
        draft.status, draft.chunks = 500, None
        draft.value = {"error": {"message": "m", "type": "t", "param": None, "code": None}}
        draft.headers["content-type"] = "application/json"


def _stream_then_error(draft: Draft) -> None:
    if draft.status == 400 and draft.asked.get("stream"):
        draft.status, draft.raw = 200, b'data: {"error":{"message":"m","type":"t"}}\n\ndata: [DONE]\n\n'
        draft.headers["content-type"] = "text/event-stream"


def _error_in_200(draft: Draft) -> None:
    if draft.status == 400 and not draft.asked.get("stream"):
        draft.status = 200


def _open_door(draft: Draft) -> None:
    if draft.status == 401:
        draft.status, draft.value = 400, draft.value | {"error": draft.value["error"] | {"code": "invalid_api_key"}}


def _open_list(draft: Draft) -> None:
    if draft.status == 401 and draft.path.endswith("models"):
        draft.status, draft.value = 200, {"object": "list", "data": []}


def _status_422(draft: Draft) -> None:
    if draft.status == 400:
        draft.status = 422


def _repeat_name(piece: dict[str, Any]) -> None:
    piece["function"]["name"] = "get_weather"


def _cut_character(events: bytes) -> bytes:
    return events.replace(b"Hello", "Hell\u00f6".encode()[:-1])


_STREAMED = lambda draft: draft.chunks is not None  # noqa: E731 - named for the table below
_SPLICE = b"data: [DONE]\n\n"

DEFECTS: dict[str, Defect] = {
    # models
    "models_bare_list": _defect(
        lambda draft: setattr(draft, "value", [1]) if draft.path == "/v1/models" and draft.status == 200 else None,
        "MOD-001",
    ),
    "models_no_owner": _defect(on_models(lambda value: value["data"][0].pop("owned_by")), "MOD-001"),
    "models_no_created": _defect(on_models(lambda value: value["data"][0].pop("created")), strict=("MOD-001",)),
    "models_twice": _defect(on_models(lambda value: value["data"].append(value["data"][0])), "MOD-002"),
    "card_in_list": _defect(on_card(_set(object="list")), "MOD-003"),
    "unknown_served": _defect(_serve_anyway(_says("does not exist")), "MOD-004"),
    "unknown_is_400": _defect(
        lambda draft: setattr(draft, "status", 400) if draft.status == 404 else None, strict=("MOD-004",)
    ),
    # chat
    "chat_500": _defect(_plain(500), "RES-001"),
    "chat_octets": _defect(_header("content-type", "application/octet-stream", lambda d: d.completion), "RES-001"),
    "chat_text": _defect(_raw_answers(lambda _: b"Hello there"), "RES-001"),
    "chat_no_choices": _defect(on_answer(_drop("choices")), "RES-001"),
    "chat_cut": _defect(_cut_short(lambda draft: draft.completion), "RES-001"),
    "chat_same_id": _defect(on_answer(_set(id="chatcmpl-1")), "RES-002"),
    "chat_empty_id": _defect(on_answer(_set(id="")), "RES-002"),
    "chat_object": _defect(on_answer(_set(object="chat.completions")), "RES-003"),
    "chat_milliseconds": _defect(on_answer(_set(created=1_795_400_000_000)), "RES-004"),
    "chat_iso_time": _defect(on_answer(_set(created="2026-11-23")), "RES-004"),
    "chat_old_time": _defect(on_answer(_set(created=1_600_000_000)), strict=("RES-004",)),
    "chat_n_ignored": _defect(_only_first_choice, "RES-006"),
    "chat_index_7": _defect(on_answer(lambda value: value["choices"][0].update(index=7)), "RES-006"),
    "chat_role_model": _defect(on_message(_set(role="model")), "RES-007"),
    "chat_no_content": _defect(on_message(_drop("content")), "RES-008"),
    "chat_end_turn": _defect(
        on_answer(lambda value: value["choices"][0].update(finish_reason="end_turn")), "RES-009", "TOOL-006", "LIM-002"
    ),
    "chat_empty_calls": _defect(on_message(lambda message: message.setdefault("tool_calls", [])), strict=("RES-010",)),
    "chat_null_annotations": _defect(on_message(_set(annotations=None)), strict=("RES-011",)),
    "chat_no_refusal": _defect(on_message(_drop("refusal")), strict=("RES-012",)),
    "chat_duplicate_key": _defect(_raw_answers(lambda body: b'{"id": "a", ' + body[1:]), "RES-014"),
    "chat_nan": _defect(_raw_answers(lambda body: b'{"speed": NaN, ' + body[1:]), "RES-014"),
    # limits
    "limit_ignored": _defect(_no_limit, "LIM-001"),
    "limit_says_stop": _defect(_says_stop, "LIM-002"),
    # usage
    "usage_missing": _defect(on_answer(_drop("usage")), "USE-001"),
    "usage_negative": _defect(on_usage(_set(prompt_tokens=-12, total_tokens=-3)), "USE-002"),
    "usage_text": _defect(on_usage(_set(prompt_tokens="12")), "USE-002"),
    "usage_sum": _defect(on_usage(_set(total_tokens=99)), "USE-003"),
    "usage_zeros": _defect(
        on_usage(lambda usage: usage.update(prompt_tokens=0, total_tokens=usage["completion_tokens"])), "USE-004"
    ),
    "usage_part_exceeds": _defect(
        on_usage(lambda usage: usage["prompt_tokens_details"].update(cached_tokens=99)), strict=("USE-005",)
    ),
    "usage_null_details": _defect(on_usage(_set(prompt_tokens_details=None)), strict=("USE-005",)),
    # framing
    "stream_as_json": _defect(_json_stream, "STR-001"),
    "stream_500": _defect(_failing_stream, "STR-001"),
    "stream_empty": _defect(on_events(lambda _: b""), "STR-001"),
    "stream_only_done": _defect(on_events(lambda _: _SPLICE), "STR-001"),
    "stream_json_lines": _defect(on_events(lambda events: events.replace(b"data: ", b"")), "STR-001", "STR-003"),
    "stream_then_error": _defect(_stream_then_error, "STR-002"),
    "stream_unterminated": _defect(on_events(lambda events: events[:-1]), "STR-003", "STR-007"),
    "stream_stray_line": _defect(on_events(lambda events: b'{"id":1}\n' + events), "STR-003"),
    "stream_cut": _defect(_cut_short(_STREAMED), "STR-003"),
    "stream_two_in_one": _defect(
        _without_tools(on_events(lambda events: events.replace(b"}\n\ndata: {", b"}{", 1))), "STR-004", "STR-016"
    ),
    "stream_error_event": _defect(
        on_events(lambda events: events.replace(_SPLICE, b'data: {"error":{"message":"m"}}\n\n' + _SPLICE)),
        "STR-004",
        "STR-008",
        "STR-009",
        "STR-010",
        "STR-017",
    ),
    "stream_hollow": _defect(on_events(lambda events: b"id: 1\n\n" + events), "STR-006"),
    "stream_no_done": _defect(on_events(lambda events: events.replace(_SPLICE, b"")), "STR-007"),
    "stream_done_twice": _defect(on_events(lambda events: events + _SPLICE), "STR-007"),
    "stream_after_done": _defect(on_events(lambda events: _SPLICE + events.replace(_SPLICE, b"")), "STR-007"),
    "stream_cut_character": _defect(on_events(_cut_character), "ENC-001", "STR-004"),
    "stream_replacement": _defect(on_events(lambda events: events.replace(b"Hello", "Hell\ufffd".encode())), "ENC-001"),
    # stream
    "stream_new_ids": _defect(on_chunks(lambda chunks: _number(chunks, "id", "c-")), "STR-008"),
    "stream_empty_id": _defect(on_chunks(lambda chunks: [chunk.update(id="") for chunk in chunks]), "STR-008"),
    "stream_new_times": _defect(on_chunks(lambda chunks: _number(chunks, "created", 1_795_400_000)), "STR-009"),
    "stream_new_models": _defect(on_chunks(lambda chunks: _number(chunks, "model", "m-")), "STR-010"),
    "stream_object": _defect(
        on_chunks(lambda chunks: [chunk.update(object="chat.completion") for chunk in chunks]), "STR-010"
    ),
    "stream_index_counts": _defect(_without_tools(on_chunks(_count_tokens)), "STR-012", "STR-014", "STR-016"),
    "stream_empty_finish": _defect(
        on_deltas(lambda choice: choice.update(finish_reason=choice["finish_reason"] or "")),
        "STR-013",
        "STR-014",
        "STR-015",
    ),
    "stream_no_finish_key": _defect(
        on_deltas(lambda choice: choice["finish_reason"] or choice.pop("finish_reason")), strict=("STR-013",)
    ),
    "stream_eos": _defect(
        on_deltas(lambda choice: choice["finish_reason"] == "stop" and choice.update(finish_reason="eos")), "STR-013"
    ),
    "stream_no_finish": _defect(on_deltas(lambda choice: choice.update(finish_reason=None)), "STR-014"),
    "stream_no_choices": _defect(
        on_chunks(lambda chunks: [chunk.update(choices=[]) for chunk in chunks]), "STR-014", "STR-028"
    ),
    "stream_finish_twice": _defect(on_chunks(_finish_twice), "STR-014"),
    "stream_talks_on": _defect(on_chunks(_talk_after_finish), "STR-015"),
    "stream_no_role": _defect(on_deltas(lambda choice: choice["delta"].pop("role", None)), "STR-016"),
    "stream_role_always": _defect(
        on_deltas(lambda choice: choice["finish_reason"] or choice["delta"].update(role="assistant")), "STR-016"
    ),
    "stream_role_empty": _defect(
        on_deltas(lambda choice: "role" in choice["delta"] and choice["delta"].update(role="")), "STR-016"
    ),
    "stream_usage_ignored": _defect(on_chunks(_no_usage_chunk), "STR-017"),
    "stream_usage_early": _defect(on_chunks(_usage_in_front), "STR-017"),
    "stream_usage_on_finish": _defect(on_chunks(_usage_on_finish), strict=("STR-017",)),
    "stream_usage_unasked": _defect(_usage_unasked, strict=("STR-018",)),
    "stream_n_ignored": _defect(on_chunks(_only_first_voice), "STR-028"),
    "stream_thinks_late": _defect(on_chunks(_think_late), "STR-031"),
    # tools
    "call_empty_id": _defect(on_call(_set(id="")), "TOOL-001"),
    "call_same_ids": _defect(on_call(_set(id="call_1")), "TOOL-001"),
    "piece_no_ids": _defect(on_pieces(_drop("id")), "TOOL-001"),
    "call_no_type": _defect(on_call(_drop("type")), "TOOL-002"),
    "call_prefixed": _defect(on_call(lambda call: call["function"].update(name="functions.get_weather")), "TOOL-003"),
    "call_object_arguments": _defect(
        on_call(lambda call: call["function"].update(arguments={"city": "Paris"})), "TOOL-004"
    ),
    "call_half_arguments": _defect(on_call(lambda call: call["function"].update(arguments='{"city":')), "TOOL-005"),
    "call_list_arguments": _defect(on_call(lambda call: call["function"].update(arguments="[]")), "TOOL-005"),
    "call_says_stop": _defect(
        on_answer(
            lambda value: (
                [
                    choice.update(finish_reason="stop")
                    for choice in value["choices"]
                    if choice["finish_reason"] == "tool_calls"
                ]
                and None
            )
        ),
        "TOOL-006",
    ),
    "call_lost": _defect(on_message(_drop("tool_calls")), "TOOL-007"),
    "piece_no_index": _defect(on_pieces(_drop("index")), "TOOL-011"),
    "piece_from_one": _defect(on_pieces(lambda piece: piece.update(index=piece["index"] + 1)), "TOOL-011"),
    "piece_repeats_name": _defect(on_pieces(_repeat_name), "TOOL-012"),
    # requests
    "serves_no_messages": _defect(
        _serve_anyway(lambda d: _says("Missing")(d) and not d.asked.get("stream")), "REQ-001"
    ),
    "refuses_in_other_words": _defect(
        lambda draft: draft.value["error"].update(code=None) if draft.status == 400 else None,
        strict=("REQ-001", "REQ-006"),
    ),
    "serves_empty_messages": _defect(_serve_anyway(_says("empty")), "REQ-002"),
    "fails_on_bad_json": _defect(_serve_anyway(_says("not a JSON"), 500), "REQ-003", "REQ-004"),
    "serves_no_model": _defect(_serve_anyway(_says("model parameter")), "REQ-005"),
    "serves_too_hot": _defect(_serve_anyway(_says("Too hot")), "REQ-006"),
    # errors
    "error_html": _defect(_text_errors, "ERR-001", "STR-002", strict=("REQ-001", "REQ-006", "MOD-004", "AUTH-001")),
    "error_octets": _defect(
        _header("content-type", "application/octet-stream", lambda draft: draft.status >= 400), strict=("ERR-001",)
    ),
    "error_string": _defect(
        lambda draft: draft.value.update(error="Unauthorized") if draft.status == 401 else None,
        "ERR-002",
        strict=("AUTH-001",),
    ),
    "error_no_message": _defect(on_error(_set(message="")), "ERR-003"),
    "error_no_param": _defect(
        lambda draft: draft.value["error"].pop("param") if draft.status == 401 else None, strict=("ERR-004",)
    ),
    "error_numeric_code": _defect(
        lambda draft: draft.value["error"].update(code=404) if draft.status == 404 else None,
        strict=("ERR-005", "MOD-004"),
    ),
    "error_in_200": _defect(_error_in_200, "ERR-006"),
    "error_422": _defect(_status_422, strict=("ERR-007",)),
    # auth
    "auth_after_body": _defect(_open_door, "AUTH-001"),
    "auth_open_list": _defect(_open_list, strict=("AUTH-001",)),
    "auth_other_code": _defect(
        lambda draft: draft.value["error"].update(code=None) if draft.status == 401 else None, strict=("AUTH-001",)
    ),
    "header_no_request_id": _defect(lambda draft: draft.headers.pop("x-request-id") and None, strict=("HDR-001",)),
    "header_same_request_id": _defect(_header("x-request-id", "req_1", lambda _: True), strict=("HDR-001",)),
}


def _crlf(events: bytes) -> bytes:
    return events.replace(b"\n", b"\r\n")


def _finish_with_last(chunks: list[dict[str, Any]]) -> None:
    """The finish comes with the last delta, as some servers send it."""
    for index in {choice["index"] for chunk in chunks for choice in chunk["choices"]}:
        mine = [chunk for chunk in chunks if chunk["choices"] and chunk["choices"][0]["index"] == index]
        mine[-2]["choices"][0]["finish_reason"] = mine[-1]["choices"][0]["finish_reason"]
        chunks.remove(mine[-1])


def _null_usage(draft: Draft) -> None:
    for chunk in draft.chunks or []:
        chunk.setdefault("usage", None)


# Must be green in both profiles.
VARIANTS: dict[str, Change] = {
    "crlf": on_events(_crlf),
    "cr": on_events(lambda events: events.replace(b"\n", b"\r")),
    "no_space_after_data": on_events(lambda events: events.replace(b"data: ", b"data:")),
    "comments": on_events(lambda events: b": keep-alive\n\n" + events.replace(b"\n\n", b"\n\n: ping\n\n")),
    "byte_order_mark": on_events(lambda events: b"\xef\xbb\xbf" + events),
    "multi_line_data": on_events(lambda events: events.replace(b', "choices"', b',\ndata: "choices"')),
    "event_names": on_events(lambda events: events.replace(b"data: {", b"event: message\ndata: {")),
    "blank_lines": on_events(lambda events: b"\n\n" + events.replace(b"\n\n", b"\n\n\n\n")),
    "finish_with_last_content": on_chunks(_finish_with_last),
    "usage_null_on_chunks": _null_usage,
    "usage_absent_on_chunks": on_chunks(
        lambda chunks: [chunk.pop("usage") for chunk in chunks if chunk["choices"] and "usage" in chunk]
    ),
    "unknown_keys": on_chunks(
        lambda chunks: [chunk.update(obfuscation="aGk", service_tier="default") for chunk in chunks]
    ),
    "fingerprint_null": on_answer(_set(system_fingerprint=None)),
    "role_without_content": on_deltas(lambda choice: choice["delta"].get("role") and choice["delta"].pop("content")),
    "no_usage_details": on_usage(_drop("prompt_tokens_details", "completion_tokens_details")),
    "escaped_unicode": on_events(lambda events: events.replace(b"Hello", b"\\ud83d\\ude00")),
    "raw_unicode": on_events(lambda events: events.replace(b"Hello", "\U0001f600".encode())),
    "json_after_blank_lines": _raw_answers(lambda body: b"\n\n\n" + body),
    "json_charset": _header("content-type", "application/json; charset=utf-8", lambda draft: draft.chunks is None),
}
# Legal for SDKs, though not OpenAI's own wire: green in compat.
COMPAT_VARIANTS: dict[str, Change] = {
    "no_refusal_no_logprobs": on_answer(
        lambda value: (
            [(choice.pop("logprobs"), choice["message"].pop("refusal")) for choice in value["choices"]] and None
        )
    ),
    "reasoning_first": on_message(_set(reasoning_content="Let me think.")),
    "deepseek_usage_on_finish": on_chunks(_usage_on_finish),
    "no_request_id": lambda draft: draft.headers.pop("x-request-id") and None,
    "vllm_nulls": on_message(_set(annotations=None, function_call=None, audio=None)),
    "vllm_numeric_codes": on_error(_set(code=400)),
}
