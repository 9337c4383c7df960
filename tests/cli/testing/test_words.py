"""The words that an editor completes are the simulator's: none is missing and none is invented."""

from novastack.testing import words
from novastack_simulators.journal import Query
from novastack_simulators.stubs import Error, Match, Reply, Said, Stub

# `text` stands first and without its name; an error and a sequence have methods of their own.
BARE = {"text", "error", "sequence"}


def own(typed: type) -> set[str]:
    """The words of a kind of reply, besides those that say whom it is for."""
    return set(typed.__annotations__) - set(words.To.__annotations__)


def test_the_words_of_a_query() -> None:
    """All but the scope, which is the test's."""
    assert set(Query.model_fields) - {"scope"} == set(words.Query.__annotations__)


def test_the_words_of_a_reply() -> None:
    """What may be said besides the text."""
    assert set(Said.model_fields) - BARE == own(words.Reply)


def test_the_words_of_an_error() -> None:
    """All but the status, which stands first."""
    assert set(Error.model_fields) - {"status"} == own(words.Failure)


def test_the_words_of_a_sequence() -> None:
    """What follows after the last, and what makes the place."""
    assert set(Reply.model_fields) - set(Said.model_fields) - BARE == own(words.Order)


def test_the_words_that_say_whom_a_reply_is_for() -> None:
    """Every matcher of a stub, its name and its priority; `to` is short for a last message."""
    matchers = {field.alias or name for name, field in Match.model_fields.items()}
    besides = set(Stub.model_fields) - {"match", "reply"}
    assert (matchers - {"last_message"}) | {"to"} | besides == set(words.To.__annotations__)
