"""Quotas over a real socket: each provider's own 429, its headers, what its SDK raises, and the truth under /_sim."""

import re
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import anthropic as claude
import httpx
import openai as gpt
import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread

KEYS = ("sk-sim-one", "sk-sim-two")
# A limit is used up here long before a test could see the next one come back.
QUOTAS: dict[str, tuple[str, Any]] = {
    "openai": ("openai-generic", {"requests": 3, "tokens": 10_000}),
    "anthropic": ("claude-opus-4-7", {"requests": 3, "input_tokens": 10_000, "output_tokens": 8_000}),
    "dashscope": ("qwen3-235b-a22b", {"requests": 3, "per_second": False}),
    "deepseek": ("deepseek-v4-pro", {"concurrency": 1}),
    "vllm": ("qwen3-235b-a22b-vllm", {"requests": 3}),
    "told": ("deepseek-v4-pro", None),
    "growth": ("qwen3-235b-a22b", {"burst_growth": {"factor": 2, "least": 2, "period": 3600}}),
}
OFF: dict[str, dict[str, Any]] = {
    "dashscope": {"enable_thinking": False},
    "deepseek": {"thinking": {"type": "disabled"}},
    "anthropic": {"max_tokens": 100},
    "vllm": {"chat_template_kwargs": {"enable_thinking": False}},
    "openai": {"max_tokens": 100},
}


class Asker:
    """A client of one upstream."""

    def __init__(self, endpoint: Endpoint, http: httpx.Client) -> None:
        self.endpoint = endpoint
        self.http = http
        self.origin = endpoint.control_url.removesuffix("/_sim")
        self.path = "/v1/messages" if endpoint.dialect == "anthropic" else "/v1/chat/completions"

    def body(self, text: str = "Hello", **more: Any) -> dict[str, Any]:
        messages = [{"role": "user", "content": text}]
        return {"model": self.endpoint.models[0], "messages": messages, **OFF[self.endpoint.dialect], **more}

    def head(self, key: str) -> dict[str, str]:
        return {"authorization": f"Bearer {key}", "anthropic-version": "2023-06-01"}

    def ask(self, text: str = "Hello", key: str = KEYS[0], headers: Any = None, **more: Any) -> httpx.Response:
        sent = {**self.head(key), **(headers or {})}
        return self.http.post(self.origin + self.path, json=self.body(text, **more), headers=sent)

    def truth(self, name: str = "requests") -> list[dict[str, Any]]:
        told = self.http.get(f"{self.endpoint.control_url}/quotas").raise_for_status().json()
        return [row for row in told["limits"] if row["name"] == name]


@pytest.fixture(scope="module")
def upstreams() -> Iterator[dict[str, Asker]]:
    each = tuple(
        UpstreamConfig.model_validate({"name": name, "profile": profile, "api_keys": KEYS, "quotas": quotas})
        for name, (profile, quotas) in QUOTAS.items()
    )
    config = SimulatorsConfig(speed=1000, grace=0.1, upstreams=each)
    with running_in_thread(config) as endpoints, httpx.Client(timeout=10) as http:
        yield {endpoint.name: Asker(endpoint, http) for endpoint in endpoints}


@pytest.fixture
def at(upstreams: dict[str, Asker], request: pytest.FixtureRequest) -> Asker:
    asker = upstreams[request.param]
    asker.http.post(f"{asker.endpoint.control_url}/reset").raise_for_status()
    return asker


def settled(at: Asker, name: str) -> None:
    """Asks until nothing is under way any more: a client that left is seen a moment later."""
    assert any(not at.truth(name)[0]["reserved"] for _ in range(1_000))


def on(*names: str) -> Any:
    return pytest.mark.parametrize("at", names, indirect=True)


@on("openai", "anthropic", "dashscope", "vllm")
def test_the_fourth_of_three_is_refused(at: Asker) -> None:
    """And another key is not; the truth agrees with what the client counted."""
    assert [200, 200, 200, 429, 429] == [at.ask().status_code for _ in range(5)]
    assert 200 == at.ask(key=KEYS[1]).status_code
    counted = [(row["offered"], row["admitted"], row["denied"], row["peak"], row["remaining"]) for row in at.truth()]
    assert [(5, 3, 2, 3, 0), (1, 1, 0, 1, 2)] == counted
    assert not any(key in str(at.truth()) for key in KEYS)


