"""The fields of a response request (openapi.yaml 2.3.0, CreateResponse). What is not simulated is refused."""

from typing import Any, Final

from novastack_simulators.dialects.openai.checks import (
    Array,
    Boolean,
    Check,
    Decimal,
    Either,
    Integer,
    Object,
    Tagged,
    Text,
    Word,
    anything,
    rejected,
    unsupported,
)
from novastack_simulators.dialects.openai.fields import (
    DETAIL,
    EFFORT,
    METADATA,
    NAME,
    RETENTION,
    SCHEMA,
    TEXT,
    TIER,
    TYPED,
    VERBOSITY,
    image,
)

STATUS: Final = Word(("in_progress", "completed", "incomplete"))
KEPT: Final[dict[str, Check]] = {**TYPED, "id": TEXT, "status": STATUS}
READ: Final = {
    "input_text": Object({**TYPED, "text": TEXT}, ("type", "text")),
    "input_image": Object({**TYPED, "image_url": image, "detail": DETAIL, "file_id": unsupported}, ("type",)),
    "input_file": Object(
        {**TYPED, "file_data": TEXT, "filename": TEXT, "file_url": TEXT, "file_id": unsupported}, ("type",)
    ),
}
SAID: Final = {
    "output_text": Object(
        {**TYPED, "text": TEXT, "annotations": Array(anything), "logprobs": Array(anything)}, ("type", "text")
    ),
    "refusal": Object({**TYPED, "refusal": TEXT}, ("type", "refusal")),
}


def _content(value: Any, path: str) -> None:
    """A text, or parts: of what is read or, sent back, of what was said."""
    Either((TEXT, Array(Tagged("type", {**READ, **SAID}), least=1)))(value, path)


def _previous(value: Any, path: str) -> None:
    TEXT(value, path)
    raise rejected(path, "previous_response_not_found", f"Previous response with id '{value}' not found.")


def _background(value: Any, path: str) -> None:
    Boolean()(value, path)
    if value:
        unsupported(value, path)


MESSAGE: Final = Object(
    {**KEPT, "role": Word(("assistant", "system", "developer", "user")), "content": _content, "phase": TEXT},
    ("role", "content"),
)
SUMMARY: Final = Object({**TYPED, "text": TEXT}, ("type", "text"))
ITEMS: Final = Tagged("type", {
    "message": MESSAGE,
    "function_call": Object(
        {**KEPT, "call_id": Text(least=1, most=64), "name": TEXT, "arguments": TEXT}, ("call_id", "name", "arguments")
    ),
    "function_call_output": Object(
        {**KEPT, "call_id": Text(least=1, most=64), "output": Either((TEXT, Array(Tagged("type", READ))))},
        ("call_id", "output"),
    ),
    "reasoning": Object(
        {**KEPT, "summary": Array(SUMMARY), "content": Array(SUMMARY), "encrypted_content": TEXT}, ("id", "summary")
    ),
})  # fmt: skip


def item(value: Any, path: str) -> None:
    """An item of the input; one without a type is a message."""
    (ITEMS if isinstance(value, dict) and "type" in value else MESSAGE)(value, path)


FUNCTION: Final = Object({**TYPED, "name": NAME}, ("type", "name"))
RESPONSE: Final = Object({
    "model": Text(least=1),
    "input": Either((TEXT, Array(item, least=1))),
    "instructions": TEXT,
    "max_output_tokens": Integer(16),
    "temperature": Decimal(0, 2),
    "top_p": Decimal(0, 1),
    "top_logprobs": Integer(0, 20),
    "tools": Array(Tagged("type", {
        "function": Object(
            {**TYPED, "name": NAME, "description": TEXT, "parameters": SCHEMA, "strict": Boolean()}, ("type", "name")
        ),
    }), most=128),
    "tool_choice": Either((Word(("none", "auto", "required")), Tagged("type", {
        "function": FUNCTION,
        "allowed_tools": Object(
            {**TYPED, "mode": Word(("auto", "required")), "tools": Array(Tagged("type", {"function": FUNCTION}), least=1)},
            ("type", "mode", "tools"),
        ),
    }))),
    "parallel_tool_calls": Boolean(),
    "text": Object({
        "format": Tagged("type", {
            "text": Object(TYPED),
            "json_object": Object(TYPED),
            "json_schema": Object(
                {**TYPED, "name": NAME, "description": TEXT, "schema": SCHEMA, "strict": Boolean()},
                ("type", "name", "schema"),
            ),
        }),
        "verbosity": VERBOSITY,
    }),
    "reasoning": Object({
        "effort": EFFORT,
        "summary": Word(("auto", "concise", "detailed")),
        "generate_summary": Word(("auto", "concise", "detailed")),
    }),
    "include": Array(
        Word(("reasoning.encrypted_content", "message.output_text.logprobs", "message.input_image.image_url")),
        names="an array of strings",
    ),
    "stream": Boolean(),
    "stream_options": Object({"include_obfuscation": Boolean()}),
    "store": Boolean(),
    "metadata": METADATA,
    "truncation": Word(("auto", "disabled")),
    "service_tier": TIER,
    "user": TEXT,
    "safety_identifier": Text(most=64),
    "prompt_cache_key": TEXT,
    "prompt_cache_retention": RETENTION,
    "background": _background,
    "previous_response_id": _previous,
    **dict.fromkeys(
        ("conversation", "prompt", "context_management", "max_tool_calls", "moderation", "prompt_cache_options"),
        unsupported),
}, ("model", "input"))  # fmt: skip
