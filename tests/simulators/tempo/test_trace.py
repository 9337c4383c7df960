"""Traces: lines of JSON in our words or in those of published traces, and mistakes with their lines."""

import json
from typing import Any

import pytest

from novastack_simulators.tempo.trace import NAMES, Prefix, Request, TraceError, arrival, digests, prefix, read, shared

LINE: dict[str, Any] = {"arrival": 1.5, "prompt_tokens": 10, "output_tokens": 3}


def lines(*objects: dict[str, Any]) -> list[bytes]:
    return [json.dumps(each).encode() for each in objects]


def test_a_line_is_a_request() -> None:
    """In seconds and tokens."""
    assert [Request(1, 1.5, 10, (3,), "m")] == read(lines({**LINE, "model": "m"}))


def test_requests_come_in_the_order_of_their_arrival() -> None:
    """Each keeps the number of its line; blank lines are passed over."""
    found = read([*lines(LINE), b"", *lines({**LINE, "arrival": 0.5})])
    assert [(3, 0.5), (1, 1.5)] == [(each.line, each.at) for each in found]


def test_choices_are_listed() -> None:
    """The tokens of each."""
    assert (3, 5) == read(lines({**LINE, "output_tokens": [3, 5]}))[0].outputs


def test_mooncakes_words_are_known() -> None:
    """Its timestamps are in milliseconds, its hashes name blocks of 512 tokens."""
    line = {"timestamp": 27482, "input_length": 1100, "output_length": 52, "hash_ids": [46, 47, 48]}
    assert [Request(1, 27.482, 1100, (52,), None, Prefix(hashes=(46, 47, 48)))] == read(lines(line))


def test_burstgpts_words_are_known() -> None:
    """Its columns, one object a line."""
    line = {"Timestamp": 5, "Model": "ChatGPT", "Request tokens": 472, "Response tokens": 18}
    assert [Request(1, 5.0, 472, (18,), "ChatGPT")] == read(lines(line))


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (b"{", "line 2: not JSON"),
        (b"[1]", "line 2: expected a JSON object, got [1]"),
        (b'"\xff"', "line 2: not JSON"),
        (lines({**LINE, "arrival": -1})[0], "line 2: `arrival` is -1: expected a number of at least 0"),
        (lines({**LINE, "arrival": True})[0], "line 2: `arrival` is true: expected a number of at least 0"),
        (lines({**LINE, "prompt_tokens": 1.5})[0], "line 2: `prompt_tokens` is 1.5: expected a whole number"),
        (lines({**LINE, "output_tokens": []})[0], "line 2: `output_tokens` is empty"),
        (lines({**LINE, "model": {}})[0], "line 2: `model` is {}: expected a text"),
        (lines({**LINE, "hash_ids": "x"})[0], 'line 2: `hash_ids` is "x": expected a list of whole numbers'),
        (lines({"prompt_tokens": 1, "output_tokens": 1})[0], "line 2: no arrival: expected one of arrival, timestamp"),
        (lines({"arrival": 1, "output_tokens": 1})[0], f"expected one of {', '.join(NAMES['prompt_tokens'])}"),
    ],
)
def test_a_mistake_is_told_with_its_line(line: bytes, mistake: str) -> None:
    """What is wrong, and what would be right."""
    with pytest.raises(TraceError) as told:
        read([*lines(LINE), line])
    assert mistake in str(told.value)


def test_all_mistakes_are_told_at_once_but_not_thousands() -> None:
    """Twenty of them at the most."""
    with pytest.raises(TraceError) as told:
        read([b"{"] * 1000)
    assert 20 == len(str(told.value).splitlines())


def test_an_empty_trace_is_a_mistake() -> None:
    """Nothing could be told of it."""
    with pytest.raises(TraceError, match="no request"):
        read([b"\n"])


def blocks(known: Prefix, tokens: int = 40) -> list[bytes]:
    return list(digests(known, tokens, 16))


def test_nothing_is_shared_unless_it_is_said() -> None:
    """A prompt without a prefix is like no other."""
    assert [] == blocks(Prefix())


def test_a_prefix_is_shared_as_far_as_it_goes() -> None:
    """Two full blocks of 16 in 40 tokens, one in a prefix of 30."""
    assert 2 == len(blocks(Prefix("a")))
    assert blocks(Prefix("a"))[:1] == blocks(Prefix("a", tokens=30))
    assert set(blocks(Prefix("a"))).isdisjoint(blocks(Prefix("b")))


def test_a_session_shares_all_that_came_before() -> None:
    """The longer prompt begins with all of the shorter one; another session shares nothing."""
    session = Prefix(session="s")
    assert blocks(session, 100)[:2] == blocks(session, 40)
    assert set(blocks(session)).isdisjoint(blocks(Prefix(session="t")))


def test_sessions_share_the_prefix_that_they_begin_with() -> None:
    """Their first block, and no other."""
    one, two = (blocks(Prefix("system", 16, session=name)) for name in "st")
    assert (True, False) == (one[0] == two[0], one[1] == two[1])


def test_a_hash_names_all_blocks_of_its_512_tokens() -> None:
    """Thirty-two blocks of 16, and no more than the prompt has."""
    assert 64 == len(blocks(Prefix(hashes=(1, 2, 3)), 1030))
    assert blocks(Prefix(hashes=(1, 2)), 1024)[:32] == blocks(Prefix(hashes=(1, 9)), 1024)[:32]


def test_an_arrival_knows_its_blocks() -> None:
    """As many digests as full blocks; none where nobody looks for them."""
    request = Request(1, 1.5, 40, (3,), None, Prefix("a"))
    assert (2, 0) == (len(arrival(request, 16).ticket.prefix), len(arrival(request, None).ticket.prefix))


@pytest.mark.parametrize(
    "known", [Prefix(), Prefix("a", 3), Prefix(session="s"), Prefix("a", None, "s"), Prefix(hashes=(1, 2))]
)
def test_what_is_written_can_be_read(known: Prefix) -> None:
    """The fields of a line, there and back."""
    assert known == prefix(shared(known))