@on("openai")
def test_openai_refuses_in_its_own_words(at: Asker) -> None:
    """Type, code, text and headers; the three times that it tells are one."""
    for _ in range(3):
        at.ask()
    reply = at.ask()
    error = reply.json()["error"]
    assert ("requests", None, "rate_limit_exceeded") == (error["type"], error["param"], error["code"])
    told = re.fullmatch(
        r"Rate limit reached for openai-generic in organization org-novastack on requests per min \(RPM\): "
        r"Limit 3, Used 3, Requested 1\. Please try again in ([\d.]+)s\.",
        error["message"],
    )
    assert told
    wait = int(reply.headers["retry-after-ms"])
    assert (wait, True) == (round(float(told[1]) * 1000), 0 < wait <= 20_000)
    assert -(-wait // 1000) == int(reply.headers["retry-after"])
    assert ("3", "0") == tuple(reply.headers[f"x-ratelimit-{name}-requests"] for name in ("limit", "remaining"))
    assert {f"x-ratelimit-{name}-tokens" for name in ("limit", "remaining", "reset")} <= reply.headers.keys()


@on("openai")
def test_openai_refuses_what_is_larger_than_the_limit(at: Asker) -> None:
    """The caller's max_tokens counts; nothing is used, and no time would help."""
    reply = at.ask(max_tokens=10_001)
    assert 429 == reply.status_code
    assert re.search(
        r"Request too large .* \(TPM\): Limit 10000, Requested 10\d{3}\.", reply.json()["error"]["message"]
    )
    assert "retry-after" not in reply.headers
    assert "10000" == reply.headers["x-ratelimit-remaining-tokens"]
    assert [(1, 0)] == [(row["denied"], row["used"]) for row in at.truth("tokens")]


@on("openai")
def test_what_was_reserved_is_settled(at: Asker) -> None:
    """max_tokens at the start; in the end what usage says."""
    reply = at.ask(max_tokens=5_000)
    assert int(reply.headers["x-ratelimit-remaining-tokens"]) <= 10_000 - 5_000
    usage = reply.json()["usage"]
    assert [(usage["total_tokens"], 0)] == [(row["settled"], row["reserved"]) for row in at.truth("tokens")]


@on("openai")
def test_an_answer_that_was_left_costs_what_was_sent(at: Asker) -> None:
    """And its input; the rest of what was reserved comes back."""
    stall = {"do": "stall", "for": "forever", "at": {"after_tokens": 5}}
    at.http.put(f"{at.endpoint.control_url}/faults", json=[stall]).raise_for_status()
    asked = at.body("Tell me more", stream=True, max_tokens=5_000)
    with at.http.stream("POST", at.origin + at.path, json=asked, headers=at.head(KEYS[0])) as reply:
        pieces = reply.iter_raw()
        next(pieces)
        assert at.truth("tokens")[0]["reserved"] > 5_000
    settled(at, "tokens")
    (entry,) = at.http.get(f"{at.endpoint.control_url}/journal").json()["entries"]
    tokens, (row,) = entry["tokens"], at.truth("tokens")
    assert 5 <= tokens["sent"] < tokens["completion"]
    assert tokens["prompt"] + tokens["sent"] == row["settled"]


@on("anthropic")
def test_anthropic_refuses_in_its_own_words(at: Asker) -> None:
    """Body, the four kinds of headers, and whole seconds."""
    for _ in range(3):
        at.ask()
    reply = at.ask()
    body = reply.json()
    assert ("error", "rate_limit_error", reply.headers["request-id"]) == (
        body["type"],
        body["error"]["type"],
        body["request_id"],
    )
    assert "rate limit of 3 requests per minute (org: " in body["error"]["message"]
    assert 1 <= int(reply.headers["retry-after"]) <= 20
    for kind, limit in (("requests", 3), ("input-tokens", 10_000), ("output-tokens", 8_000), ("tokens", 18_000)):
        start = f"anthropic-ratelimit-{kind}"
        assert limit == int(reply.headers[f"{start}-limit"])
        assert 0 <= int(reply.headers[f"{start}-remaining"]) <= limit
        assert datetime.fromisoformat(reply.headers[f"{start}-reset"]).tzinfo
    assert "0" == reply.headers["anthropic-ratelimit-requests-remaining"]


@on("anthropic")
def test_cache_reads_do_not_count_as_input(at: Asker) -> None:
    """The second time most of the prompt is read from the cache, and costs nothing."""
    system = [{"type": "text", "text": "word " * 3_000, "cache_control": {"type": "ephemeral"}}]
    first, second = (at.ask(system=system).raise_for_status().json()["usage"] for _ in range(2))
    assert second["cache_read_input_tokens"] > 4_096
    read = first["input_tokens"] + first["cache_creation_input_tokens"] + second["input_tokens"]
    assert [read] == [row["settled"] for row in at.truth("input_tokens")]


@on("dashscope", "vllm")
def test_who_tells_nothing_tells_nothing(at: Asker) -> None:
    """Neither limits nor a time to come again."""
    replies = [at.ask() for _ in range(4)]
    assert 429 == replies[3].status_code
    told = [name for reply in replies for name in reply.headers if "ratelimit" in name or name.startswith("retry")]
    assert [] == told


@on("dashscope")
def test_dashscope_refuses_in_its_own_words(at: Asker) -> None:
    """Throttling.RateQuota, as its compatible mode calls it."""
    error = [at.ask() for _ in range(4)][3].json()["error"]
    assert ("limit_requests", "limit_requests") == (error["type"], error["code"])


@on("growth")
def test_dashscope_refuses_a_burst_or_lets_it_wait(at: Asker) -> None:
    """Two in the first period, the third is refused; a wait that is too short is no help."""
    replies = [at.ask(), at.ask(), at.ask(), at.ask(headers={"X-DashScope-Wait-Timeout": "3"})]
    assert [200, 200, 429, 429] == [reply.status_code for reply in replies]
    assert "limit_burst_rate" == replies[2].json()["error"]["code"]


@on("deepseek")
def test_deepseek_refuses_one_too_many_at_once(at: Asker) -> None:
    """While a stream is open; once it has ended, or was left, there is room again."""
    at.http.put(f"{at.endpoint.control_url}/faults", json=[{"do": "stall", "for": "forever", "at": "first_text"}])
    with at.http.stream(
        "POST", at.origin + at.path, json=at.body("stay", stream=True), headers=at.head(KEYS[0])
    ) as open_stream:
        pieces = open_stream.iter_raw()
        next(pieces)
        at.http.delete(f"{at.endpoint.control_url}/faults")
        refused = at.ask()
        assert (429, "rate_limit_error") == (refused.status_code, refused.json()["error"]["type"])
        assert not any("ratelimit" in name or name.startswith("retry") for name in refused.headers)
        assert [(1, 1)] == [(row["used"], row["denied"]) for row in at.truth("concurrency")]
    settled(at, "concurrency")
    assert 200 == at.ask().status_code


@on("told")
def test_without_a_word_in_the_configuration_nothing_is_refused(at: Asker) -> None:
    """The profile's limits are told, and the truth is kept all the same."""
    assert {200} == {at.ask().status_code for _ in range(5)}
    assert [(5, 0, False)] == [(row["offered"], row["denied"], row["enforced"]) for row in at.truth("concurrency")]


@on("openai", "dashscope", "deepseek", "vllm")
def test_the_openai_sdk_raises_a_rate_limit_error(at: Asker) -> None:
    """With the status and the code of the body."""
    at.http.put(f"{at.endpoint.control_url}/quotas", json={"requests": 1, "per_second": False}).raise_for_status()
    off = OFF[at.endpoint.dialect]
    with gpt.OpenAI(base_url=at.endpoint.base_url, api_key=KEYS[0], max_retries=0) as sdk:
        asked: dict[str, Any] = {"model": at.endpoint.models[0], "messages": [{"role": "user", "content": "Hello"}]}
        sdk.chat.completions.create(**asked, extra_body=off)
        with pytest.raises(gpt.RateLimitError) as caught:
            sdk.chat.completions.create(**asked, extra_body=off)
    assert 429 == caught.value.status_code


@on("anthropic")
def test_the_anthropic_sdk_raises_a_rate_limit_error(at: Asker) -> None:
    """Streamed too: the refusal comes before the stream."""
    at.http.put(f"{at.endpoint.control_url}/quotas", json={"requests": 1}).raise_for_status()
    asked: dict[str, Any] = {
        "model": "claude-opus-4-7",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "hi"}],
    }
    with claude.Anthropic(base_url=at.origin, auth_token=KEYS[0], max_retries=0) as sdk:
        sdk.messages.create(**asked)
        with pytest.raises(claude.RateLimitError) as caught, sdk.messages.stream(**asked) as stream:
            stream.get_final_message()
    assert "rate_limit_error" in str(caught.value)


