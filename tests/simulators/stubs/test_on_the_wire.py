"""Stubs over real sockets: through every profile's dialect, plain and streamed, by the control plane and at once."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import httpx
import openai
import pytest

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.profile import profile_names
from novastack_simulators.server import Endpoint, running_in_thread

KEY = "sk-sim-stubs"
SHARED = {"name": "configured", "priority": 1, "match": {"last_message": "configured?"}, "reply": {"text": "yes"}}
CALL = {"name": "look_up", "arguments": {"order": "{{ last_message }}"}}
OFF: dict[str, Any] = {
    "dashscope": {"enable_thinking": False},
    "deepseek": {"thinking": {"type": "disabled"}},
    "vllm": {"chat_template_kwargs": {"enable_thinking": False}},
    "anthropic": {"max_tokens": 500},
    "openai": {},
}


class Stubbed:
    """An upstream with stubs, and how it is asked in its own dialect."""

    def __init__(self, endpoint: Endpoint, http: httpx.Client) -> None:
        self.endpoint = endpoint
        self.dialect = endpoint.dialect
        self.http = http
        self.origin = endpoint.control_url.removesuffix("/_sim")
        self.path = "/v1/messages" if self.dialect == "anthropic" else "/v1/chat/completions"

    def put(self, *stubs: dict[str, Any]) -> httpx.Response:
        return self.http.put(f"{self.endpoint.control_url}/stubs", json=list(stubs))

    def ask(self, text: str = "Where is my refund?", path: str | None = None, **more: Any) -> httpx.Response:
        body = {"model": self.endpoint.models[0], "messages": [{"role": "user", "content": text}], **OFF[self.dialect]}
        headers = {"authorization": f"Bearer {KEY}", "anthropic-version": "2023-06-01", "x-team": "red"}
        return self.http.post(self.origin + (path or self.path), json={**body, **more}, headers=headers)

    def last(self) -> dict[str, Any]:
        entry: dict[str, Any] = self.http.get(f"{self.endpoint.control_url}/journal?limit=1").json()["entries"][0]
        return entry

    def text(self, reply: httpx.Response) -> str:
        body = reply.json()
        if self.dialect == "anthropic":
            return "".join(block.get("text", "") for block in body["content"])
        return body["choices"][0]["message"]["content"] or ""

    def calls(self, reply: httpx.Response) -> list[tuple[str, Any]]:
        body = reply.json()
        if self.dialect == "anthropic":
            return [(block["name"], block["input"]) for block in body["content"] if block["type"] == "tool_use"]
        called = body["choices"][0]["message"].get("tool_calls") or []
        return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in called]

    def finish(self, reply: httpx.Response) -> str:
        body = reply.json()
        return str(body["stop_reason"] if self.dialect == "anthropic" else body["choices"][0]["finish_reason"])

    def streamed(self, reply: httpx.Response) -> str:
        lines = [line[6:] for line in reply.text.splitlines() if line.startswith("data: {")]
        deltas = list(map(json.loads, lines))
        if self.dialect == "anthropic":
            return "".join(part.get("delta", {}).get("text", "") for part in deltas)
        return "".join(choice["delta"].get("content") or "" for part in deltas for choice in part["choices"])


@pytest.fixture(scope="module")
def fleet() -> Iterator[dict[str, Stubbed]]:
    upstreams = [{"name": name, "profile": name, "api_keys": [KEY]} for name in profile_names()]
    given = {"speed": 1000, "grace": 0.1, "stubs": [SHARED], "upstreams": upstreams}
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    with (
        running_in_thread(SimulatorsConfig.model_validate(given)) as endpoints,
        httpx.Client(timeout=10, limits=limits) as http,
    ):
        yield {endpoint.name: Stubbed(endpoint, http) for endpoint in endpoints}


@pytest.fixture(params=profile_names())
def upstream(request: pytest.FixtureRequest, fleet: dict[str, Stubbed]) -> Stubbed:
    chosen = fleet[request.param]
    chosen.http.post(f"{chosen.endpoint.control_url}/reset").raise_for_status()
    return chosen


@pytest.fixture
def claude(fleet: dict[str, Stubbed]) -> Stubbed:
    return fleet["claude-opus-4-7"]


def stub(name: str = "s", priority: int = 1, match: Any = None, **reply: Any) -> dict[str, Any]:
    return {"name": name, "priority": priority, "match": match or {}, "reply": reply}


def test_a_configured_stub_answers(upstream: Stubbed) -> None:
    """What all upstreams have; the journal names it."""
    reply = upstream.ask("configured?")
    assert (200, "yes") == (reply.status_code, upstream.text(reply))
    assert ("configured", None) == (upstream.last()["stub"], upstream.last()["nearest"])


def test_without_a_match_the_model_answers(upstream: Stubbed) -> None:
    """And the journal says which part of the nearest stub differed, and how."""
    assert len(upstream.text(upstream.ask("hi"))) > 20
    assert {
        "stub": "configured",
        "differs": [{"part": "last_message", "wanted": 'equals "configured?"', "got": '"hi"'}],
    } == upstream.last()["nearest"]
    assert upstream.last()["stub"] is None


def test_without_stubs_nothing_is_near(upstream: Stubbed) -> None:
    """Useful answers with no stub at all are the default."""
    upstream.http.delete(f"{upstream.endpoint.control_url}/stubs").raise_for_status()
    assert len(upstream.text(upstream.ask("configured?"))) > 20
    assert (None, None) == (upstream.last()["stub"], upstream.last()["nearest"])


@pytest.mark.parametrize(
    "match",
    [
        {"last_message": {"contains": "refund"}},
        {"any_message": {"matches": r"^Where.*\?$"}},
        {"header": {"X-Team": "red"}},
        {"json": {"messages[-1].role": "user"}},
    ],
)
def test_each_subject_is_read_from_the_wire(upstream: Stubbed, match: dict[str, Any]) -> None:
    """Whatever the dialect."""
    upstream.put(stub(match={**match, "model": upstream.endpoint.models[0]}, text="canned"))
    assert "canned" == upstream.text(upstream.ask())


def test_a_stream_says_what_the_plain_reply_says(upstream: Stubbed) -> None:
    """In the dialect's own events, token by token."""
    upstream.put(stub(text="You asked: {{ last_message }} Here is a long enough reply, said in several pieces."))
    plain, stream = upstream.ask(), upstream.ask(stream=True)
    assert "You asked: Where is my refund? Here is" in upstream.text(plain)
    assert upstream.text(plain) == upstream.streamed(stream)
    assert upstream.last()["tokens"]["sent"] == upstream.last()["tokens"]["completion"] > 10


