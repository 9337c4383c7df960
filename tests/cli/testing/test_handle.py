"""What a test tells its simulator is what the simulator does, and no more than that."""

import json
import os
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from novastack.testing import ControlError, Simulator

Ask = Callable[..., httpx.Response]


def said(reply: httpx.Response) -> Any:
    return reply.json()["choices"][0]["message"]["content"]


def test_a_fault_of_ones_own_words(simulator: Simulator, ask: Ask) -> None:
    """`do`, its parameters, `when`: the second attempt is well again."""
    simulator.fault(do="status", status=503, when={"first": 1})
    assert [503, 200] == [ask(simulator).status_code for _ in range(2)]


def test_a_preset(simulator: Simulator, ask: Ask) -> None:
    """By its name alone."""
    assert simulator is simulator.fault("overloaded")
    assert 503 == ask(simulator).status_code


def test_faults_are_combined(simulator: Simulator, ask: Ask) -> None:
    """Each is added to those before; the first that applies strikes."""
    simulator.fault(do="status", status=500, when={"nth": 2}).fault({"do": "status", "status": 429}, when={"first": 1})
    assert [429, 500, 200] == [ask(simulator).status_code for _ in range(3)]


def test_a_word_that_python_keeps_for_itself(simulator: Simulator, http: httpx.Client) -> None:
    """`for` is written `for_`."""
    simulator.fault(do="stall", for_=2.5)
    (armed,) = http.get(f"{simulator.control_url}/faults", params={"scope": simulator.scope}).json()
    assert 2.5 == armed["for"]


def test_a_fault_that_is_refused_is_not_kept(simulator: Simulator, ask: Ask) -> None:
    """The error is the simulator's sentence with its place, and the next fault is armed as if it had not been."""
    simulator.fault(do="status", status=503)
    with pytest.raises(ControlError, match=r"faults\[1\]: unknown fault 'rts': known are ") as error:
        simulator.fault(do="rts")
    assert 422 == error.value.status
    simulator.fault(do="status", status=500)
    assert 503 == ask(simulator).status_code


def test_a_healed_simulator(simulator: Simulator, ask: Ask) -> None:
    """Without faults it answers."""
    simulator.fault("overloaded").clear_faults()
    assert 200 == ask(simulator).status_code
    simulator.fault(do="status", status=500)
    assert 500 == ask(simulator).status_code


def test_a_reply(simulator: Simulator, ask: Ask) -> None:
    """The words, and the journal says who said them."""
    simulator.reply("Good day.")
    assert "Good day." == said(ask(simulator))
    assert "reply-1" == simulator.journal.last.stub


def test_the_reply_that_says_most_of_the_request(simulator: Simulator, ask: Ask) -> None:
    """More matchers come before fewer, whatever the order; of equals the latest, and a priority before all."""
    simulator.reply("rain", to="weather").reply("whatever").reply("sun", to="weather")
    assert ["sun", "whatever"] == [said(ask(simulator, text)) for text in ("The weather?", "The time?")]
    simulator.reply("snow", to={"matches": "^The w"}, model=simulator.model)
    assert "snow" == said(ask(simulator, "The weather?"))
    simulator.reply("fog", priority=1_000_000, name="fog")
    assert "fog" == said(ask(simulator, "The weather?"))


def test_a_reply_of_calls(simulator: Simulator, ask: Ask) -> None:
    """Name and arguments as they were given, with what is said besides."""
    simulator.reply("One moment.", tool_calls=[{"name": "weather", "arguments": {"city": "Rome"}}])
    message = ask(simulator).json()["choices"][0]["message"]
    assert "One moment." == message["content"]
    assert [("weather", {"city": "Rome"})] == [
        (call["function"]["name"], json.loads(call["function"]["arguments"])) for call in message["tool_calls"]
    ]


def test_an_error_for_some(simulator: Simulator, ask: Ask) -> None:
    """In the provider's shape, with the words that were given."""
    simulator.reply_error(429, to="weather", message="Later.", retry_after=7)
    denied, answered = ask(simulator, "The weather?"), ask(simulator, "The time?")
    assert (429, "7", "Later.") == (
        denied.status_code, denied.headers["retry-after"], denied.json()["error"]["message"],
    )  # fmt: skip
    assert 200 == answered.status_code


def test_a_sequence(simulator: Simulator, ask: Ask) -> None:
    """Texts and whole answers, one after the other."""
    simulator.reply_sequence({"error": {"status": 503}}, "Welcome back.", then="last")
    replies = [ask(simulator) for _ in range(3)]
    assert [503, 200, 200] == [reply.status_code for reply in replies]
    assert ["Welcome back."] * 2 == [said(reply) for reply in replies[1:]]


def test_a_model_that_speaks_for_itself_again(simulator: Simulator, ask: Ask) -> None:
    """Without replies it says what it says."""
    own = said(ask(simulator))
    simulator.reply("Good day.").clear_replies()
    assert own == said(ask(simulator))


def test_a_framing(simulator: Simulator, ask: Ask) -> None:
    """By name, by settings, and the default again."""
    assert b"\r\n\r\n" in ask(simulator.framing("crlf"), stream=True).content
    assert b"data:{" in ask(simulator.framing(space=False), stream=True).content
    assert b"\r" not in ask(simulator.framing(), stream=True).content


def test_a_name_and_settings_at_once(simulator: Simulator) -> None:
    """One of them would be lost, so it is an error."""
    with pytest.raises(ControlError, match="framing: expected a name or space, not both"):
        simulator.framing("crlf", space=False)
    with pytest.raises(ControlError, match="quota: expected a name or requests, not both"):
        simulator.quota("profile", requests=5)


def test_a_quota(simulator: Simulator, ask: Ask) -> None:
    """Two requests a minute, the third is denied, and the truth says so."""
    simulator.quota(requests=2)
    assert [200, 200, 429] == [ask(simulator, text).status_code for text in ("a", "b", "c")]
    (limit,) = [limit for limit in simulator.quotas if limit["name"] == "requests"]
    assert (2, 1) == (limit["admitted"], limit["denied"])


def test_a_seed(simulator: Simulator, ask: Ask) -> None:
    """Another seed says something else, the same seed the same."""
    first, second, third = (said(ask(simulator.seed(seed))) for seed in (7, 8, 7))
    assert first == third
    assert first != second


def test_a_reset(simulator: Simulator, ask: Ask) -> None:
    """All is as it was, and what comes after is not mixed with what was before."""
    simulator.fault("overloaded").reply("Good day.").quota(requests=1)
    ask(simulator)
    simulator.reset()
    assert 0 == len(simulator.journal)
    assert [200, 200] == [ask(simulator).status_code for _ in range(2)]
    assert [None, None] == [entry.stub for entry in simulator.journal]
    simulator.fault(do="status", status=500)
    assert 500 == ask(simulator).status_code


def test_the_environment(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of OpenAI's SDK lead here until the end, and then are as they were."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    simulator.environment()
    found = {name: os.environ[name] for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY")}
    assert {"OPENAI_BASE_URL": simulator.base_url, "OPENAI_API_KEY": simulator.api_key} == found
    simulator.close()
    assert ("sk-real", None) == (os.environ["OPENAI_API_KEY"], os.environ.get("OPENAI_BASE_URL"))


@pytest.mark.novastack("claude-opus-4-7")
def test_the_environment_of_claude(simulator: Simulator) -> None:
    """Anthropic's SDK has variables of its own."""
    assert {"ANTHROPIC_BASE_URL": simulator.base_url, "ANTHROPIC_API_KEY": simulator.api_key} == simulator.variables
