"""Every account's limits. Accounts that are whole again are forgotten when there are many; what they did is summed up."""

from collections.abc import Sequence
from typing import Final

from novastack_simulators.profile import LimitName
from novastack_simulators.quotas.book import Book
from novastack_simulators.quotas.clock import SECOND, micro
from novastack_simulators.quotas.decision import NOTHING, Denied, Grant
from novastack_simulators.quotas.level import Levels
from novastack_simulators.quotas.need import Account, Need, Spent
from novastack_simulators.quotas.terms import Terms
from novastack_simulators.quotas.truth import Truth, summed, truths

MANY: Final = 64


class Quotas:
    """The limits of an upstream. Every `now` is in unix seconds."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._plain = not terms.pools and set(terms.per) == {"key", "model"}
        self._books: dict[Account, Book] = {}
        self._past: dict[LimitName, Truth] = {}
        self._many = MANY

    def admit(self, account: Account, need: Need, now: float) -> Grant | Denied:
        """Reserves what a request needs of every limit, or takes nothing."""
        at = micro(now)
        return self._book(account, at).admit(need, at) if self.terms.limits else Grant(None, need, at)

    def once(self, account: Account, need: Need, spent: Spent, now: float, names: Sequence[str]) -> Levels | None:
        """For an answer that ends as it begins: admitted and settled, and how the named limits stood in between.

        None where there is no room: then the request was not offered.
        """
        if not self.terms.limits:
            return NOTHING
        at = round(now * SECOND)
        return self._book(account, at).once(need, spent, at, names)

    def _book(self, account: Account, at: int) -> Book:
        book = self._books.get(account if self._plain else self.terms.account(account))
        return self._open(account, at) if book is None else book

    def levels(self, account: Account, now: float, names: Sequence[str]) -> Levels:
        """How those of the named limits stand that there are."""
        if not names or not self.terms.limits:
            return NOTHING
        return self._found(account).levels(names, micro(now))

    def over(self, account: Account, now: float) -> bool:
        """Whether the account has used up some limit, told or enforced."""
        return self._found(account).over(micro(now))

    def truth(self, now: float) -> list[Truth]:
        """How every limit of every account stands, and what the forgotten ones did."""
        at = micro(now)
        return [*self._past.values(), *(truth for book in self._books.values() for truth in truths(book, at))]

    def clear(self) -> None:
        """Every account is whole; what is under way no longer counts."""
        self._books.clear()
        self._past.clear()
        self._many = MANY

    def _found(self, account: Account) -> Book:
        """To look at only: an account that asked for nothing is not kept."""
        own = account if self._plain else self.terms.account(account)
        book = self._books.get(own)
        return Book(own, self.terms.gauges()) if book is None else book

    def _open(self, account: Account, at: int) -> Book:
        if len(self._books) >= self._many:
            self._forget(at)
        own = self.terms.account(account)
        book = self._books[own] = Book(own, self.terms.gauges())
        return book

    def _forget(self, at: int) -> None:
        """Seldom enough that it costs each new account little."""
        for account in [account for account, book in self._books.items() if book.whole(at)]:
            for truth in truths(self._books.pop(account), at):
                self._past[truth.name] = summed(self._past.get(truth.name), truth)
        self._many = max(MANY, 2 * len(self._books))