def test_limits_hold_for_stubs_too(upstream: Stubbed) -> None:
    """Exactly so many tokens, and the provider's word for it."""
    upstream.put(stub(text="one two three four five six seven eight"))
    reply = upstream.ask(max_tokens=3)
    assert 3 == upstream.last()["tokens"]["completion"]
    assert upstream.finish(reply) in ("length", "max_tokens")
    stop = "stop_sequences" if upstream.dialect == "anthropic" else "stop"
    assert "one two " == upstream.text(upstream.ask(**{stop: ["three"]}))


def test_tool_calls(upstream: Stubbed) -> None:
    """In the provider's shape, with the request's words in the arguments; then the tool's result has its own stub."""
    upstream.put(
        stub("call", 1, {"last_message": {"contains": "refund"}}, tool_calls=[CALL]),
        stub("tell", 1, {"tool_result": "sent"}, text="It was {{ tool_result }}."),
    )
    called = upstream.ask()
    assert [("look_up", {"order": "Where is my refund?"})] == upstream.calls(called)
    assert upstream.finish(called) in ("tool_calls", "tool_use")
    assert "It was sent." == upstream.text(upstream.ask(messages=_after(upstream, called.json(), "sent")))
    assert "tell" == upstream.last()["stub"]


def _after(upstream: Stubbed, called: dict[str, Any], result: str) -> list[dict[str, Any]]:
    """The conversation after a call and its result; the message that called goes back as it came."""
    user = {"role": "user", "content": "Where is my refund?"}
    if upstream.dialect == "anthropic":
        (block,) = [block for block in called["content"] if block["type"] == "tool_use"]
        answer = {"type": "tool_result", "tool_use_id": block["id"], "content": result}
        said = {name: block[name] for name in ("type", "id", "name", "input")}
        return [user, {"role": "assistant", "content": [said]}, {"role": "user", "content": [answer]}]
    (call,) = called["choices"][0]["message"]["tool_calls"]
    message = {"role": "assistant", "content": "", "tool_calls": [call]}
    return [user, message, {"role": "tool", "tool_call_id": call["id"], "content": result}]


