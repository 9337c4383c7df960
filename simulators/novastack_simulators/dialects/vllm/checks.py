"""What vLLM refuses, in its own words: before the types are looked at, and once they are right.

vLLM 0.32 (chat completion protocol, sampling parameters, validation handler), and bodies in public issues of 2026.
Before: validators on the raw JSON, whose errors pydantic wraps. After: the sampling parameters' own checks.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from novastack_simulators.dialects.openai.body import ChatBody
from novastack_simulators.profile import Profile
from novastack_simulators.refusal import Refusal

MOST_CHOICES: Final = 16_384  # VLLM_MAX_N_SEQUENCES
MOST_LOGPROBS: Final = 20  # --max-logprobs
NAMED: Final = 'Correct usage: `{"type": "function", "function": {"name": "my_function"}}`'
Raw = Mapping[str, Any]
# What vLLM would do and this simulator does not, with the value that asks for nothing.
UNBUILT: Final[Mapping[str, tuple[Any, ...]]] = {
    "prompt_logprobs": (None,), "return_token_ids": (None, False), "echo": (False,), "structured_outputs": (None,),
    "continue_final_message": (False,), "add_generation_prompt": (True,), "use_beam_search": (False,),
    "min_tokens": (0,), "ignore_eos": (False,), "stop_token_ids": (None, []), "include_stop_str_in_output": (False,),
    "bad_words": ([],), "allowed_token_ids": (None,), "logprob_token_ids": (None,), "chat_template": (None,),
    "truncate_prompt_tokens": (None,), "documents": (None,), "kv_transfer_params": (None,),
}  # fmt: skip


def before(raw: Raw) -> None:
    """The validators that run on the raw body. Raises Refusal."""
    for rule in (_format, _stream, _logprobs, _tools, _choice, _unbuilt):
        rule(raw)


def _wrong(param: str, message: str, raw: Raw) -> Refusal:
    """A value error as pydantic wraps it; vLLM's own error adds the parameter to its text."""
    text = f"{message} (parameter={param})"
    said = (
        f"1 validation error:\n  {{'type': 'value_error', 'loc': 'body', 'msg': {f'Value error, {text}'!r}, "
        f"'input': {summary(raw)!r}, 'ctx': {{'error': VLLMValidationError({text!r})}}}}"
    )
    return Refusal("type", param=param, message=said)


def summary(value: Any) -> Any:
    """An input as an error says it back: containers by their size, text cut at 200 characters."""
    if isinstance(value, dict | list):
        return f"<{type(value).__name__} of {len(value)} items>"
    text = value if isinstance(value, str) else str(value)
    return f"{text[:200]}...[truncated]" if len(text) > 200 else text


def _format(raw: Raw) -> None:
    given = raw.get("response_format")
    if isinstance(given, dict) and given.get("type") == "json_schema" and given.get("json_schema") is None:
        text = "When response_format type is 'json_schema', the 'json_schema' field must be provided."
        raise _wrong("response_format", text, raw)


def _stream(raw: Raw) -> None:
    if raw.get("stream_options") and not raw.get("stream"):
        raise _wrong("stream_options", "Stream options can only be defined when `stream=True`.", raw)


def _logprobs(raw: Raw) -> None:
    given = raw.get("top_logprobs")
    if given is None:
        return
    if not isinstance(given, int | float):
        raise _wrong("top_logprobs", "`top_logprobs` must be an integer.", raw)
    if given < 0 and given != -1:
        raise _wrong("top_logprobs", "`top_logprobs` must be a positive value or -1.", raw)
    if given and not raw.get("logprobs"):
        raise _wrong("top_logprobs", "when using `top_logprobs`, `logprobs` must be set to true.", raw)


def _tools(raw: Raw) -> None:
    if raw.get("tools") == []:
        text = "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely."
        raise _wrong("tools", text, raw)


