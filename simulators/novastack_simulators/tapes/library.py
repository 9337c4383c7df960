"""Where tapes are kept: a folder with a file for each, or one NDJSON file with a line for each.

A tape is written when its exchange has ended, and all at once: a file is moved into place when it is whole, a line is
appended by one write. Whatever reads tapes reads both; their order is that of the file names and of the lines.
"""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from novastack_simulators.tapes.tape import VERSION, Tape

LINES: Final = ".ndjson"
FILE: Final = ".json"
NUMBER: Final = re.compile(r"(\d+)-")
LONGEST: Final = 60


class TapeError(ValueError):
    """Tapes that cannot be used; `mistakes` are sentences, each with its file and line or field."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def load(place: Path) -> tuple[Tape, ...]:
    """The tapes of a folder or a file, in their order. Raises TapeError with every mistake."""
    tapes: list[Tape] = []
    mistakes: list[str] = []
    for name, where, text in _texts(place):
        try:
            tapes.append(msgspec.structs.replace(decode(text, where), name=name))
        except TapeError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise TapeError(*mistakes)
    return tuple(tapes)


def decode(text: bytes, where: str) -> Tape:
    """The tape in a text. Raises TapeError saying where in it the mistake is."""
    try:
        version = msgspec.json.decode(text, type=_Versioned).version
        if version != VERSION:
            raise TapeError(f"{where}: version: a tape of version {version}; this reads version {VERSION}")
        return msgspec.json.decode(text, type=Tape)
    except msgspec.ValidationError as error:
        message, _, field = str(error).rpartition(" - at `$.") if " - at `" in str(error) else (str(error), "", "")
        told = message.removesuffix(" - at `$`")
        raise TapeError(f"{where}: {field.rstrip('`') + ': ' if field else ''}{told}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TapeError(f"{_line(where, text, error)}: not JSON: {error}") from None


class _Versioned(msgspec.Struct):
    version: int


def encode(tape: Tape) -> bytes:
    """The tape on one line."""
    return msgspec.json.encode(msgspec.structs.replace(tape, name=""))


def _line(where: str, text: bytes, error: Exception) -> str:
    """With the line, if the text has lines; what was cut short is wrong at its end."""
    if b"\n" not in text.strip():
        return where
    told = re.search(r"\(byte (\d+)\)|position (\d+)", str(error))
    place = int(told[1] or told[2]) if told else len(text.rstrip())
    return f"{where}:{text.count(bytes([10]), 0, place) + 1}"


def _texts(place: Path) -> Iterator[tuple[str, str, bytes]]:
    """Name, where it stands, and text of each tape."""
    try:
        files = sorted(file for file in place.iterdir() if _holds(file)) if place.is_dir() else [place]
        texts = [(file, file.read_bytes()) for file in files]
    except OSError as error:
        raise TapeError(f"{error.filename}: cannot be read: {error.strerror}") from None
    for file, text in texts:
        if file.suffix != LINES:
            yield file.stem, str(file), text
            continue
        for number, line in enumerate(text.split(b"\n"), 1):
            if line.strip():
                yield f"{file.name}:{number}", f"{file}:{number}", line


def _holds(file: Path) -> bool:
    return file.suffix in (FILE, LINES) and not file.name.startswith(".")


class Library:
    """A place that tapes are written to. Raises OSError when it cannot be used."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._lines = place.suffix == LINES
        if not self._lines:
            place.mkdir(parents=True, exist_ok=True)
            self._numbers = count(1 + max(map(_number, place.iterdir()), default=0))
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        self._numbers = count(1)
        with place.open("ab+") as file:
            if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                raise OSError(0, "its last line has no end: mend it, or choose another file")

    def number(self) -> int:
        """For the exchange that begins now: tapes of a folder are ordered by it."""
        return next(self._numbers)

    def keep(self, number: int, tape: Tape) -> Path:
        """Writes the tape, and returns the file that holds it. Raises OSError, and then nothing was written."""
        if self._lines:
            _append(self.place, encode(tape) + b"\n")
            return self.place
        file = self.place / f"{number:06d}-{_slug(tape)}{FILE}"
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            draft.write_bytes(msgspec.json.format(encode(tape), indent=1) + b"\n")
            draft.replace(file)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        return file


def _number(file: Path) -> int:
    found = NUMBER.match(file.name)
    return int(found[1]) if found else 0


def _slug(tape: Tape) -> str:
    """The method and the end of the path, as a file may be named."""
    words = f"{tape.request.method}-{tape.request.path}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:LONGEST].rstrip("-")


def _append(file: Path, line: bytes) -> None:
    """By one write at the end; what a full disk cut short is taken back."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        if os.write(handle, line) != len(line):
            os.ftruncate(handle, size)
            raise OSError(0, "only a part could be written")
    finally:
        os.close(handle)