@on("vllm")
def test_the_truth_agrees_with_many_clients(at: Asker) -> None:
    """Forty at once for ten: as many are admitted as the clients saw, and not one more."""
    at.http.put(f"{at.endpoint.control_url}/quotas", json={"requests": 10}).raise_for_status()
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(at.ask().status_code)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (row,) = at.truth()
    assert (40, statuses.count(200), statuses.count(429)) == (row["offered"], row["admitted"], row["denied"])
    assert (10, 10) == (row["admitted"], row["peak"])


@on("openai")
def test_a_reset_makes_all_whole(at: Asker) -> None:
    """And the configured quotas are in force again."""
    at.http.put(f"{at.endpoint.control_url}/quotas", json={"requests": 1}).raise_for_status()
    assert [200, 429] == [at.ask().status_code for _ in range(2)]
    at.http.post(f"{at.endpoint.control_url}/reset").raise_for_status()
    assert [200, 200, 200, 429] == [at.ask().status_code for _ in range(4)]


@on("openai")
def test_a_bad_quota_is_refused_and_changes_nothing(at: Asker) -> None:
    """With the field named."""
    reply = at.http.put(f"{at.endpoint.control_url}/quotas", json={"requests": 0})
    assert (422, True) == (reply.status_code, "requests" in reply.text)
    assert 200 == at.ask().status_code
    assert [3] == [row["limit"] for row in at.truth()]


@on("openai")
def test_scopes_have_their_own(at: Asker) -> None:
    """What one test uses up is not missing in another."""
    assert [200, 200, 200, 429] == [at.ask().status_code for _ in range(4)]
    assert 200 == at.ask(headers={"x-sim-scope": "another"}).status_code
