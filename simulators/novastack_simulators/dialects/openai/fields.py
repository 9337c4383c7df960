"""The fields of OpenAI's requests, endpoint by endpoint: a table each (openapi.yaml 2.3.0, and the API reference).

A field that the API has and that is not simulated is refused as unsupported, never ignored.
"""

from typing import Any, Final

from novastack_simulators.dialects.openai.checks import (
    Array,
    Boolean,
    Check,
    Decimal,
    Either,
    Integer,
    Mapped,
    Object,
    Tagged,
    Text,
    Word,
    anything,
    rejected,
    unsupported,
)

INT64: Final = 2**63
NAME: Final = Text(pattern="[a-zA-Z0-9_-]+", least=1, most=64)
TEXT: Final = Text()
METADATA: Final = Mapped(Text(most=512), most=16, key=64)
BIAS: Final = Mapped(Integer(-100, 100))
EFFORT: Final = Word(("none", "minimal", "low", "medium", "high", "xhigh", "max"))
VERBOSITY: Final = Word(("low", "medium", "high"))
TIER: Final = Word(("auto", "default", "flex", "scale", "priority", "fast"))
STOP: Final = Either((TEXT, Array(TEXT, most=4, names="an array of strings")))
SCHEMA: Final = Mapped(anything)
RETENTION: Final = Word(("in_memory", "24h"))


def image(value: Any, path: str) -> None:
    """An address to fetch or the image itself; neither is looked at further."""
    TEXT(value, path)
    if not value.startswith(("http://", "https://", "data:image/")):
        text = (
            f"Invalid '{path}'. Expected a valid URL or a base64-encoded data URL with an image MIME type "
            "(e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without the 'data:' prefix."
        )
        raise rejected(path, "invalid_image_url", text)


DETAIL: Final = Word(("auto", "low", "high"))
TYPED: Final[dict[str, Check]] = {"type": TEXT}
TEXT_PART: Final = Object({**TYPED, "text": TEXT}, ("type", "text"))
PARTS: Final = {
    "text": TEXT_PART,
    "image_url": Object(
        {**TYPED, "image_url": Object({"url": image, "detail": DETAIL}, ("url",))}, ("type", "image_url")
    ),
    "file": Object(
        {**TYPED, "file": Object({"file_data": TEXT, "file_id": unsupported, "filename": TEXT})}, ("type", "file")
    ),
    "input_audio": Object({**TYPED, "input_audio": unsupported}, ("type", "input_audio")),
}


def content(parts: dict[str, Object]) -> Either:
    return Either((TEXT, Array(Tagged("type", parts), least=1)))


