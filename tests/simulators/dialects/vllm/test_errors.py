"""Errors: vLLM's texts, types, params and integer codes; SGLang's flat ones; breaks in a stream."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novastack_simulators.dialects.vllm.checks import UNBUILT

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def value_error(text: str, size: int) -> str:
    return (
        f"1 validation error:\n  {{'type': 'value_error', 'loc': 'body', 'msg': {f'Value error, {text}'!r}, "
        f"'input': '<dict of {size} items>', 'ctx': {{'error': VLLMValidationError({text!r})}}}}"
    )


TEXTS: list[tuple[dict[str, Any], str, str | None, str]] = [
    (
        {"temperature": "hot"},
        "Bad Request",
        "body.temperature",
        (
            "1 validation error:\n  {'type': 'float_parsing', 'loc': 'body.temperature', 'msg': 'Input should be a valid "
            "number, unable to parse string as a number', 'input': 'hot'}"
        ),
    ),
    (
        {"messages": [{"content": "x"}]},
        "Bad Request",
        "body.messages.0.role",
        (
            "1 validation error:\n  {'type': 'missing', 'loc': 'body.messages.0.role', 'msg': 'Field required', "
            "'input': '<dict of 1 items>'}"
        ),
    ),
    (
        {"messages": "hi"},
        "Bad Request",
        "body.messages",
        (
            "1 validation error:\n  {'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input should be a valid list', "
            "'input': 'hi'}"
        ),
    ),
    (
        {"temperature": -1},
        "BadRequestError",
        "temperature",
        "temperature must be non-negative, got -1.0. (parameter=temperature, value=-1.0)",
    ),
    ({"top_p": 0}, "BadRequestError", "top_p", "top_p must be in (0, 1], got 0.0. (parameter=top_p, value=0.0)"),
    ({"presence_penalty": 3}, "BadRequestError", None, "presence_penalty must be in [-2, 2], got 3.0."),
    ({"n": 0}, "BadRequestError", None, "n must be at least 1, got 0."),
    (
        {"n": 2, "temperature": 0},
        "BadRequestError",
        None,
        "n must be 1 when using greedy sampling, got 2.",
    ),
    (
        {"max_tokens": 0},
        "BadRequestError",
        "max_tokens",
        "max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)",
    ),
    (
        {"max_tokens": 50_000},
        "BadRequestError",
        "max_tokens",
        (
            "max_tokens=50000 cannot be greater than max_model_len=max_total_tokens=40960. Please request fewer output "
            "tokens. (parameter=max_tokens, value=50000)"
        ),
    ),
    (
        {"stream_options": {"include_usage": True}},
        "Bad Request",
        "stream_options",
        value_error("Stream options can only be defined when `stream=True`. (parameter=stream_options)", 4),
    ),
    (
        {"tools": []},
        "Bad Request",
        "tools",
        value_error(
            "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely. "
            "(parameter=tools)",
            4,
        ),
    ),
    (
        {"tool_choice": "auto"},
        "Bad Request",
        "tool_choice",
        value_error("When using `tool_choice`, `tools` must be set. (parameter=tool_choice)", 4),
    ),
    (
        {"top_logprobs": 2},
        "Bad Request",
        "top_logprobs",
        value_error("when using `top_logprobs`, `logprobs` must be set to true. (parameter=top_logprobs)", 4),
    ),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
        "Bad Request",
        "tool_choice",
        value_error(
            "The tool specified in `tool_choice` does not match any of the specified `tools` (parameter=tool_choice)", 5
        ),
    ),
]


@pytest.mark.parametrize(("change", "kind", "param", "text"), TEXTS)
def test_a_refusal_is_worded_as_vllm_words_it(
    vllm: Any, change: dict[str, Any], kind: str, param: str | None, text: str
) -> None:
    """The whole body: nested, with the status as an integer code."""
    reply = vllm.ask(**change)
    error = {"message": text, "type": kind, "param": param, "code": 400}
    assert (400, {"error": error}) == (reply.status_code, reply.json())


@pytest.mark.parametrize("name", sorted(UNBUILT))
def test_what_is_not_simulated_is_refused(vllm: Any, name: str) -> None:
    """A known parameter that would change the answer is never ignored; its empty value is."""
    asked = {"add_generation_prompt": False}.get(name, 5)
    assert (400, name) == ((reply := vllm.ask(**{name: asked})).status_code, reply.json()["error"]["param"])
    assert 200 == vllm.ask(**{name: UNBUILT[name][0]}).status_code


def test_unknown_fields_are_ignored(vllm: Any) -> None:
    """vLLM's models allow extra fields; the answer is the same."""
    assert vllm.ask().content == vllm.ask(no_such_field={"a": 1}).content


def test_too_long_a_prompt_tells_how_long_it_may_be(vllm: Any) -> None:
    """With what was asked for as output taken off."""
    reply = vllm.ask("word " * 41_000, max_tokens=60)
    found = reply.json()["error"]
    count = int(found["message"].split()[2])
    assert count > 40_960
    text = (
        f"You passed {count} input tokens and requested 60 output tokens. However, the model's context length is only "
        "40960 tokens, resulting in a maximum input length of 40900 tokens. Please reduce the length of the input "
        f"prompt. (parameter=input_tokens, value={count})"
    )
    assert {"message": text, "type": "BadRequestError", "param": "input_tokens", "code": 400} == found


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"text"'])
def test_a_body_that_is_no_object_is_400(vllm: Any, body: bytes) -> None:
    """And a 400, not FastAPI's 422."""
    headers = {**vllm.headers, "content-type": "application/json"}
    reply = vllm.http.post("/v1/chat/completions", content=body, headers=headers)
    assert (400, "Bad Request") == (reply.status_code, reply.json()["error"]["type"])
    assert reply.json()["error"]["message"].startswith("1 validation error:\n  {'type': ")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_only_json_is_read(vllm: Any, kind: str | None) -> None:
    """vLLM looks at the content type; parameters after it are fine."""
    headers = {**vllm.headers, **({"content-type": kind} if kind else {})}
    data = json.dumps(vllm.body()).encode()
    reply = vllm.http.post("/v1/chat/completions", content=data, headers=headers)
    assert (400, True) == (reply.status_code, "Unsupported Media Type" in reply.json()["error"]["message"])
    fine = {**vllm.headers, "content-type": "application/json; charset=utf-8"}
    assert 200 == vllm.http.post("/v1/chat/completions", content=data, headers=fine).status_code


