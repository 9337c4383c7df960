"""The API server before the queue: one loop, whose time all requests in it share evenly.

A lone request passes in `work` seconds. n that arrive together take turns in the loop, so that all leave after n times
as long, nearly together: that is what published runs show, whose first tokens all come late when hundreds of requests
arrive at once. Egalitarian processor sharing, kept in virtual service time: it changes only when a request comes or
leaves, so that looking at it changes nothing.
"""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Frontend(Generic[T]):
    """Requests on their way to the queue, in the order in which they came, which is that in which they leave."""

    def __init__(self, work: float) -> None:
        self._work = work
        self._inside: deque[tuple[float, T]] = deque()
        self._at = 0.0
        self._served = 0.0

    def __len__(self) -> int:
        return len(self._inside)

    @property
    def due(self) -> float | None:
        """When the next request leaves, if none comes before."""
        if not self._inside:
            return None
        return self._at + max(0.0, self._inside[0][0] - self._served) * len(self._inside)

    def arrive(self, now: float, item: T) -> None:
        """Takes a request in. Those due until now must have left."""
        if self._inside:
            self._served += (now - self._at) / len(self._inside)
        else:
            self._served = 0.0
        self._at = now
        self._inside.append((self._served + self._work, item))

    def leave(self) -> tuple[float, T]:
        """Lets the next one out, and says when it left."""
        due = self.due
        if due is None:
            raise LookupError("nobody is in the front end")
        self._served, item = self._inside.popleft()
        self._at = due
        return due, item

    def remove(self, now: float, item: T) -> bool:
        """Throws one out; whether it was inside. Those due until now must have left."""
        place = next((index for index, (_, each) in enumerate(self._inside) if each is item), None)
        if place is None:
            return False
        self._served += (now - self._at) / len(self._inside)
        self._at = now
        del self._inside[place]
        return True