FUNCTION_CALL: Final = Object(
    {**TYPED, "id": Text(least=1), "function": Object({"name": TEXT, "arguments": TEXT}, ("name", "arguments"))},
    ("id", "type", "function"),
)
NAMED: Final[dict[str, Check]] = {"role": TEXT, "name": Text(pattern=r"[^\s<|\\/>]+", most=64)}
ONLY_TEXT: Final = content({"text": TEXT_PART})
TOLD: Final = Object({**NAMED, "content": ONLY_TEXT}, ("role", "content"))
# Keys as in the openapi file; the model's own reply (refusal, annotations, audio, function_call) may be sent back.
MESSAGES: Final = {
    "system": TOLD,
    "assistant": Object(
        {
            **NAMED,
            "content": content({"text": TEXT_PART, "refusal": Object({**TYPED, "refusal": TEXT}, ("type", "refusal"))}),
            "refusal": TEXT,
            "annotations": Array(anything),
            "tool_calls": Array(Tagged("type", {"function": FUNCTION_CALL}), least=1),
            "audio": unsupported,
            "function_call": unsupported,
        },
        ("role",),
    ),
    "user": Object({**NAMED, "content": content(PARTS)}, ("role", "content")),
    "tool": Object({**NAMED, "content": ONLY_TEXT, "tool_call_id": TEXT}, ("role", "content", "tool_call_id")),
    "developer": TOLD,
}
FUNCTION: Final = Object(
    {"name": NAME, "description": TEXT, "parameters": SCHEMA, "strict": Boolean()},
    ("name",),
)
TOOL: Final = Tagged("type", {"function": Object({**TYPED, "function": FUNCTION}, ("type", "function"))})
CHOSEN: Final = Object({**TYPED, "function": Object({"name": TEXT}, ("name",))}, ("type", "function"))
ALLOWED: Final = Object(
    {"mode": Word(("auto", "required")), "tools": Array(Tagged("type", {"function": CHOSEN}), least=1)},
    ("mode", "tools"),
)
TOOL_CHOICE: Final = Either((
    Word(("none", "auto", "required")),
    Tagged("type", {
        "function": CHOSEN,
        "allowed_tools": Object({**TYPED, "allowed_tools": ALLOWED}, ("type", "allowed_tools")),
    }),
))  # fmt: skip
RESPONSE_FORMAT: Final = Tagged("type", {
    "text": Object(TYPED),
    "json_object": Object(TYPED),
    "json_schema": Object({
        **TYPED,
        "json_schema": Object(
            {"name": NAME, "description": TEXT, "schema": SCHEMA, "strict": Boolean()}, ("name", "schema")
        ),
    }, ("type", "json_schema")),
})  # fmt: skip
STREAM_OPTIONS: Final = Object({"include_usage": Boolean(), "include_obfuscation": Boolean()})
SAMPLING: Final[dict[str, Check]] = {
    "model": Text(least=1),
    "temperature": Decimal(0, 2),
    "top_p": Decimal(0, 1),
    "presence_penalty": Decimal(-2, 2),
    "frequency_penalty": Decimal(-2, 2),
    "n": Integer(1, 128),
    "seed": Integer(-INT64, INT64 - 1),
    "stop": STOP,
    "logit_bias": BIAS,
    "stream": Boolean(),
    "stream_options": STREAM_OPTIONS,
    "user": TEXT,
}
CHAT: Final = Object({
    **SAMPLING,
    "messages": Array(Tagged("role", MESSAGES), least=1),
    "max_tokens": Integer(1),
    "max_completion_tokens": Integer(1),
    "logprobs": Boolean(),
    "top_logprobs": Integer(0, 20),
    "tools": Array(TOOL, least=1, most=128),
    "tool_choice": TOOL_CHOICE,
    "parallel_tool_calls": Boolean(),
    "response_format": RESPONSE_FORMAT,
    "reasoning_effort": EFFORT,
    "verbosity": VERBOSITY,
    "service_tier": TIER,
    "store": Boolean(),
    "metadata": METADATA,
    "safety_identifier": Text(most=64),
    "prompt_cache_key": TEXT,
    "prompt_cache_retention": RETENTION,
    "modalities": Array(Word(("text",)), least=1, names="an array of strings"),
    **dict.fromkeys(
        ("audio", "prediction", "web_search_options", "moderation", "prompt_cache_options", "functions",
         "function_call"), unsupported),
}, ("model", "messages"))  # fmt: skip
TOKENS: Final = Array(Integer(0), least=1, most=None, names="an array of integers")
COMPLETION: Final = Object({
    **SAMPLING,
    "prompt": Either((TEXT, Array(Either((TEXT, Integer(0), TOKENS)), least=1, names="an array of strings"))),
    "max_tokens": Integer(0),
    "best_of": Integer(0, 20),
    "echo": Boolean(),
    "logprobs": Integer(0, 5),
    "suffix": unsupported,
}, ("model", "prompt"))  # fmt: skip
EMBEDDING: Final = Object({
    "model": Text(least=1),
    "input": Either((
        Text(least=1), Array(Either((Text(least=1), Integer(0), TOKENS)), least=1, most=2048,
                             names="an array of strings"),
    )),
    "encoding_format": Word(("float", "base64")),
    "dimensions": Integer(1),
    "user": TEXT,
}, ("model", "input"))  # fmt: skip
