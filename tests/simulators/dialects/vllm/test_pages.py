"""What vLLM serves beside answers, and that it tells the truth."""

import threading
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from novastack_simulators.dialects.vllm.lexicon import Lexicon, UnknownTokenError, tokens


def metrics(client: Any) -> dict[str, float]:
    """All samples, by name and labels other than those that all have."""
    found = {}
    for family in text_string_to_metric_families(client.http.get("/metrics").text):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert ("qwen3-235b-a22b", "0") == (labels.pop("model_name"), labels.pop("engine"))
            found["|".join([sample.name, *labels.values()])] = sample.value
    return found


@pytest.mark.parametrize("path", ["/health", "/ping"])
def test_health_is_an_empty_200(vllm: Any, path: str) -> None:
    """As probes expect it."""
    reply = vllm.http.get(path)
    assert (200, b"") == (reply.status_code, reply.content)


def test_version(vllm: Any) -> None:
    """The one that is imitated."""
    assert {"version": "0.32.0"} == vllm.http.get("/version").json()


def test_model_cards_have_a_permission_and_the_context(vllm: Any) -> None:
    """In the list and alone; an unknown one is vLLM's own 404."""
    cards = vllm.http.get("/v1/models", headers=vllm.headers).json()["data"]
    alone = vllm.http.get("/v1/models/qwen3-235b-a22b", headers=vllm.headers).json()
    assert [alone] == cards
    assert ["id", "object", "created", "owned_by", "root", "parent", "max_model_len", "permission"] == list(alone)
    assert ("vllm", 40_960, True) == (
        alone["owned_by"],
        alone["max_model_len"],
        alone["permission"][0]["id"].startswith("modelperm-"),
    )
    assert 404 == vllm.http.get("/v1/models/other", headers=vllm.headers).status_code


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_what_is_tokenized_can_be_put_together_again(vllm: Any, text: str) -> None:
    """Every text, with its count and its tokens as strings."""
    body = {"model": "qwen3-235b-a22b", "prompt": text, "return_token_strs": True}
    found = vllm.post("/tokenize", body).json()
    assert (len(found["tokens"]), text) == (found["count"], "".join(found["token_strs"]))
    assert {"prompt": text} == vllm.post("/detokenize", {"tokens": found["tokens"]}).json()


def test_tokens_fit_a_clients_integers(vllm: Any) -> None:
    """Routers keep them in 32 bits."""
    tokens = vllm.post("/tokenize", {"prompt": "Hello, Welt! 你好 🎉"}).json()["tokens"]
    assert [] == [token for token in tokens if not 0 <= token < 2**31]


@pytest.mark.parametrize("tools", [None, [{"type": "function", "function": {"name": "f", "description": "d"}}]])
def test_messages_are_as_many_tokens_as_usage_counts(vllm: Any, tools: Any) -> None:
    """Chat template included."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello there"}]
    asked = {"messages": messages, **({"tools": tools} if tools else {})}
    counted = vllm.post("/tokenize", asked).json()
    assert vllm.ask(**asked).json()["usage"]["prompt_tokens"] == counted["count"]
    text = vllm.post("/detokenize", {"tokens": counted["tokens"]}).json()["prompt"]
    assert text.endswith("<|im_start|>user\nHello there<|im_end|>\n<|im_start|>assistant\n")


def test_an_unknown_token_or_model_is_refused(vllm: Any) -> None:
    """400 and 404 in vLLM's shape."""
    reply = vllm.post("/detokenize", {"tokens": [1_000_000]})
    assert (400, "tokens") == (reply.status_code, reply.json()["error"]["param"])
    assert 404 == vllm.post("/tokenize", {"model": "m", "prompt": "x"}).status_code