def test_results_and_words_of_the_user_in_one_message(claude: Stubbed) -> None:
    """Anthropic's own shape: the results are seen one by one."""
    claude.put(stub("call", 1, {"last_message": "Where is my refund?"}, tool_calls=[CALL]), stub("two", 2, {"tool_result": "lost"}, text="two"))  # fmt: skip
    messages = _after(claude, claude.ask().json(), "lost")
    messages[-1]["content"].append({"type": "text", "text": "And now?"})
    assert "two" == claude.text(claude.ask(messages=messages))


def test_an_error_in_the_providers_shape(upstream: Stubbed) -> None:
    """Its own type and code unless others are given, and the seconds to wait."""
    upstream.put(stub(error={"status": 429, "message": "No {{ model }} for you", "retry_after": 7}))
    reply = upstream.ask()
    assert (429, "7") == (reply.status_code, reply.headers["retry-after"])
    assert f"No {upstream.endpoint.models[0]} for you" in reply.text
    entry = upstream.last()
    assert ("s", 429, 0) == (entry["stub"], entry["status"], entry["tokens"]["completion"])
    assert entry["tokens"]["prompt"] > 0


def test_an_error_may_be_of_another_type(upstream: Stubbed) -> None:
    """What is not given is the provider's."""
    upstream.put(stub(error={"status": 400, "type": "my_type"}))
    reply = upstream.ask()
    assert (400, True) == (reply.status_code, "my_type" in reply.text)


def test_other_usage_is_reported_and_the_journal_keeps_the_truth(upstream: Stubbed) -> None:
    """To see what a gateway makes of it."""
    upstream.put(stub(text="short", usage={"completion": 12345}))
    usage = upstream.ask().json()["usage"]
    assert 12345 == usage.get("output_tokens", usage.get("completion_tokens"))
    assert 0 < upstream.last()["tokens"]["completion"] == upstream.last()["tokens"]["sent"] < 10


def test_a_refusal(upstream: Stubbed) -> None:
    """In its own place where the wire has one, else as text."""
    upstream.put(stub(refusal="I will not."))
    reply = upstream.ask()
    body, stream = reply.json(), upstream.ask(stream=True)
    if upstream.dialect == "openai":
        message = body["choices"][0]["message"]
        assert (None, "I will not.", "stop") == (message["content"], message["refusal"], upstream.finish(reply))
        parts = [json.loads(line[6:]) for line in stream.text.splitlines() if line.startswith("data: {")]
        said = [choice["delta"].get("refusal") or "" for part in parts for choice in part["choices"]]
        assert ("I will not.", "") == ("".join(said), upstream.streamed(stream))
        return
    assert "I will not." == upstream.text(reply) == upstream.streamed(stream)
    if upstream.dialect == "anthropic":
        assert ("refusal", "refusal") == (body["stop_reason"], body["stop_details"]["type"])


