"""Every account's limits. Accounts that are whole again are forgotten when there are many; what they did is summed up."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from novastack_simulators.profile import LimitName
from novastack_simulators.quotas.book import Book
from novastack_simulators.quotas.clock import micro
from novastack_simulators.quotas.decision import Denied, Grant
from novastack_simulators.quotas.level import Level
from novastack_simulators.quotas.need import Account, Need
from novastack_simulators.quotas.terms import Terms
from novastack_simulators.quotas.truth import Truth, summed, truths

MANY: Final = 64
NOTHING: Final[Mapping[str, Level]] = MappingProxyType({})


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
        if not self.terms.limits:
            return Grant(None, need)
        at = micro(now)
        book = self._books.get(account if self._plain else self.terms.account(account))
        if book is None:
            book = self._open(account, at)
        return book.admit(need, at)

    def levels(self, account: Account, now: float, names: Sequence[str]) -> Mapping[str, Level]:
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
