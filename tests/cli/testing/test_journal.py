"""What arrived is read, verified and waited for, in this test's scope only."""

import asyncio
import threading
from collections.abc import Callable

import httpx
import pytest

from novastack.testing import ControlError, Simulator

Ask = Callable[..., httpx.Response]
CHAT = "/v1/chat/completions"


def test_entries_are_typed(simulator: Simulator, ask: Ask) -> None:
    """With the body as JSON, the tokens counted and no key in sight."""
    ask(simulator, "canary:abcd-1234", temperature=0.5)
    (entry,) = simulator.journal.wait_for(ended=True)
    assert (CHAT, 200, 1, "abcd-1234") == (entry.path, entry.status, entry.attempt, entry.canary)
    assert 0.5 == entry.json["temperature"]
    assert entry.tokens.sent == entry.tokens.completion > 0
    assert simulator.scope == entry.scope
    assert simulator.api_key not in str(entry.headers)


def test_entries_that_are_meant(simulator: Simulator, ask: Ask) -> None:
    """By any of the journal's words; of more than the limit the newest."""
    simulator.fault(do="status", status=500, when={"first": 1})
    for _ in range(3):
        ask(simulator)
    assert [500] == [entry.status for entry in simulator.journal.entries(path=CHAT, fault="status")]
    assert [2, 3] == [entry.attempt for entry in simulator.journal.entries(status=200)]
    assert [3] == [entry.attempt for entry in simulator.journal.entries(limit=1, path=CHAT)]
    assert (3, 2) == (len(simulator.journal), simulator.journal.count(path=CHAT, status=200))
    assert 3 == simulator.journal.last.attempt


def test_no_last_entry(simulator: Simulator) -> None:
    """An AssertionError, since a test that reads it expects one."""
    with pytest.raises(AssertionError, match="no request has arrived"):
        _ = simulator.journal.last


def test_claims_that_are_true(simulator: Simulator, ask: Ask) -> None:
    """Each word of the language, and they can be joined."""
    for model in ("gpt-4o", "gpt-4o-mini", "gpt-4o"):
        ask(simulator, model=model)
    verify = simulator.journal.verify
    verify(path=CHAT, model="gpt-4o").exactly(2).at_least(1).at_most(2)
    verify(model="gpt-4.1").never()
    verify(path=CHAT).in_order({"model": "gpt-4o-mini"}, {"model": "gpt-4o"})


@pytest.mark.parametrize(
    ("word", "wanted", "told"),
    [
        ("exactly", 1, "expected exactly 1 request"),
        ("at_least", 3, "expected at least 3 requests"),
        ("at_most", 1, "expected at most 1 request"),
    ],
)
def test_a_count_that_is_wrong(simulator: Simulator, ask: Ask, word: str, wanted: int, told: str) -> None:
    """What was expected and what was found, in the simulator's words."""
    ask(simulator)
    ask(simulator)
    with pytest.raises(AssertionError, match=rf"{told} .*, found 2\n"):
        getattr(simulator.journal.verify(path=CHAT), word)(wanted)


def test_a_request_that_should_not_be(simulator: Simulator, ask: Ask) -> None:
    """The one that came is told."""
    ask(simulator)
    with pytest.raises(AssertionError, match=rf"(?s)expected no request .*, found 1\n.*POST {CHAT} 200"):
        simulator.journal.verify(path=CHAT).never()


def test_a_wrong_order(simulator: Simulator, ask: Ask) -> None:
    """As far as it was right, and what is missing."""
    ask(simulator, model="gpt-4o")
    with pytest.raises(AssertionError, match=r"(?s)expected 2 requests in order.*, found only the first 1\n"):
        simulator.journal.verify(path=CHAT).in_order({"model": "gpt-4o"}, {"model": "gpt-4o-mini"})


def test_a_word_that_the_journal_does_not_know(simulator: Simulator) -> None:
    """Misspelt, a claim must not come true by itself."""
    with pytest.raises(ControlError, match="mdoel"):
        simulator.journal.verify(mdoel="gpt-4o").never()  # type: ignore[call-arg]


def test_waiting_for_what_comes_later(simulator: Simulator, ask: Ask) -> None:
    """The wait ends when the request is there, and gives it."""
    asking = threading.Thread(target=ask, args=(simulator,))
    asking.start()
    (entry,) = simulator.journal.wait_for(path=CHAT, timeout=10)
    asking.join()
    assert CHAT == entry.path


def test_waiting_in_vain(simulator: Simulator, ask: Ask) -> None:
    """What was waited for, and what came nearest."""
    ask(simulator)
    with pytest.raises(AssertionError, match=r"(?s)waited 0.01 s: expected at least 1 request.*model: wanted"):
        simulator.journal.wait_for(model="another", timeout=0.01)


def test_waiting_in_a_loop(simulator: Simulator) -> None:
    """The loop goes on meanwhile: what is waited for is sent by the same loop."""

    async def both() -> int:
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            waiting = asyncio.ensure_future(simulator.journal.wait_for_async(path="/v1/models", timeout=10))
            key = {"authorization": f"Bearer {simulator.api_key}"}
            await http.get(f"{simulator.base_url}/models", headers=key)
            return len(await waiting)

    assert 1 == asyncio.run(both())


def test_a_reader_that_left(simulator: Simulator, http: httpx.Client) -> None:
    """A cancelled answer is waited for until the simulator has seen it."""
    simulator.fault(do="stall", for_="forever", at="first_text")
    body = {"model": simulator.model, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    key = {"authorization": f"Bearer {simulator.api_key}"}
    with http.stream("POST", f"{simulator.base_url}/chat/completions", headers=key, json=body) as reply:
        assert 200 == reply.status_code
    (entry,) = simulator.journal.wait_for(cancelled=True, timeout=10)
    assert entry.cancelled_at is not None


def test_a_claim_that_claims_nothing(simulator: Simulator) -> None:
    """A test that only says what it means and not how often could not fail: it does."""
    simulator.journal.verify(path=CHAT)
    with pytest.raises(AssertionError, match=r"verify\(path='/v1/chat/completions'\) claims nothing: add .exactly"):
        simulator.journal.settle()
    simulator.journal.settle()