def test_the_numbers_are_the_vocabularys_own(vllm: Any) -> None:
    """What Qwen3 itself would be given, special tokens of the template included, and taken from a user as text."""
    messages = [{"role": "user", "content": "hi"}]
    tokens = vllm.post("/tokenize", {"messages": messages}).json()["tokens"]
    assert [151644, 872, 198, 6023, 151645, 198, 151644, 77091, 198] == tokens
    assert 151644 not in vllm.post("/tokenize", {"prompt": "<|im_start|>"}).json()["tokens"]
    # A character cut inside its bytes cannot be told.
    assert {"prompt": " �"} == vllm.post("/detokenize", {"tokens": [11162]}).json()


LETTERS = 7


@given(st.lists(st.tuples(st.text(max_size=20), st.booleans()), max_size=5))
def test_runs_of_letters_have_numbers_too(parts: list[tuple[str, bool]]) -> None:
    """Without a vocabulary: as many as there are tokens, the same in every process, within 31 bits, lossless."""
    lexicon, other = Lexicon(LETTERS), Lexicon(LETTERS)
    numbers = lexicon.numbers(parts)
    assert numbers == other.numbers(parts)
    assert len(tokens(parts, LETTERS)) == len(numbers)
    assert [] == [number for number in numbers if not 0 <= number < 2**31]
    assert "".join(text for text, _ in parts) == lexicon.text(numbers)


def test_two_tokens_with_one_number_are_kept_apart() -> None:
    """The later one gets the next number; the oldest tokens are forgotten first."""
    lexicon = Lexicon(LETTERS, capacity=2)
    number = Lexicon(LETTERS).numbers([("a", True)])[0]
    lexicon._tokens[number] = "taken"
    assert [number + 1] == lexicon.numbers([("a", True)])
    assert [number + 1] == lexicon.numbers([("a", True)])
    lexicon.numbers([("b", True), ("c", True)])
    assert "bc" == lexicon.text(lexicon.numbers([("b", True), ("c", True)]))
    with pytest.raises(UnknownTokenError, match="out of vocabulary"):
        lexicon.text([number + 1])


def test_the_load_is_what_is_under_way(vllm: Any) -> None:
    """One while a stream stalls, none before and after; the engine is done with it long before, and its cache free."""
    vllm.arm({"do": "stall", "for": "forever", "at": "before_finish"})
    assert 0 == vllm.http.get("/load").json()["server_load"]
    with vllm.http.stream("POST", "/v1/chat/completions", json=vllm.body(stream=True), headers=vllm.headers) as reply:
        pieces = reply.iter_bytes()
        next(pieces)
        assert {"server_load": 1} == vllm.http.get("/load").json()
        found = metrics(vllm)
        assert (0, 0) == (found["vllm:num_requests_running"], found["vllm:kv_cache_usage_perc"])
    _settled(vllm, 0)
    found = metrics(vllm)
    assert (0, 1, 0) == (
        found["vllm:num_requests_running"],
        found["vllm:request_success_total|abort"],
        found["vllm:kv_cache_usage_perc"],
    )


def _settled(client: Any, running: int) -> None:
    """Asks until so many are under way; the server hears of a leaver a moment later."""
    for _ in range(2000):
        if client.http.get("/load").json()["server_load"] == running:
            return
    raise AssertionError(f"never {running} under way")


def test_the_metrics_are_what_happened(vllm: Any) -> None:
    """Counts, tokens and finish reasons are those of the replies, streamed or not; every latency was observed once."""
    replies = [vllm.ask(f"Question {number}", max_tokens=5 + number).json() for number in range(3)]
    streamed = vllm.ask("And streamed", stream=True, stream_options={"include_usage": True})
    usages = [reply["usage"] for reply in replies]
    found = metrics(vllm)
    assert 4 == streamed.text.count('"usage"') + len(replies)
    made = found["vllm:generation_tokens_total"] - sum(usage["completion_tokens"] for usage in usages)
    assert made == found["vllm:request_generation_tokens_sum"] - sum(usage["completion_tokens"] for usage in usages) > 5
    assert (3, 1) == (found["vllm:request_success_total|length"], found["vllm:request_success_total|stop"])
    for name in ("time_to_first_token", "e2e_request_latency", "request_prefill_time", "request_decode_time"):
        assert 4 == found[f"vllm:{name}_seconds_count"]
        assert found[f"vllm:{name}_seconds_sum"] > 0
    assert found["vllm:generation_tokens_total"] - 4 == found["vllm:inter_token_latency_seconds_count"]