@pytest.mark.parametrize("name", ["openai-generic"])
def test_a_refusal_of_the_responses_api(fleet: dict[str, Stubbed], name: str) -> None:
    """A content part and events of their own, which the SDK accumulates."""
    upstream = fleet[name]
    upstream.put(stub(refusal="I will not, and here is why."))
    with openai.OpenAI(base_url=upstream.endpoint.base_url, api_key=KEY, max_retries=0) as sdk:
        asked: Any = {"model": upstream.endpoint.models[0], "input": "hi"}
        plain: Any = sdk.responses.create(**asked)
        assert "I will not, and here is why." == plain.output[-1].content[0].refusal
        with sdk.responses.stream(**asked) as stream:
            deltas = [event.delta for event in stream if event.type == "response.refusal.delta"]
            final: Any = stream.get_final_response()
    assert "I will not, and here is why." == "".join(deltas) == final.output[-1].content[0].refusal


@pytest.mark.parametrize("reason", ["content_filter"])
def test_a_reason_of_the_providers_own(upstream: Stubbed, reason: str) -> None:
    """As it stands, at the end of a plain reply and of a stream."""
    upstream.put(stub(text="So far", reason=reason))
    assert reason == upstream.finish(upstream.ask())
    assert f'"{reason}"' in upstream.ask(stream=True).text


def test_a_sequence_is_the_same_whatever_comes_between(upstream: Stubbed) -> None:
    """Twelve conversations of three attempts, all at once and mixed: each gets first, second, third."""
    answers = [{"error": {"status": 503}}, {"text": "second"}, {"text": "third"}]
    upstream.put(stub(sequence=answers, then="last"))
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda number: (number % 12, upstream.ask(f"question {number % 12}")), range(36)))
    got: dict[int, Counter[str]] = {number: Counter() for number in range(12)}
    for number, reply in replies:
        got[number][upstream.text(reply) if reply.status_code == 200 else str(reply.status_code)] += 1
    assert [Counter({"503": 1, "second": 1, "third": 1})] * 12 == list(got.values())


def test_a_sequence_starts_again_after_a_reset(upstream: Stubbed) -> None:
    """And when the stubs are set anew; what was set at run time is gone after a reset."""
    canned = stub(sequence=[{"text": "first"}, {"text": "second"}])
    upstream.put(canned)
    assert ["first", "second"] == [upstream.text(upstream.ask()) for _ in range(2)]
    upstream.put(canned)
    assert "first" == upstream.text(upstream.ask())
    upstream.http.post(f"{upstream.endpoint.control_url}/reset")
    assert ["configured"] == [
        each["name"] for each in upstream.http.get(f"{upstream.endpoint.control_url}/stubs").json()
    ]


def test_the_same_request_has_the_same_bytes(upstream: Stubbed) -> None:
    """Canned or not."""
    upstream.put(stub(text="Always this.", tool_calls=[CALL]))
    assert 1 == len({upstream.ask(stream=True).content for _ in range(3)})
    assert 1 == len({upstream.ask().content for _ in range(3)})


def test_faults_strike_stubs_too(upstream: Stubbed) -> None:
    """They stand behind the words."""
    upstream.put(stub(text="never seen"))
    upstream.http.put(f"{upstream.endpoint.control_url}/faults", json=[{"do": "status", "status": 503}])
    assert 503 == upstream.ask().status_code
    assert ("s", "status") == (upstream.last()["stub"], upstream.last()["fault"])


def test_what_the_provider_refuses_no_stub_answers(upstream: Stubbed) -> None:
    """A request has to be understood first."""
    upstream.put(stub(text="hello"))
    assert 400 <= upstream.ask(messages=[]).status_code < 500
    assert upstream.last()["stub"] is None


