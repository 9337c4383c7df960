"""Precedence, once and for all: configured routes in their order, then the path, then the header, then the model.

The path and the header name an upstream. Where that upstream does not serve the model that the request names, its
first model stands in, because the caller chose the upstream; a model that no upstream serves is an error all the same.
"""

from collections.abc import Iterable

from novastack_gateway.errors import Problem, no_model, no_upstream
from novastack_gateway.routing.route import Choice, Destination, Route, Signals

FORWARDED_TO = "x-forwarded-to"
PATH_TAIL = "/v1/chat/completions"


class Table:
    """All destinations and configured routes."""

    def __init__(self, destinations: Iterable[Destination], routes: Iterable[Route] = ()) -> None:
        self._destinations = {destination.name: destination for destination in destinations}
        self._routes = tuple(routes)
        self._served = {
            name: (destination.name, model)
            for destination in self._destinations.values()
            for name, model in destination.names()
        }
        self.models = tuple(model for destination in self._destinations.values() for model in destination.models)

    def resolve(self, model: str) -> tuple[str, str]:
        """The upstream and the public id that a model's name or alias means, whatever its case.

        Raises Problem 404.
        """
        found = self._served.get(model.lower())
        if found is None:
            raise no_model(model, self.models)
        return found

    def choose(self, signals: Signals) -> Choice:
        """Where the request goes.

        Raises Problem 404 for an unknown model or upstream, 400 for a header that names no one upstream.
        """
        steps: list[str] = []
        for route in self._routes:
            if route.match.holds(signals):
                return self._by_route(route, signals, steps)
            steps.append(f"route '{route.name}' does not hold ({route.match})")
        return self._by_path(signals, steps) or self._by_header(signals, steps) or self._by_model(signals, steps)

    def _by_route(self, route: Route, signals: Signals, steps: list[str]) -> Choice:
        steps.append(f"route '{route.name}' holds ({route.match})")
        named = signals.model if signals.model.lower() in self._served else self._destinations[route.upstream].models[0]
        return self._at(route.upstream, route.model or named, steps)

    def _by_path(self, signals: Signals, steps: list[str]) -> Choice | None:
        if signals.path_upstream is None:
            steps.append("the path names no upstream")
            return None
        steps.append(f"the path names upstream '{signals.path_upstream}'")
        return self._at(signals.path_upstream, signals.model, steps)

    def _by_header(self, signals: Signals, steps: list[str]) -> Choice | None:
        values = set(signals.header(FORWARDED_TO))
        if not values:
            steps.append("no X-Forwarded-To header")
            return None
        value = values.pop()
        if values or not value or "," in value:
            raise Problem(
                400, "X-Forwarded-To must name exactly one upstream.", code="invalid_header", param="X-Forwarded-To"
            )
        steps.append(f"X-Forwarded-To names upstream '{value}'")
        return self._at(value, signals.model, steps)

    def _by_model(self, signals: Signals, steps: list[str]) -> Choice:
        upstream, model = self.resolve(signals.model)
        named = "is" if signals.model == model else "means"
        steps.append(f"model '{signals.model}' {named} '{model}' of upstream '{upstream}'")
        return Choice(upstream, model, tuple(steps))

    def _at(self, name: str, model: str, steps: list[str]) -> Choice:
        destination = self._destinations.get(name)
        if destination is None:
            raise no_upstream(name, tuple(self._destinations))
        _, public = self.resolve(model)
        if public in destination.models:
            steps.append(f"it serves model '{public}'")
            return Choice(name, public, tuple(steps))
        steps.append(f"it does not serve '{public}': its first model '{destination.models[0]}' stands in")
        return Choice(name, destination.models[0], tuple(steps))
