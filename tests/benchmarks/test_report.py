"""Samples, ratios, targets, and the page between its markers."""

import pytest

from benchmarks.machine import Machine
from benchmarks.report import BEGIN, END, Report, inserted, merged, page
from benchmarks.sample import Table, Target, percentile, ratio, sample, samples

MEASURED = {"ours": {"CPU": sample([9.0, 12.0, 10.0])}, "limit": {"CPU": sample([5.0])}}


def target(value: float | None) -> Target:
    return Target(text="CPU, times the limit's", sense="at most", bound=2.5, value=value, unit="x")


def table(name: str, value: float | None = 2.0) -> Table:
    return Table(
        name=name,
        title=f"The {name}",
        columns=("CPU", "memory"),
        measured=MEASURED,
        absent={"peer": "it cannot be installed"},
        targets=(target(value),),
    )


def test_a_sample_is_the_middle_and_the_ends() -> None:
    """Of three rounds."""
    assert (10.0, 9.0, 12.0) == (MEASURED["ours"]["CPU"].value, MEASURED["ours"]["CPU"].least, sample([9, 12]).most)


def test_a_ratio_is_of_the_middles() -> None:
    """None where one was not measured."""
    assert (2.0, None) == (ratio(MEASURED, "CPU", "ours", "limit"), ratio(MEASURED, "CPU", "ours", "peer"))


@pytest.mark.parametrize(("value", "met"), [(2.5, True), (2.6, False), (None, None), (float("nan"), None)])
def test_a_target_is_met_missed_or_not_measured(value: float | None, met: bool | None) -> None:
    """The bound itself is within."""
    assert met is target(value).met


def test_what_is_not_a_number_is_not_measured() -> None:
    """A column that holds one is left out."""
    assert {"good": sample([1.0, 2.0])} == samples([{"good": 1.0, "bad": 1.0}, {"good": 2.0, "bad": float("nan")}])


def test_percentiles_are_values_that_were_seen() -> None:
    """The nearest rank, at both ends too."""
    assert (1, 2, 4) == tuple(percentile([1, 2, 3, 4], share) for share in (0, 0.5, 1))


def test_the_page_says_what_was_found_and_what_was_not_measured() -> None:
    """The figures with their spread, the reason of an absent peer, and a missed target."""
    machine = Machine(processor="P", cores=2, kernel="6", python="3.11")
    text = page(Report(machine=machine, tables=(table("row", 3.0),)))
    assert "| ours | 10 (9 to 12) | - |" in text
    assert "| peer | not measured: it cannot be installed | |" in text
    assert "| CPU, times the limit's | at most 2.5 x | 3 x | **missed** |" in text


def test_the_run_is_put_between_the_markers() -> None:
    """What stands around them stays; a page without them is an error."""
    assert f"a{BEGIN}\n\nnew\n\n{END}z" == inserted(f"a{BEGIN}old{END}z", "new")
    with pytest.raises(ValueError, match="has no place for the run"):
        inserted("nothing", "new")


def test_rows_that_were_not_asked_for_stay() -> None:
    """A run of one row replaces that row in place."""
    machine = Machine(processor="P", cores=2, kernel="6", python="3.11")
    earlier = Report(machine=machine, tables=(table("a", 1.0), table("b", 1.0)))
    assert [("a", 2.0), ("b", 1.0), ("c", 2.0)] == [
        (each.name, each.targets[0].value) for each in merged(earlier, [table("a"), table("c")])
    ]