def test_by_the_official_sdks(upstream: Stubbed) -> None:
    """Their typed parsers and stream helpers take a canned reply for a real one."""
    upstream.put(stub(text="Let me see.", tool_calls=[CALL]))
    asked: Any = {"model": upstream.endpoint.models[0], "messages": [{"role": "user", "content": "ORD-7"}]}
    extra: Any = {key: value for key, value in OFF[upstream.dialect].items() if key != "max_tokens"}
    if upstream.dialect == "anthropic":
        with (
            anthropic.Anthropic(base_url=upstream.endpoint.base_url, auth_token=KEY, max_retries=0) as claude,
            claude.messages.stream(**asked, max_tokens=200) as stream,
        ):
            message = stream.get_final_message()
        assert ["text", "tool_use"] == [block.type for block in message.content]
        assert {"order": "ORD-7"} == message.content[1].input  # type: ignore[union-attr]  # it is the tool_use
        return
    with (
        openai.OpenAI(base_url=upstream.endpoint.base_url, api_key=KEY, max_retries=0) as sdk,
        sdk.chat.completions.stream(**asked, extra_body=extra) as events,
    ):
        final: Any = events.get_final_completion()
    assert "Let me see." == final.choices[0].message.content
    assert '{"order": "ORD-7"}' == final.choices[0].message.tool_calls[0].function.arguments


@pytest.fixture
def generic(fleet: dict[str, Stubbed]) -> Stubbed:
    return fleet["openai-generic"]


def test_a_legacy_completion_says_the_text_alone(generic: Stubbed) -> None:
    """It has no place for calls or thoughts; plain and streamed."""
    generic.put(stub(match={"last_message": "Once"}, text=" upon a time", reasoning="hm", tool_calls=[CALL]))
    asked: Any = {"model": generic.endpoint.models[0], "prompt": "Once"}
    with openai.OpenAI(base_url=generic.endpoint.base_url, api_key=KEY, max_retries=0) as sdk:
        plain = sdk.completions.create(**asked)
        streamed = "".join(chunk.choices[0].text for chunk in sdk.completions.create(**asked, stream=True))
    assert (" upon a time", "stop") == (plain.choices[0].text, plain.choices[0].finish_reason)
    assert " upon a time" == streamed


def test_the_responses_api_says_all_of_it(generic: Stubbed) -> None:
    """Text and calls as items; then the output of the call has its own stub."""
    generic.put(
        stub("call", 1, {"last_message": "ORD-7"}, text="One moment.", tool_calls=[CALL]),
        stub("tell", 1, {"tool_result": {"contains": "sent"}}, text="It was {{ tool_result }}."),
    )
    with openai.OpenAI(base_url=generic.endpoint.base_url, api_key=KEY, max_retries=0) as sdk:
        model = generic.endpoint.models[0]
        called: Any = sdk.responses.create(model=model, input="ORD-7")
        message, call = called.output
        assert ("One moment.", '{"order": "ORD-7"}') == (message.content[0].text, call.arguments)
        history: Any = [
            {"role": "user", "content": "ORD-7"},
            {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments},
            {"type": "function_call_output", "call_id": call.call_id, "output": "sent"},
        ]
        assert "It was sent." == sdk.responses.create(model=model, input=history).output_text


def test_an_embedding_has_no_words_but_may_fail(generic: Stubbed) -> None:
    """A stub that says something leaves the vectors as they are; one that is an error is one."""
    vectors = {"model": "text-embedding-3-small", "input": "hi"}
    headers = {"authorization": f"Bearer {KEY}"}

    def embedded() -> httpx.Response:
        return generic.http.post(f"{generic.origin}/v1/embeddings", json=vectors, headers=headers)

    generic.put()
    before = embedded()
    assert 200 == before.status_code
    generic.put(stub(text="hello"))
    assert before.json() == embedded().json()
    generic.put(stub(error={"status": 429, "retry_after": 1}))
    assert 429 == embedded().status_code


