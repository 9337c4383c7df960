"""A plan is played at its due times, stops when the client leaves, waits when it reads slowly, and is journaled."""

from collections.abc import Callable
from typing import Any

from novastack_simulators.journal import Entry, Journal
from novastack_simulators.lateness import Lateness
from novastack_simulators.plan import Frame, Plan, Repeat, Ticket
from novastack_simulators.playback import Playback, Stage

FRAMES = (Frame("open", 0, b"o"), Frame("text", 2, b"a"), Frame("text", 3, b"b"), Frame("done", 0, b"d"))


class Wheel:
    """Runs callbacks in the order of their due times when the test lets time pass."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def at(self, due: float, callback: Callable[[], None]) -> None:
        self.waiting.append((due, callback))

    def soon(self, callback: Callable[[], None]) -> None:
        self.waiting.append((self.now, callback))

    def until(self, now: float) -> None:
        while due := sorted((each for each in self.waiting if each[0] <= now), key=lambda each: each[0]):
            self.waiting.remove(due[0])
            self.now = max(self.now, due[0][0])
            due[0][1]()
        self.now = now


class Recorder:
    """A Reply that keeps what is done to it."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.closed = False
        self.paused = False

    def watch(self, on_close: Callable[[], None], on_resume: Callable[[], None]) -> None:
        self.leave, self.resume = on_close, on_resume

    def start(self, status: int, headers: Any) -> None:
        self.done.append(status)

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def end(self) -> None:
        self.done.append("end")

    def fin(self) -> None:
        self.done.append("fin")

    def abort(self) -> None:
        self.done.append("abort")


def play(**more: Any) -> tuple[Wheel, Recorder, Entry]:
    wheel, reply = Wheel(), Recorder()
    entry = Journal("u").open("POST", "/", {}, now=100.0)
    fields = {"status": 200, "headers": (), "frames": FRAMES, "dues": (1.0, 1.0, 2.0, 2.5), **more}
    Playback(Plan(**fields), reply, entry, Stage(wheel, lambda: wheel.now, Lateness())).begin()
    return wheel, reply, entry


def test_frames_go_out_when_due() -> None:
    """Nothing early; frames of one due time in one write; then the end."""
    wheel, reply, _ = play()
    seen = []
    for now in (100.9, 101.1, 102.1, 103.0):
        wheel.until(now)
        seen.append(list(reply.done))
    assert [[], [200, b"oa"], [200, b"oa", b"b"], [200, b"oa", b"b", b"d", "end"]] == seen


def test_a_late_turn_does_not_delay_the_rest() -> None:
    """After a pause everything that is due goes out at once: deadlines are absolute."""
    wheel, reply, _ = play()
    wheel.now = 102.2
    wheel.until(102.2)
    assert [200, b"oab"] == reply.done


def test_the_journal_has_times_and_tokens() -> None:
    """First byte, last byte and the tokens sent are what happened."""
    wheel, _, entry = play()
    wheel.until(102.1)
    assert (101.0, 102.0, 5, None) == (entry.first_byte, entry.last_byte, entry.tokens.sent, entry.cancelled_at)


def test_a_client_that_leaves_stops_it() -> None:
    """After the close nothing is written, and the journal says when."""
    wheel, reply, entry = play()
    wheel.until(101.5)
    reply.closed = True
    reply.leave()
    wheel.until(200)
    assert [200, b"oa"] == reply.done
    assert (101.5, 2) == (entry.cancelled_at, entry.tokens.sent)


def test_a_slow_reader_makes_it_wait() -> None:
    """While paused nothing is written; on resume all that is due goes out."""
    wheel, reply, _ = play()
    wheel.until(101.5)
    reply.paused = True
    wheel.until(150)
    assert [200, b"oa"] == reply.done
    reply.paused = False
    reply.resume()
    assert [200, b"oa", b"bd", "end"] == reply.done


def test_a_hang_never_ends() -> None:
    """The frames go out, and then nothing."""
    wheel, reply, _ = play(ending="hang")
    wheel.until(10_000)
    assert [200, b"oa", b"b", b"d"] == reply.done


def test_an_abort_without_frames_sends_no_head() -> None:
    """A cut before the headers is a reset and nothing else."""
    wheel, reply, entry = play(frames=(), dues=(), ending="abort", end=1.0)
    assert [] == reply.done
    wheel.until(102)
    assert ["abort"] == reply.done
    assert entry.status is None


def test_a_fin_closes_without_the_bodys_end() -> None:
    """When it is due, after all frames."""
    wheel, reply, _ = play(ending="fin", end=3.0)
    wheel.until(102.9)
    assert [200, b"oa", b"b", b"d"] == reply.done
    wheel.until(103)
    assert "fin" == reply.done[-1]


def test_frames_that_stay_apart_are_written_one_by_one() -> None:
    """Those of one due time too, each in a turn of its own."""
    wheel, reply, entry = play(apart=True)
    wheel.until(101)
    assert [200, b"o", b"a"] == reply.done
    wheel.until(103)
    assert [200, b"o", b"a", b"b", b"d", "end"] == reply.done
    assert 5 == entry.tokens.sent


def test_what_never_ends_is_said_again_and_again() -> None:
    """Every period after the last frame, until the client leaves."""
    wheel, reply, entry = play(ending="hang", repeat=Repeat((Frame("text", 1, b"x"), Frame("text", 1, b"y")), 0.5))
    wheel.until(104)
    assert [200, b"oa", b"b", b"d", b"xy", b"xy", b"xy"] == reply.done
    assert 11 == entry.tokens.sent
    reply.closed = True
    wheel.until(110)
    assert 7 == len(reply.done)


def played(**more: Any) -> tuple[Wheel, Recorder, Playback, Lateness]:
    wheel, reply, lateness = Wheel(), Recorder(), Lateness()
    entry = Journal("u").open("POST", "/", {}, now=100.0)
    fields = {"status": 200, "headers": (), "frames": FRAMES, "dues": (1.0, 1.0, 2.0, 2.5), **more}
    playback = Playback(Plan(**fields), reply, entry, Stage(wheel, lambda: wheel.now, lateness))
    return wheel, reply, playback, lateness


def test_an_engine_says_when_frames_are_due() -> None:
    """With a ticket nothing is due until the engine says so, and it ends when all is out."""
    wheel, reply, playback, _ = played(ticket=Ticket(3, (5,)))
    playback.begin()
    wheel.until(105)
    assert [] == reply.done
    playback.due([5.0, 5.0, 6.0])
    wheel.until(107)
    assert [200, b"oa", b"b"] == reply.done
    playback.due([8.0])
    wheel.until(108)
    assert [b"d", "end"] == reply.done[-2:]


def test_planned_and_actual_times_are_kept() -> None:
    """One of each for every frame, and how late each write was."""
    wheel, _, playback, lateness = played()
    playback.begin()
    wheel.now = 101.25
    wheel.until(103)
    assert [1.0, 1.0, 2.0, 2.5] == list(playback.dues)
    assert [1.25, 1.25, 2.0, 2.5] == [round(each, 6) for each in playback.sent]
    assert (4, 250_000) == (lateness.events, lateness.most)
