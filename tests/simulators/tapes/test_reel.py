"""Requests find their tapes, again and again, and one that misses is told what was nearest."""

from collections.abc import Callable

import pytest

from novastack_simulators.journal import Differs
from novastack_simulators.tapes import Matching, Miss, Reel, Tape, planned

CHAT = "/v1/chat/completions"


def body(text: str, more: str = "") -> bytes:
    return b'{"model":"m","messages":[{"role":"user","content":"%b"}]%b}' % (text.encode(), more.encode())


def test_a_request_finds_the_tape_of_its_like(taped: Callable[..., Tape]) -> None:
    """By method, path and meaning."""
    first, second, other = (taped(body=body(text), name=text, path=path) for text, path in
                            (("one", CHAT), ("two", CHAT), ("one", "/v1/messages")))  # fmt: skip
    reel = Reel([first, second, other])
    spelt = b'{"messages": [{"content": "two", "role": "user"}], "model": "m", "user": "me"}'
    assert [second, other] == [reel.find("POST", CHAT, spelt, 1), reel.find("POST", "/v1/messages", body("one"), 1)]


def test_repeated_requests_walk_through_repeated_tapes(taped: Callable[..., Tape]) -> None:
    """In the order of the recording, by their attempt; the last is said again."""
    tapes = [taped(body=body("one"), name=name) for name in "abc"]
    reel = Reel([tapes[0], taped(body=body("two"), name="x"), *tapes[1:]])
    found = [reel.find("POST", CHAT, body("one"), attempt) for attempt in (1, 2, 3, 4, 1)]
    assert [*tapes, tapes[2], tapes[0]] == found


def test_attempts_are_counted_by_what_is_the_same(taped: Callable[..., Tape]) -> None:
    """The fingerprint of two spellings is one, and that of another path is not."""
    reel = Reel([taped()])
    one, other = (reel.fingerprint("POST", CHAT, text) for text in (b'{"a":1,"b":2}', b'{"b":2,"a":1.0}'))
    assert one == other
    assert one != reel.fingerprint("POST", "/v1/messages", b'{"a":1,"b":2}')
    assert one != reel.fingerprint("GET", CHAT, b'{"a":1,"b":2}')


def test_a_miss_tells_the_nearest_and_its_differences(taped: Callable[..., Tape]) -> None:
    """Of several the one with the fewest."""
    far = taped(body=body("something else", ',"temperature":1,"top_p":0.5'), name="far")
    near = taped(body=body("What is the weather in Paris?", ',"n":2'), name="near")
    missed = Reel([far, near]).find("POST", CHAT, body("What is the weather in Rome?", ',"n":2'), 1)
    assert (
        Miss(
            'no tape answers POST /v1/chat/completions; the nearest is near, but messages[0].content: '
            'wanted "What is the weather in Paris?", got "What is the weather in Rome?"',
            "near",
            (Differs("messages[0].content", '"What is the weather in Paris?"', '"What is the weather in Rome?"'),),
        )
        == missed
    )  # fmt: skip


def test_a_miss_does_not_tell_more_than_can_be_read(taped: Callable[..., Tape]) -> None:
    """Three differences in the sentence; all of them in the list."""
    missed = Reel([taped(body=b'{"a":1,"b":2,"c":3,"d":4,"e":5}', name="t")]).find("POST", CHAT, b"{}", 1)
    assert isinstance(missed, Miss)
    assert missed.text.endswith("c: wanted 3, got nothing; and 2 more")
    assert 5 == len(missed.differs)


def test_a_path_without_tapes_is_told_which_there_are(taped: Callable[..., Tape]) -> None:
    """With how many there are of each."""
    reel = Reel([taped(), taped(body=b"1"), taped(method="GET", path="/v1/models")])
    missed = reel.find("POST", "/v1/embeddings", b"{}", 1)
    assert Miss(
        "no tape answers POST /v1/embeddings; the tapes are of GET /v1/models (1), POST /v1/chat/completions (2)"
    ) == missed  # fmt: skip
    assert Miss("no tape answers GET /; there are no tapes") == Reel([]).find("GET", "/", b"", 1)


def test_exact_matching_wants_the_bytes(taped: Callable[..., Tape]) -> None:
    """One that means the same misses, and is told at which byte."""
    tape = taped(body=b'{"a": 1, "b": 2}', name="t")
    reel = Reel([tape], Matching("exact"))
    missed = reel.find("POST", CHAT, b'{"a":1,"b":2}', 1)
    assert tape == reel.find("POST", CHAT, b'{"a": 1, "b": 2}', 1)
    assert isinstance(missed, Miss)
    assert (Differs("byte 5", "' 1, \"b\": 2}'", "'1,\"b\":2}'"),) == missed.differs


@pytest.mark.parametrize("by", ["semantic", "exact"])
def test_a_body_with_a_key_finds_its_tape(taped: Callable[..., Tape], by: str) -> None:
    """Though the key is masked there."""
    tape = taped(body=body("my sk-******"))
    assert tape == Reel([tape], Matching(by)).find("POST", CHAT, body("my sk-abcdef"), 1)  # type: ignore[arg-type]  # one of the two


def test_ignored_paths_mean_nothing(taped: Callable[..., Tape]) -> None:
    """As a date in a system prompt."""
    tape = taped(body=body("today is Monday"))
    reel = Reel([tape], Matching(ignored=("messages[0].content",)))
    assert tape == reel.find("POST", CHAT, body("today is Tuesday"), 1)


def test_plans_are_remembered(taped: Callable[..., Tape]) -> None:
    """Those of tapes that have a name; they are what replay makes."""
    tape, bare = taped((1, b"x"), name="t"), taped((1, b"x"))
    reel = Reel([tape])
    assert planned(tape, 2) == reel.planned(tape, 2)
    assert reel.planned(tape, 2) is reel.planned(tape, 2)
    assert reel.planned(tape, 1) is not reel.planned(tape, 2)
    assert reel.planned(bare) is not reel.planned(bare)
