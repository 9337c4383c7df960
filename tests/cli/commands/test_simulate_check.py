"""`novastack simulate --check` looks at the stubs: every complaint at once, each with its line."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., "CompletedProcess[str]"]

STUBS = """\
stubs:
  - {name: all, priority: 5, reply: {text: hi}}
  - name: never
    priority: 1
    match: {last_message: {contains: refund}}
    reply: {text: hi}
upstreams:
  - name: deepseek
    profile: deepseek-v4-pro
    api_keys: [k]
    stubs:
      - name: x
        priority: 9
        match: {last_message: {contains: refund}}
        reply: {text: hi}
      - name: "y"
        priority: 9
        match: {header: {x-team: red}}
        reply: {text: hi}
      - name: z
        priority: 10
        match: {model: gpt-4}
        reply: {text: hi}
      - name: w
        priority: 11
        match: {json: {user: {equals: 3, contains: 4}}}
        reply: {text: hi}
"""
FOUND = (
    ("3", "stubs[1]", "stub 'never' can never reply: 'all' matches all that it matches"),
    ("17", "upstreams[0].stubs[1].priority", "stubs 'y' and 'x' have the same priority 9 and can both match"),
    ("22", "upstreams[0].stubs[2].match.model", "stub 'z' can never match"),
    ("26", "upstreams[0].stubs[3].match.json.user", "stub 'w' can never match"),
)


def whole(text: str) -> str:
    return "simulators:\n" + "".join(f"  {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(("shape", "down", "prefix"), [(str, 0, ""), (whole, 1, "simulators.")])
def test_every_complaint_is_told_with_its_line(
    novastack: Run, tmp_path: Path, shape: Callable[[str], str], down: int, prefix: str
) -> None:
    """In the whole file and in the simulators' own part of it; the exit status is that of a bad configuration."""
    (tmp_path / "n.yaml").write_text(shape(STUBS), encoding="utf-8")
    done = novastack("simulate", "--config", "n.yaml", "--check")
    assert (3, "") == (done.returncode, done.stdout)
    lines = done.stderr.splitlines()
    expected = [f"n.yaml:{int(line) + down}: {prefix}{place}: {text}" for line, place, text in FOUND]
    assert len(expected) == len(lines)
    assert all(line.startswith(start) for start, line in zip(expected, lines, strict=True)), done.stderr


def test_a_stub_that_cannot_be_read_is_an_error_at_its_line(novastack: Run, tmp_path: Path) -> None:
    """A bad pattern, an unknown name, an unknown key: all at once."""
    bad = (
        STUBS.replace("contains: refund", "matches: '(?=x)'")
        .replace("{name: all, priority: 5, reply: {text: hi}}", "{name: all, priority: 5, reply: {text: '{{ you }}'}}")
        .replace("header: {x-team: red}", "headers: {x-team: red}")
    )
    (tmp_path / "n.yaml").write_text(bad, encoding="utf-8")
    done = novastack("simulate", "--config", "n.yaml", "--check")
    assert 3 == done.returncode
    starts = [line.split(": ", 2)[:2] for line in done.stderr.splitlines()]
    assert [
        ["n.yaml:2", "stubs[0].reply.text"],
        ["n.yaml:5", "stubs[1].match.last_message.matches"],
        ["n.yaml:14", "upstreams[0].stubs[0].match.last_message.matches"],
        ["n.yaml:18", "upstreams[0].stubs[1].match.headers"],
    ] == starts
    assert "did you mean `header`?" in done.stderr


def test_good_stubs_are_valid(novastack: Run, tmp_path: Path) -> None:
    """Different priorities may overlap."""
    good = STUBS[: STUBS.index("  - name: never")] + STUBS[STUBS.index("upstreams:") : STUBS.index('      - name: "y"')]
    (tmp_path / "n.yaml").write_text(good, encoding="utf-8")
    done = novastack("simulate", "--config", "n.yaml", "--check")
    assert (0, "The configuration of the simulators is valid.\n") == (done.returncode, done.stdout)


@pytest.mark.parametrize(
    ("match", "known"),
    [
        ("{jsn: {a: 1}}", "header, json (did you mean `json`?)"),
        ("{json: {a: {contians: 1}}}", "equals, contains, matches (did you mean `contains`?)"),
        ("{header: {x-a: {equal: b}}}", "equals, contains, matches (did you mean `equals`?)"),
    ],
)
def test_an_unknown_key_lists_the_keys_of_the_file(novastack: Run, tmp_path: Path, match: str, known: str) -> None:
    """By the names that a file has for them, however deep."""
    (tmp_path / "n.yaml").write_text(STUBS.replace("{header: {x-team: red}}", match), encoding="utf-8")
    done = novastack("simulate", "--config", "n.yaml", "--check")
    assert 3 == done.returncode
    (line,) = done.stderr.splitlines()
    assert line.endswith(known)