def test_the_metrics_are_vllms(vllm: Any) -> None:
    """Names, labels and bounds, as vLLM 0.32 has them; the first and the last bound of each kind."""
    found = metrics(vllm)
    assert {
        "vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:num_requests_waiting_by_reason|capacity",
        "vllm:kv_cache_usage_perc", "vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total",
        "vllm:num_preemptions_total", "vllm:prompt_tokens_total", "vllm:generation_tokens_total",
        "vllm:prompt_tokens_cached_total", "vllm:request_success_total|stop", "vllm:request_success_total|length",
        "vllm:request_success_total|abort", "vllm:request_success_total|error",
        "vllm:time_to_first_token_seconds_bucket|0.001", "vllm:time_to_first_token_seconds_bucket|2560.0",
        "vllm:inter_token_latency_seconds_bucket|0.01", "vllm:inter_token_latency_seconds_bucket|80.0",
        "vllm:request_time_per_output_token_seconds_bucket|0.025",
        "vllm:e2e_request_latency_seconds_bucket|0.3", "vllm:e2e_request_latency_seconds_bucket|7680.0",
        "vllm:request_queue_time_seconds_bucket|0.3", "vllm:request_inference_time_seconds_bucket|+Inf",
        "vllm:request_prefill_time_seconds_sum", "vllm:request_decode_time_seconds_count",
        "vllm:request_params_n_bucket|20.0", "vllm:request_params_max_tokens_bucket|20000.0",
    } <= found.keys()  # fmt: skip
    assert 23 == sum(name.startswith("vllm:time_to_first_token_seconds_bucket") for name in found)
    assert 20 == sum(name.startswith("vllm:inter_token_latency_seconds_bucket") for name in found)
    assert 22 == sum(name.startswith("vllm:e2e_request_latency_seconds_bucket") for name in found)


def test_the_metrics_count_what_was_said_not_what_a_stub_claims(vllm: Any) -> None:
    """A canned usage is told to the client and to nobody else."""
    usage = {"completion": 10**9}
    stub = {
        "name": "s",
        "priority": 1,
        "match": {"last_message": "claim"},
        "reply": {"text": "yes indeed", "usage": usage},
    }
    vllm.http.put("/_sim/stubs", json=[stub]).raise_for_status()
    assert 10**9 == vllm.ask("claim").json()["usage"]["completion_tokens"]
    found = metrics(vllm)
    assert (2, 2) == (found["vllm:generation_tokens_total"], found["vllm:request_generation_tokens_sum"])


def test_a_reset_sets_the_metrics_back(vllm: Any) -> None:
    """As a restart of vLLM would."""
    vllm.ask()
    vllm.http.post("/_sim/reset").raise_for_status()
    assert 0 == metrics(vllm)["vllm:generation_tokens_total"]


def test_many_at_once_are_all_counted(vllm: Any) -> None:
    """Twenty at a time, and none is left under way."""

    def ask(number: int) -> None:
        httpx.post(
            f"{vllm.origin}/v1/chat/completions",
            json=vllm.body(f"{number}", stream=True),
            headers=vllm.headers,
            timeout=10,
        ).raise_for_status()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = metrics(vllm)
    assert (20, 0, 20) == (
        found["vllm:request_success_total|stop"],
        found["vllm:num_requests_running"],
        found["vllm:time_to_first_token_seconds_count"],
    )


def test_sglang_has_none_of_vllms_own_pages(sglang: Any) -> None:
    """Its health is open too."""
    assert 200 == sglang.http.get("/health").status_code
    for path in ("/version", "/load", "/metrics", "/ping"):
        assert 404 == sglang.http.get(path).status_code
