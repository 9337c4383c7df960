"""One simulated upstream as a test sees it: where it is, what it shall do, and what arrived."""

import contextlib
import itertools
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, Unpack

from novastack.testing import environment, stubs
from novastack.testing.control import Control, ControlError
from novastack.testing.journal import Journal
from novastack.testing.words import Failure, Order, Reply

if TYPE_CHECKING:
    import httpx

    from novastack_simulators.server import Endpoint


class Listed:
    """A list of the control API, which is replaced whole: what the simulator does not take is not kept either."""

    def __init__(self, control: Control, path: str) -> None:
        self._control = control
        self._path = path
        self._items: list[Mapping[str, Any]] = []
        self._lock = threading.Lock()

    def add(self, item: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        with self._lock:
            wanted = [*self._items, item]
            self._control.put(self._path, wanted)
            self._items = wanted

    def clear(self) -> None:
        __tracebackhide__ = True
        with self._lock:
            self._control.delete(self._path)
            self._items = []

    def forget(self) -> None:
        """The simulator has started again by itself."""
        with self._lock:
            self._items = []


class Simulator:
    """One upstream in one scope. What is set lasts until `reset` or the end of the test, and is for this test alone.

    `base_url` and `api_key` are for SDKs: the key carries the scope. What sets something returns the simulator, and
    raises ControlError with the simulator's own sentence if it is not taken.
    """

    def __init__(self, endpoint: "Endpoint", http: "httpx.Client", scope: str) -> None:
        self.name = endpoint.name
        self.profile = endpoint.profile
        self.dialect = endpoint.dialect
        self.base_url = endpoint.base_url
        self.api_key = endpoint.api_key
        self.control_url = endpoint.control_url
        self.models = endpoint.models
        self.scope = scope
        self._control = Control(http, endpoint.control_url, scope)
        self.journal = Journal(self._control)
        self._faults = Listed(self._control, "/faults")
        self._stubs = Listed(self._control, "/stubs")
        self._numbers = itertools.count(1)
        self._variables = contextlib.ExitStack()

    @property
    def model(self) -> str:
        """The name of the model to ask for."""
        return self.models[0]

    def fault(
        self,
        fault: str | Mapping[str, Any] | None = None,
        /,
        *,
        at: str | Mapping[str, int] | None = None,
        when: str | Mapping[str, Any] | None = None,
        where: Mapping[str, Any] | None = None,
        **words: Any,
    ) -> Self:
        """Arms one fault more: a preset by its name, or what to `do`, with its parameters (`for_` is `for`).

        Of several the first that applies to a request strikes.
        """
        __tracebackhide__ = True
        given = {"preset": fault} if isinstance(fault, str) else fault or {}
        phrased = {"at": at, "when": when, "where": where, **words}
        more = {word.removesuffix("_"): value for word, value in phrased.items() if value is not None}
        self._faults.add({**given, **more})
        return self

    def clear_faults(self) -> Self:
        """Heals it: no fault is armed."""
        __tracebackhide__ = True
        self._faults.clear()
        return self

    def reply(self, text: str | None = None, **words: Unpack[Reply]) -> Self:
        """What is said to the requests that fit; of several replies the one that says most about them, or the latest."""
        __tracebackhide__ = True
        return self._reply(words, {} if text is None else {"text": text})

    def reply_error(self, status: int, **words: Unpack[Failure]) -> Self:
        """The provider's error of that status, in its own shape, to the requests that fit."""
        __tracebackhide__ = True
        named = ("message", "type", "code", "retry_after")
        error = {"status": status, **{word: value for word, value in words.items() if word in named}}
        whom = {word: value for word, value in words.items() if word not in named}
        return self._reply(whom, {"error": error})

    def reply_sequence(self, *answers: str | Mapping[str, Any], **words: Unpack[Order]) -> Self:
        """One answer after the other: texts, or mappings such as `{"error": {"status": 503}}`."""
        __tracebackhide__ = True
        return self._reply(words, {"sequence": [stubs.answer(each) for each in answers]})

    def _reply(self, words: Mapping[str, Any], reply: Mapping[str, Any]) -> Self:
        __tracebackhide__ = True
        self._stubs.add(stubs.stub(next(self._numbers), words, reply))
        return self

    def clear_replies(self) -> Self:
        """The model speaks for itself again."""
        __tracebackhide__ = True
        self._stubs.clear()
        return self

    def framing(self, name: str | None = None, /, **settings: Any) -> Self:
        """How events stand on the wire: a framing by its name, or its settings."""
        __tracebackhide__ = True
        self._control.put("/framing", _either("framing", name, settings))
        return self

    def quota(self, name: str | None = None, /, **limits: Any) -> Self:
        """The limits that are enforced: "profile" for the profile's own, or each by its name."""
        __tracebackhide__ = True
        self._control.put("/quotas", _either("quota", name, limits))
        return self

    @property
    def quotas(self) -> list[dict[str, Any]]:
        """The truth about every limit of every account: what is used and left, and what was admitted and denied."""
        __tracebackhide__ = True
        limits: list[dict[str, Any]] = self._control.get("/quotas")["limits"]
        return limits

    def seed(self, seed: int) -> Self:
        """Another seed, other answers."""
        __tracebackhide__ = True
        self._control.put("/seed", {"seed": seed})
        return self

    def reset(self) -> Self:
        """As it was when the test began, with an empty journal."""
        __tracebackhide__ = True
        self._control.post("/reset")
        self._faults.forget()
        self._stubs.forget()
        return self

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that lead the provider's official SDK here, for a process to be started."""
        return environment.variables(self.dialect, self.base_url, self.api_key)

    def environment(self) -> Self:
        """Sets them in this process until the end of the test."""
        self._variables.enter_context(environment.put(self.variables))
        return self

    def close(self) -> None:
        """The end of the test: nothing of it is left."""
        __tracebackhide__ = True
        self._variables.close()
        self.reset()

    def __repr__(self) -> str:
        return f"<Simulator {self.name} at {self.base_url}, scope {self.scope!r}>"


def _either(what: str, name: str | None, words: Mapping[str, Any]) -> str | Mapping[str, Any]:
    """Raises ControlError for both at once, of which one would be lost."""
    __tracebackhide__ = True
    if name is not None and words:
        raise ControlError(f"{what}: expected a name or {', '.join(words)}, not both")
    return words if name is None else name
