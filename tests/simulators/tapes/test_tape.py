"""A tape holds bytes and times as they were, and says what cannot be."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.tapes import Tape
from novastack_simulators.tapes.library import decode, encode
from novastack_simulators.tapes.tape import Chunk, Coded, packed, unpacked

# Bytes that are text, that are not, and text that is cut inside a character.
BYTES = st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")))
SEQUENCES = st.lists(st.tuples(BYTES, st.integers(0, 2**53)), max_size=12)


@given(SEQUENCES)
def test_any_chunks_survive_writing_and_reading(taped: Callable[..., Tape], sequence: list[tuple[bytes, int]]) -> None:
    """Any bytes at any microseconds, in the order of time."""
    chunks = sorted((us, data) for data, us in sequence)
    tape = taped(*chunks)
    read = decode(encode(tape), "it")
    assert read.response is not None
    assert (chunks, tape) == ([(chunk.us, chunk.bytes) for chunk in read.response.chunks], read)


@pytest.mark.parametrize(
    ("data", "held"), [(b"", ""), (b"h\xc3\xa9", "hé"), (b"\xc3", Coded(b"\xc3")), (b"a\x00\n", "a\x00\n")]
)
def test_text_stands_as_text_and_other_bytes_as_base64(data: bytes, held: str | Coded) -> None:
    """Half of a character is no text."""
    assert (held, data) == (packed(data), unpacked(held))


def test_the_body_is_all_chunks(taped: Callable[..., Tape]) -> None:
    """In their order."""
    assert b"abc" == taped((1, b"a"), (1, b"bc")).body


def test_what_is_the_default_is_not_written(taped: Callable[..., Tape]) -> None:
    """Nor is the name: that is the file's."""
    told = msgspec.json.decode(encode(msgspec.structs.replace(taped((5, b"x")), name="it")))
    assert {"version", "upstream", "recorded", "request", "response", "ended", "us"} == set(told)
    assert {"us": 5, "data": "x"} == told["response"]["chunks"][0]


def test_a_chunk_begins_where_the_one_before_it_ends(taped: Callable[..., Tape]) -> None:
    """An offset that is wrong is told, with what would be right."""
    chunks = (Chunk(us=1, offset=0, data="ab"), Chunk(us=1, offset=3, data="c"))
    response = msgspec.structs.replace(taped((1, b"")).response, chunks=chunks)
    with pytest.raises(ValueError) as raised:
        msgspec.structs.replace(taped((1, b"")), response=response)
    told = "response.chunks[1].offset: 3, but the chunks before it end at 2; leave offsets out of what you edit"
    assert told == str(raised.value)


def test_time_does_not_go_back(taped: Callable[..., Tape]) -> None:
    """From the head over the chunks to the end."""
    with pytest.raises(ValueError) as raised:
        taped((5, b"a"), (4, b"b"))
    assert "response.chunks[1].us: 4 is before the 5 that stands before it" == str(raised.value)


def test_what_is_complete_has_a_response(taped: Callable[..., Tape]) -> None:
    """Only what broke off may be without."""
    with pytest.raises(ValueError) as raised:
        taped(response=None)
    assert "response: an exchange that ended complete has one" == str(raised.value)
    assert b"" == taped(response=None, ended="rst").body
