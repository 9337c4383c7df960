"""Tapes are kept in files and read from them, whole or not at all; what is wrong is told with its place."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from novastack_simulators.tapes import Tape, TapeError, load
from novastack_simulators.tapes.library import Library, encode


@pytest.mark.parametrize("name", ["tapes", "deep/er", "tapes.ndjson", "deep/tapes.ndjson"])
def test_what_is_kept_is_read_again(tmp_path: Path, taped: Callable[..., Tape], name: str) -> None:
    """In a folder or in one file, in the order of the recording."""
    tapes = [taped((1, b"first")), taped((2, b"\xff")), taped((3, b"third"))]
    library = Library(tmp_path / name)
    for tape in tapes:
        library.keep(library.number(), tape)
    read = load(tmp_path / name)
    assert tapes == [msgspec.structs.replace(tape, name="") for tape in read]


def test_a_tape_is_named_after_its_file(tmp_path: Path, taped: Callable[..., Tape]) -> None:
    """Its number, the method and the path; in a file of lines, after its line."""
    Library(tmp_path / "a").keep(7, taped(path="/v1/Chat/../%2e completions" + "x" * 99))
    lines = Library(tmp_path / "b.ndjson")
    lines.keep(1, taped())
    lines.keep(2, taped())
    (named,) = load(tmp_path / "a")
    assert "000007-post-v1-chat-2e-completions" == named.name[:34]
    assert len(named.name) <= 67
    assert ["b.ndjson:1", "b.ndjson:2"] == [tape.name for tape in load(tmp_path / "b.ndjson")]


def test_numbers_go_on_after_what_is_there(tmp_path: Path, taped: Callable[..., Tape]) -> None:
    """A second recording does not write over the first."""
    Library(tmp_path).keep(41, taped())
    assert 42 == Library(tmp_path).number()


def test_a_folder_holds_nothing_but_whole_tapes(
    tmp_path: Path, taped: Callable[..., Tape], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be put in place is not left behind."""
    library = Library(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        library.keep(1, taped())
    assert [] == list(tmp_path.iterdir())


def test_a_line_that_was_cut_short_is_taken_back(
    tmp_path: Path, taped: Callable[..., Tape], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines before it can still be read."""
    library = Library(tmp_path / "t.ndjson")
    library.keep(1, taped())
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, data: write(handle, data[:10]))
        with pytest.raises(OSError, match="only a part"):
            library.keep(2, taped())
    assert 1 == len(load(tmp_path / "t.ndjson"))


def test_a_file_that_ends_inside_a_line_is_not_written_on(tmp_path: Path) -> None:
    """What would be appended would spoil two tapes."""
    (tmp_path / "t.ndjson").write_bytes(b'{"version"')
    with pytest.raises(OSError, match="its last line has no end"):
        Library(tmp_path / "t.ndjson")


def test_files_that_are_no_tapes_are_left_alone(tmp_path: Path, taped: Callable[..., Tape]) -> None:
    """Notes, and what another recorder is about to put in place."""
    Library(tmp_path).keep(1, taped())
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / ".000002-x.json.7").write_text("{")
    assert 1 == len(load(tmp_path))


def test_tapes_can_be_renamed_and_written_by_hand(tmp_path: Path) -> None:
    """The order is that of the names; what has a default may be left out."""
    text = (
        '{"version": 1, "upstream": "", "recorded": "", "request": {"method": "GET", "path": "%s"},'
        ' "response": {"us": 0, "status": 200, "chunks": [{"us": 0, "data": "hi"}]}, "ended": "complete", "us": 0}'
    )
    (tmp_path / "b.json").write_text(text % "/2")
    (tmp_path / "a.json").write_text(text % "/1")
    assert [("a", "/1"), ("b", "/2")] == [(tape.name, tape.request.path) for tape in load(tmp_path)]


MISTAKES = [
    (b"", "{file}: not JSON: Input data was truncated"),
    (b'{\n "version": 1,\n "us": x\n}', "{file}:3: not JSON: JSON is malformed: invalid character (byte 24)"),
    (b'{\n "version": 1,\n "us":', "{file}:3: not JSON: Input data was truncated"),
    (b'{"version": 2, "new": 1}', "{file}: version: a tape of version 2; this reads version 1"),
    (b"{}", "{file}: Object missing required field `version`"),
    (b"[]", "{file}: Expected `object`, got `array`"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_what_is_no_tape_is_told_with_its_line(tmp_path: Path, text: bytes, told: str) -> None:
    """Where there are lines."""
    file = tmp_path / "x.json"
    file.write_bytes(text)
    with pytest.raises(TapeError) as raised:
        load(file)
    assert told.format(file=file) == str(raised.value)


CHANGES = [
    ('"status":200', '"status":20', "response.status: Expected `int` >= 200"),
    ('"ended":"complete"', '"ended":"maybe"', "ended: Invalid enum value 'maybe'"),
    ('"us":1,"data":"x"', '"us":1,"date":"x"', "response.chunks[0]: Object contains unknown field `date`"),
    ('"data":"x"', '"data":{"base64":"!"}', "response.chunks[0].data.base64: Invalid base64 encoded string"),
    ('"data":"x"', '"data":"x","offset":9', "response.chunks[0].offset: 9, but the chunks before it end at 0;"),
    ('"method":"POST"', '"method":1', "request.method: Expected `str`, got `int`"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGES)
def test_a_mistake_is_told_with_its_field(
    tmp_path: Path, taped: Callable[..., Tape], old: str, new: str, told: str
) -> None:
    """And with its line, where a file has a tape in each."""
    line = encode(taped((1, b"x"))).decode()
    assert old in line
    file = tmp_path / "x.ndjson"
    file.write_text(f"{line}\n\n{line.replace(old, new)}\n")
    with pytest.raises(TapeError) as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}:3: {told}")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """One line for each file."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text("{}")
    with pytest.raises(TapeError) as raised:
        load(tmp_path)
    assert [str(tmp_path / name) for name in ("a.json", "b.json")] == [
        mistake.split(": ")[0] for mistake in raised.value.mistakes
    ]


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With what the system says."""
    with pytest.raises(TapeError) as raised:
        load(tmp_path / "none")
    assert f"{tmp_path / 'none'}: cannot be read: No such file or directory" == str(raised.value)
