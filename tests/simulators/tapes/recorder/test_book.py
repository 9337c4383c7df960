"""What becomes of an exchange is told, also when there is no tape of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from novastack_simulators.tapes.library import Library
from novastack_simulators.tapes.recorder.answer import Answer
from novastack_simulators.tapes.recorder.asked import Asked
from novastack_simulators.tapes.recorder.base import base
from novastack_simulators.tapes.recorder.book import Book, Kept
from novastack_simulators.tapes.recorder.draft import LONGEST, Seen

KEY = b"my-own-key-0123456789"
ASKED = Asked("POST", b"/x/" + KEY + b"?key=1", "1.1", ((b"x-api-key", KEY),), b"", 0)
BASE = base("http://h/v1")


def seen() -> Seen:
    answer = Answer("POST")
    answer.feed(1, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
    answer.feed(2, b"cde")
    return Seen(BASE, 0.0, ASKED, 0, answer, "complete", 2)


def told(folder: Path, tell: Callable[[Book], None]) -> list[Kept]:
    """What a book tells, once it is closed."""
    kept: list[Kept] = []
    book = Book(BASE, Library(folder), kept.append)
    tell(book)
    book.close()
    return kept


def test_a_tape_is_told_with_its_file(tmp_path: Path) -> None:
    """And how the exchange went."""
    file = str(tmp_path / "000001-post-v1-x.json")
    wanted = Kept(number=1, method="POST", path=f"/v1/x/{'*' * len(KEY)}", status=200, ended="complete", chunks=2,
                  bytes=5, us=2, file=file)  # fmt: skip
    assert [wanted] == told(tmp_path, lambda book: book.keep(book.number(), seen()))


def test_the_order_is_that_of_the_ends(tmp_path: Path) -> None:
    """The numbers are those of the beginnings."""

    def tell(book: Book) -> None:
        first, second = book.number(), book.number()
        book.keep(second, seen())
        book.keep(first, seen())

    assert [2, 1] == [kept.number for kept in told(tmp_path, tell)]


def test_why_there_is_no_tape_is_told(tmp_path: Path) -> None:
    """One that must not be written, and one whose endpoint was not there; no key is in either."""
    long = seen()
    long.answer.size = LONGEST + 1

    def tell(book: Book) -> None:
        book.keep(1, long)
        book.unreached(2, ASKED, "Connection refused")

    first, second = told(tmp_path, tell)
    assert (None, None) == (first.file, second.file)
    assert "its answer is longer than" in (first.why or "")
    assert ("the endpoint cannot be reached: Connection refused", f"/v1/x/{'*' * len(KEY)}") == (
        second.why, second.path,
    )  # fmt: skip


def test_a_disk_that_takes_no_tape_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder goes on."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Library, "keep", full)
    (kept,) = told(tmp_path, lambda book: book.keep(1, seen()))
    assert (None, "it cannot be written: No space left on device") == (kept.file, kept.why)
