"""Waiting for entries and following them, whenever they come."""

from novastack_simulators.journal import Entry, Follower, Journal, Query, Waiter


def opened(journal: Journal, path: str = "/") -> Entry:
    return journal.open("GET", path, (), now=0.0)


def test_a_waiter_counts_each_entry_once() -> None:
    """However often it is told: before, at its begin and at its end."""
    journal, done = Journal("u"), []
    waiter = Waiter(2, lambda: done.append(True))
    first = opened(journal)
    with journal.watching(Query(), waiter.see):
        waiter.see(first)
        journal.begin(first)
        journal.close(first)
        assert [] == done
        journal.begin(opened(journal))
        assert [True] == done


def test_a_journal_tells_of_begin_and_end() -> None:
    """Only of what the query means by then, and only while it is watched."""
    journal, told = Journal("u"), []
    watch = journal.watch(Query(status=200), lambda entry: told.append((entry.path, entry.ended)))
    one, other = opened(journal, "/a"), opened(journal, "/b")
    journal.begin(one)
    one.status, other.status = 200, 404
    journal.begin(other)
    journal.close(one)
    journal.close(other)
    assert [("/a", True)] == told
    journal.unwatch(watch)
    third = opened(journal, "/c")
    third.status = 200
    journal.begin(third)
    assert [("/a", True)] == told


def test_a_watcher_may_stop_watching_when_it_is_told() -> None:
    """And the others are told all the same."""
    journal, told = Journal("u"), []
    first = journal.watch(Query(), lambda _: (told.append(1), journal.unwatch(first)))
    journal.watch(Query(), lambda _: told.append(2))
    journal.begin(opened(journal))
    journal.begin(opened(journal))
    assert [1, 2, 2] == told


def test_a_follower_gives_each_that_ended_once() -> None:
    """What ended before from the reading, what ends while that goes on and later from the news, in that order."""
    journal, news = Journal("u"), []
    follower = Follower(10, lambda: news.append(True))
    entries = [opened(journal) for _ in range(4)]
    journal.close(entries[0])
    with journal.watching(Query(), follower.see):
        journal.close(entries[2])
        assert [1] == [entry.sequence for entry in follower.old(entries)]
        follower.caught_up()
        journal.begin(entries[3])
        journal.close(entries[1])
    assert ([3], [2], [], 2) == (list(follower.take(1)), list(follower.take(5)), list(follower.take(5)), len(news))


def test_a_follower_that_reads_too_slowly_loses_the_oldest() -> None:
    """Its memory is bounded like the journal's."""
    journal = Journal("u")
    follower = Follower(2, lambda: None)
    with journal.watching(Query(), follower.see):
        for _ in range(5):
            journal.close(opened(journal))
    assert [4, 5] == list(follower.take(9))
