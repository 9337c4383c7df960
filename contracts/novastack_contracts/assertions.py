"""The rules as assertions, for anyone's tests: bytes or an object in, AssertionError with every finding out.

Only `break` and `error` rules fail; the same functions judge a run, so a test and `novastack check` never disagree.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from novastack_contracts.exchange import Call, Exchange, Piece, Record
from novastack_contracts.profile import Profile
from novastack_contracts.rule import FATAL, Rule
from novastack_contracts.rules import FAMILIES

_STREAM = ("framing", "stream", "errors")
_ANSWER = ("chat", "usage", "errors")


def assert_stream(data: bytes, *, profile: Profile = Profile.COMPAT, n: int = 1) -> None:
    """Fail unless the bytes are a whole chat stream, of `n` choices, that keeps the framing and stream rules."""
    asked = {"stream": True, "n": n}
    _hold("stream" if n == 1 else "stream_two", asked, data, "text/event-stream", _rules(_STREAM, profile), profile)


def assert_chat_completion(answer: Mapping[str, Any] | bytes, *, profile: Profile = Profile.COMPAT, n: int = 1) -> None:
    """Fail unless the object, or its bytes, is a chat completion of `n` choices that keeps the chat and usage rules."""
    data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    _hold("chat", {"n": n}, data, "application/json", _rules(_ANSWER, profile), profile)


def _rules(families: Iterable[str], profile: Profile) -> list[Rule]:
    rules = [rule for family in families for rule in FAMILIES[family]]
    return [rule for rule in rules if rule.severity in FATAL and profile in rule.profiles]


def _hold(name: str, asked: Mapping[str, Any], data: bytes, kind: str, rules: list[Rule], profile: Profile) -> None:
    call = Call(method="POST", url="chat/completions", body=json.dumps(asked).encode())
    headers = (("content-type", kind),)
    record = Record([Exchange(name=name, call=call, status=200, headers=headers, pieces=(Piece(0.0, data),))])
    failures = [
        f"{rule.id} {rule.title}: {finding.problem.text} {finding.problem.pointer}".rstrip()
        for rule in rules
        for finding in rule.judge(record).seen_by(profile)
    ]
    if failures:
        raise AssertionError("\n".join(failures))