def test_thoughts_are_said_in_the_dialects_own_field(upstream: Stubbed) -> None:
    """To those who asked for them; their tokens are counted with the others."""
    on: dict[str, Any] = {
        "dashscope": {"enable_thinking": True},
        "deepseek": {"thinking": {"type": "enabled"}},
        "vllm": {"chat_template_kwargs": {"enable_thinking": True}},
        "anthropic": {"thinking": {"type": "adaptive", "display": "summarized"}, "max_tokens": 500},
        "openai": {},
    }[upstream.dialect]
    upstream.put(stub(reasoning="First I think it over.", text="Done."))
    stream = upstream.ask(**on, stream=True)
    counted = upstream.last()["tokens"]["reasoning"]
    if upstream.dialect == "openai":
        assert "First" not in stream.text
        return
    field = {"vllm": "reasoning", "anthropic": "thinking"}.get(upstream.dialect, "reasoning_content")
    deltas = [json.loads(line[6:]) for line in stream.text.splitlines() if line.startswith("data: {")]
    said = [part.get("delta") or next((each["delta"] for each in part.get("choices") or ()), {}) for part in deltas]
    assert "First I think it over." == "".join(delta.get(field) or "" for delta in said)
    assert counted > 3
    assert "First" not in upstream.ask().text


def test_the_asgi_twin_serves_stubs_too() -> None:
    """The same handler stands behind both edges."""
    given = {
        "edge": "asgi",
        "speed": 1000,
        "grace": 0.1,
        "stubs": [SHARED],
        "upstreams": [{"name": "d", "profile": "deepseek-v4-pro", "api_keys": [KEY]}],
    }
    with running_in_thread(SimulatorsConfig.model_validate(given)) as (endpoint,), httpx.Client(timeout=10) as http:
        twin = Stubbed(endpoint, http)
        assert "yes" == twin.text(twin.ask("configured?"))


def test_two_hundred_at_once_say_the_same_as_one_by_one(upstream: Stubbed) -> None:
    """In another order, byte for byte: the words, the ids and the places in a sequence by turn."""
    stubs = (
        stub("turns", 2, {"any_message": {"contains": "step"}}, sequence=[{"text": "one"}, {"text": "two"}], by="turn"),
        stub("echo", 1, {"last_message": {"matches": "^say [0-9]+$"}}, text="{{ last_message }}!"),
    )

    def asked(number: int) -> bytes:
        if number % 2:
            return upstream.ask(f"say {number}").content
        said = [{"role": role, "content": f"step {number}"} for role in ("user", "assistant", "user")]
        return upstream.ask(messages=said[2:] if number % 4 else said).content

    upstream.put(*stubs)
    numbers = list(range(50))
    one_by_one = [asked(number) for number in numbers]
    upstream.http.post(f"{upstream.endpoint.control_url}/reset")
    upstream.put(*stubs)
    mixed = numbers * 4
    random.Random(7).shuffle(mixed)
    with ThreadPoolExecutor(16) as pool:
        at_once = dict(zip(mixed, pool.map(asked, mixed), strict=True))
    assert one_by_one == [at_once[number] for number in numbers]


def test_a_path_with_a_dialect_of_its_own(fleet: dict[str, Stubbed]) -> None:
    """DeepSeek's Anthropic path: the model is the one that answers, the error has that path's shape."""
    deepseek = fleet["deepseek-v4-pro"]
    asked: dict[str, Any] = {
        "model": "claude-haiku-4-5",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 50,
        "thinking": {"type": "disabled"},
    }
    url, headers = f"{deepseek.origin}/anthropic/v1/messages", {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
    deepseek.put(stub(match={"model": "deepseek-flash"}, text="flash"))
    assert "flash" == deepseek.http.post(url, json=asked, headers=headers).json()["content"][-1]["text"]
    deepseek.put(stub(error={"status": 402, "message": "no money"}))
    body = deepseek.http.post(url, json=asked, headers=headers).json()
    assert ("error", "no money") == (body["type"], body["error"]["message"])