def _choice(raw: Raw) -> None:
    given = raw.get("tool_choice")
    if given in (None, "none"):
        return
    if raw.get("tools") is None:
        raise _wrong("tool_choice", "When using `tool_choice`, `tools` must be set.", raw)
    if isinstance(given, dict):
        _named(given, raw)
    elif given not in ("auto", "required"):
        text = (
            f'Invalid value for `tool_choice`: {given}! Only named tools, "none", "auto" or "required" are supported.'
        )
        raise _wrong("tool_choice", text, raw)


def _named(choice: Raw, raw: Raw) -> None:
    function = choice.get("function")
    if not isinstance(function, dict):
        text = f"Invalid value for `function`: `{summary(function)}` in `tool_choice`! {NAMED}"
        raise _wrong("tool_choice.function", text, raw)
    if "name" not in function:
        text = f"Expected field `name` in `function` in `tool_choice`! {NAMED}"
        raise _wrong("tool_choice.function.name", text, raw)
    tools = raw["tools"] if isinstance(raw["tools"], list) else []
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    if function["name"] not in [each.get("name") for each in functions if isinstance(each, dict)]:
        text = "The tool specified in `tool_choice` does not match any of the specified `tools`"
        raise _wrong("tool_choice", text, raw)


def _unbuilt(raw: Raw) -> None:
    for name, nothing in UNBUILT.items():
        if name in raw and raw[name] not in nothing:
            raise _wrong(name, f"`{name}` is not supported by this server.", raw)


class Rule(NamedTuple):
    """What a sampling parameter must satisfy, and what is said if not; `told` adds the parameter, as vLLM's own error."""

    holds: Callable[[Any], bool]
    text: str
    told: bool = False


PENALTY: Final = "{name} must be in [-2, 2], got {value}."
SAMPLING: Final[tuple[tuple[str, Rule], ...]] = (
    ("n", Rule(lambda n: n >= 1, "n must be at least 1, got {value}.")),
    ("n", Rule(
        lambda n: n <= MOST_CHOICES,
        f"n must be at most {MOST_CHOICES}, got {{value}}. To increase this limit, set the VLLM_MAX_N_SEQUENCES "
        "environment variable.",
    )),
    ("presence_penalty", Rule(lambda value: -2 <= value <= 2, PENALTY)),
    ("frequency_penalty", Rule(lambda value: -2 <= value <= 2, PENALTY)),
    ("temperature", Rule(lambda value: value >= 0, "{name} must be non-negative, got {value}.", told=True)),
    ("top_p", Rule(lambda value: 0 < value <= 1, "{name} must be in (0, 1], got {value}.", told=True)),
    ("max_tokens", Rule(lambda value: value >= 1, "{name} must be at least 1, got {value}.", told=True)),
    ("top_logprobs", Rule(
        lambda value: value <= MOST_LOGPROBS,
        f"Requested sample logprobs of {{value}}, which is greater than max allowed: {MOST_LOGPROBS}",
        told=True,
    )),
)  # fmt: skip


def sampling(body: ChatBody, profile: Profile) -> None:
    """The checks of the sampling parameters, in vLLM's order. Raises Refusal."""
    limit = body.max_completion_tokens if body.max_completion_tokens is not None else body.max_tokens
    for name, rule in SAMPLING:
        value = limit if name == "max_tokens" else getattr(body, name)
        if value is not None and not rule.holds(value):
            raise _unfit(name, value, rule.text.format(name=name, value=value), told=rule.told)
    if (body.n or 1) > 1 and body.temperature is not None and body.temperature < 1e-5:
        raise Refusal("invalid", message=f"n must be 1 when using greedy sampling, got {body.n}.")
    longest = int(profile.context.value)
    if limit is not None and limit > longest:
        text = (
            f"max_tokens={limit} cannot be greater than max_model_len=max_total_tokens={longest}. "
            "Please request fewer output tokens."
        )
        raise _unfit("max_tokens", limit, text, told=True)


def _unfit(name: str, value: Any, text: str, *, told: bool) -> Refusal:
    if not told:
        return Refusal("invalid", message=text)
    return Refusal("invalid", param=name, message=f"{text} (parameter={name}, value={value})")
