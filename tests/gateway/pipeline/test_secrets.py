"""What is said in headers, logs and metrics, and what never is (cases SEC-05, HDR-08)."""

import json
from typing import Any

import pytest
from gateway_asks import KEY, SECRET, json_reply, stream_reply
from gateway_benches import CLAUDE, FIRST, ask, bench, body, sent
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_gateway.dialects import DIALECTS
from novastack_gateway.log import Log
from novastack_gateway.metrics import Metrics
from novastack_gateway.pipeline import dropped_header
from novastack_gateway.transport import Broken, TooSlow, Unreachable, UpstreamReply


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), None),
        (("seed", "top_p"), b"seed,top_p"),
        (("a\r\nX-Injected: 1",), b"?"),
        (("é", "\x00", "a b", "a,b", "x" * 65, ""), b"?"),
        (tuple(f"p{number:03}" for number in range(500)), b",".join(b"p%03d" % number for number in range(32))),
    ],
)
def test_dropped_parameters_are_named_where_their_names_are_plain(
    names: tuple[str, ...], expected: bytes | None
) -> None:
    """HDR-08: they are the client's words, and must not become headers."""
    assert (() if expected is None else ((b"x-novastack-dropped", expected),)) == dropped_header(names)


def test_a_parameters_name_cannot_inject_a_header() -> None:
    """Through the whole pipeline."""
    told = ask(bench(json_reply(CLAUDE)), body("anthropic", **{"a\r\nx-injected: 1": 1}))
    assert (200, [b"?"]) == (told.status, told.header(b"x-novastack-dropped"))


WORDS = st.sampled_from([KEY.decode(), SECRET, "hi", "sk-abcdefgh", "\r\n", "é", "model", "\u2028"])
REQUESTS = st.fixed_dictionaries(
    {
        "model": st.sampled_from([*DIALECTS, "nope", KEY.decode()]),
        "messages": st.just([{"role": "user", "content": "hi"}]),
    },
    optional={
        "stream": st.booleans(),
        "temperature": st.sampled_from([1, 5]),
        "tools": WORDS,
        "user": st.sampled_from(["u", "v"]),
        "seed": st.integers(),
    },
)
REPLIES = st.one_of(
    st.builds(
        lambda status, text, header: json_reply(
            {"error": {"message": text, "code": text, "param": text}}, status, header
        ),
        st.sampled_from([200, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 529]),
        st.lists(WORDS, max_size=3).map(" ".join),
        st.sampled_from([(b"retry-after", SECRET.encode()), (b"set-cookie", SECRET.encode()), (b"server", b"x")]),
    ),
    st.builds(
        lambda text: stream_reply(
            FIRST, f"event: error\ndata: {json.dumps({'error': {'message': text}})}\n\n".encode()
        ),
        WORDS,
    ),
    st.sampled_from([Unreachable("no"), Broken("cut"), TooSlow("late")]),
)


@given(REQUESTS, REPLIES, st.sampled_from([KEY, b"wrong-" + SECRET.encode(), None]))
@settings(max_examples=250, deadline=None)
def test_neither_key_is_ever_seen_where_it_does_not_belong(
    request: dict[str, Any], reply: UpstreamReply | Exception, key: bytes | None
) -> None:
    """SEC-05: the client's not upstream, the upstream's not with the client, neither in a log line or a metric."""
    one = bench(reply)
    told = ask(one, json.dumps(request).encode(), key=key)
    seen_by_client = told.body + b"".join(name + value for name, value in told.headers)
    if SECRET not in json.dumps(request):
        assert SECRET.encode() not in seen_by_client
    for asked in sent(one):
        if KEY.decode() not in json.dumps(request):
            assert KEY not in asked.body + b"".join(value for _, value in asked.headers)
    metrics, log = Metrics(), Lines()
    for exchange in one.exchanges:
        metrics.observe(exchange)
        Log(log).write(exchange)  # type: ignore[arg-type]
    shown = metrics.text().decode() + "".join(log.lines)
    assert 1 == len(log.lines)
    assert not any(secret in shown for secret in (KEY.decode(), SECRET))


class Lines:
    """A file that keeps what is written to it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text)

    def flush(self) -> None:
        """Nothing is held back."""
