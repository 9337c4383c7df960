"""The crowd: Locust users that send the plan's calls and write down what they saw.

Rule of this file: the only place that sends load. A 429 is no failure for Locust, a broken stream is one; Locust's
table then means the same as ours. Streams are read up to each line's end, as it arrives: FastHttpUser.iter_lines and
iter_content wait for 1024 bytes and so invent latency.
"""

from typing import Any, ClassVar

import gevent  # type: ignore[import-untyped]  # gevent ships no types
import msgspec
from locust import FastHttpUser, task
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS
from locust.exception import StopUser

from novastack_loadtests.answers import Reading
from novastack_loadtests.call import Call
from novastack_loadtests.crowd.session import Session, Slot
from novastack_loadtests.ledger import Record, Reply, Times


class Caller(FastHttpUser):
    """Takes the plan's next call, waits until it is due, sends it. As many at once as there are users."""

    abstract = True
    scenario: ClassVar[str]
    connection_timeout = 10.0
    network_timeout = 60.0
    #: The key goes to nobody who cannot prove who they are.
    insecure = False
    #: One connection: a user has one request in flight. More would let the pool keep idle sockets.
    concurrency = 1

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.session: Session = environment.parsed_options.session
        self.slot: Slot | None = None

    def wait_time(self) -> float:
        """Seconds until the next call is due. Locust can end a user here without cutting a request."""
        self.slot = self.session.claim()
        if self.slot is None:
            self._finish()
            raise StopUser
        return max(0.0, self.slot.due - self.session.now())

    @task
    def send(self) -> None:
        """Sends what `wait_time` claimed; before the first wait there is nothing."""
        slot, self.slot = self.slot, None
        if slot is not None and self.session.begin(slot.call):
            self._send(slot)
            self._finish()

    def _finish(self) -> None:
        if self.session.over:
            # In a greenlet of its own: quitting kills the users, and this is one.
            gevent.spawn(self.environment.runner.quit)

    def _send(self, slot: Slot) -> None:
        visit = _Visit(self.session, slot)
        try:
            # A redirect would carry the key to a host that nobody allowed: it is a reply like any other.
            with self.client.post(**visit.request, catch_response=True, stream=True, allow_redirects=False) as response:
                visit.read(response)
                visit.report(response)
        except gevent.GreenletExit:
            visit.reply = Reply(outcome="unfinished", error="the run ended before the reply did")
            raise
        finally:
            self.session.end(visit.record())


class _Visit:
    """One call from sending to the end of its reply."""

    def __init__(self, session: Session, slot: Slot) -> None:
        self.call: Call = slot.call
        self._session = session
        self._due = slot.due
        self._started = session.now()
        self._first_byte: float | None = None
        self._first_text: float | None = None
        self._reading = Reading()
        self.reply = Reply(outcome="failed", error="no reply")

    @property
    def request(self) -> dict[str, Any]:
        headers = {
            "authorization": f"Bearer {self._session.api_key}",
            "content-type": "application/json",
            "accept-encoding": "identity",
            "x-request-id": self.call.id,
            **self.call.headers,
        }
        name = f"{self.call.route}{' (stream)' if self.call.stream else ''}"
        body = msgspec.json.encode(self.call.body())
        # The plan's own target: Locust's page lets a user change the host of a run that is under way.
        url = self._session.plan.target + self.call.path
        return {"url": url, "data": body, "headers": headers, "name": name}

    def read(self, response: Any) -> None:
        """Reads the reply to its end; the time is stamped before anything is parsed."""
        if not response.status_code:
            self.reply = Reply(outcome="failed", error=str(response.error) or type(response.error).__name__)
            return
        self._first_byte, cut = self._session.now(), None
        try:
            self._body(response)
        except FAILURE_EXCEPTIONS as error:
            cut = f"cut: {error}"
        headers = {name.lower(): str(value) for name, value in response.headers.items()}
        self.reply = self._reading.told(response.status_code, headers, cut)

    def _body(self, response: Any) -> None:
        if response.status_code != 200 or not self.call.stream:
            self._reading.whole(response.stream.read())
            return
        while line := response.stream.readline(b"\n"):
            at = self._session.now()
            self._reading.feed(line)
            if self._first_text is None and self._reading.spoken:
                self._first_text = at
        self._reading.feed(response.stream.read())

    def report(self, response: Any) -> None:
        """Tells Locust's own table: the time to the end of the reply, and whether it was whole."""
        response.request_meta["response_time"] = (self._session.now() - self._started) * 1000
        if self.reply.outcome in ("answered", "refused"):
            response.success()
        else:
            response.failure(self.reply.error or self.reply.outcome)

    def record(self) -> Record:
        times = Times(
            intended=self._due,
            started=self._started,
            first_byte=self._first_byte,
            first_text=self._first_text,
            ended=self._session.now(),
        )
        return Record(call=self.call, times=times, reply=self.reply)


class RoutingUser(Caller):
    """Asks for every upstream in every way."""

    scenario = "routing"


class RateLimitUser(Caller):
    """Asks for more than the key's limit allows."""

    scenario = "ratelimit"
