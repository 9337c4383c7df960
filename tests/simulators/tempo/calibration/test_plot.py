"""Fit against data, as a picture."""

from array import array
from pathlib import Path

import pytest

from novastack_simulators.tempo.calibration.plot import plot
from novastack_simulators.tempo.outcome import Outcome

SEEN = [Outcome(0.0, 5, array("d", [0.1 * index, 0.1 * index + 0.02, 0.1 * index + 0.05])) for index in range(1, 9)]


@pytest.mark.parametrize(("name", "begins"), [("fit.png", b"\x89PNG\r\n"), ("fit.svg", b"<?xml")])
def test_the_suffix_says_what_it_is(tmp_path: Path, name: str, begins: bytes) -> None:
    """Pixels or curves."""
    plot(SEEN, SEEN, "a title", tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_same_fit_is_the_same_file(tmp_path: Path) -> None:
    """No date and no random names in it."""
    for name in ("one.svg", "two.svg"):
        plot(SEEN, SEEN, "a title", tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_single_tokens_have_no_gaps_to_show(tmp_path: Path) -> None:
    """The panel stays empty, and nothing fails."""
    single = [Outcome(0.0, 5, array("d", [0.5]))]
    plot(single, single, "a title", tmp_path / "fit.png")
    assert (tmp_path / "fit.png").stat().st_size > 1000


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Told to whoever asked for the file."""
    with pytest.raises(OSError, match="No such file"):
        plot(SEEN, SEEN, "a title", tmp_path / "none" / "fit.png")