def test_unknown_models_and_paths_and_methods(vllm: Any) -> None:
    """The first is vLLM's own error, the others are named by their phrase."""
    unknown, nowhere, wrong = vllm.ask(model="m"), vllm.http.get("/nowhere"), vllm.http.get("/v1/chat/completions")
    error = {"message": "The model `m` does not exist.", "type": "NotFoundError", "param": "model", "code": 404}
    assert (404, {"error": error}) == (unknown.status_code, unknown.json())
    error = {"message": "Not Found", "type": "Not Found", "param": None, "code": 404}
    assert (404, {"error": error}) == (nowhere.status_code, nowhere.json())
    assert (405, "Method Not Allowed") == (wrong.status_code, wrong.json()["error"]["message"])


@pytest.mark.parametrize("key", [None, "Bearer sk-wrong-key-1234", "Basic eA=="])
def test_a_wrong_key_is_unauthorized_under_v1_only(vllm: Any, key: str | None) -> None:
    """One word, no object; what lies beside /v1 asks for none."""
    headers = {"authorization": key} if key else {}
    reply = vllm.http.get("/v1/models", headers=headers)
    assert (401, {"error": "Unauthorized"}) == (reply.status_code, reply.json())
    for path in ("/health", "/ping", "/version", "/load", "/metrics"):
        assert 200 == vllm.http.get(path, headers=headers).status_code


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "InternalServerError"), (503, "ServiceUnavailableError"), (429, "Too Many Requests")]
)
def test_faults_are_in_the_servers_own_shape(vllm: Any, sglang: Any, status: int, kind: str) -> None:
    """vLLM nests, SGLang does not."""
    for client in (vllm, sglang):
        client.arm({"do": "status", "status": status})
    nested, flat = vllm.ask().json(), sglang.ask().json()
    assert (kind, status) == (nested["error"]["type"], nested["error"]["code"])
    assert {"object": "error", **nested["error"]} == flat


@pytest.mark.parametrize("server", ["vllm", "sglang"])
def test_a_stream_that_breaks_says_so_and_is_done(request: pytest.FixtureRequest, server: str) -> None:
    """An error event, nested in both, then the terminator, under 200."""
    client = request.getfixturevalue(server)
    client.arm({"do": "in_band_error", "status": 503, "at": {"after_tokens": 3}})
    reply = client.ask(stream=True)
    *said, error, done, rest = reply.text.split("\n\n")
    assert (200, 4, "data: [DONE]", "") == (reply.status_code, len(said), done, rest)
    assert (503, "ServiceUnavailableError") == (
        (found := json.loads(error.removeprefix("data: "))["error"])["code"],
        found["type"],
    )


def test_sglang_is_flat(sglang: Any) -> None:
    """The same refusal without a wrapper; the key's is the same in both."""
    found = sglang.ask(temperature=-1).json()
    assert {"object", "message", "type", "param", "code"} == found.keys()
    assert ("error", "BadRequestError", 400) == (found["object"], found["type"], found["code"])
    assert {"error": "Unauthorized"} == sglang.http.get("/v1/models").json()


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.text(max_size=6)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["role", "content", "type", "text", "name", "function"]), inner, max_size=3),
    ),
    max_leaves=5,
).filter(lambda value: value == value)  # noqa: PLR0124 - only NaN differs from itself
FIELDS = st.sampled_from([
    "model", "messages", "max_tokens", "max_completion_tokens", "n", "stop", "tools", "tool_choice", "stream",
    "stream_options", "response_format", "seed", "logprobs", "top_logprobs", "chat_template_kwargs",
    "thinking_token_budget", "include_reasoning", "reasoning_effort", "temperature", *UNBUILT,
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FIELDS, JSON, FIELDS, JSON)
def test_any_value_anywhere_is_never_a_500(vllm: Any, one: str, value: Any, other: str, second: Any) -> None:
    """Whatever stands in two fields, the answer is 200 or a 4xx in vLLM's shape."""
    body = json.dumps(vllm.body(**{one: value, other: second})).replace("Infinity", "1e999").encode()
    headers = {**vllm.headers, "content-type": "application/json"}
    reply = vllm.http.post("/v1/chat/completions", content=body, headers=headers)
    if reply.status_code != 200:
        assert 400 <= reply.status_code < 500
        assert reply.json()["error"]["code"] == reply.status_code


@pytest.mark.parametrize("path", ["/tokenize", "/detokenize"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON)
def test_the_tokenizer_refuses_what_it_cannot_read(vllm: Any, path: str, body: Any) -> None:
    """Never a 500."""
    data = json.dumps(body).replace("Infinity", "1e999").encode()
    assert vllm.http.post(path, content=data).status_code in (200, 400, 404)
