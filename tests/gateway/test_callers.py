"""Who the one key identifies (cases SEC-01, SEC-02, SEC-03)."""

import ast
from pathlib import Path

import pytest
from gateway_asks import problem_of

import novastack_gateway
from novastack_gateway.callers import Caller, Callers, digest

KEY = b"sk-of-somebody"
CALLERS = Callers(
    [
        Caller(name="somebody", digest=digest(KEY), requests_per_minute=5),
        Caller(name="other", digest=digest(b"sk-of-other"), requests_per_minute=None),
    ]
)


def authenticate(*values: bytes) -> Caller:
    return CALLERS.authenticate([(b"host", b"x"), *((b"authorization", value) for value in values)])


@pytest.mark.parametrize("value", [b"Bearer " + KEY, b"bearer " + KEY, b"BEARER   " + KEY + b" "])
def test_the_key_names_its_caller(value: bytes) -> None:
    """RFC 9110 section 11.1: the scheme's case does not matter."""
    assert "somebody" == authenticate(value).name


@pytest.mark.parametrize(
    "values",
    [
        (),
        (b"Bearer",),
        (b"Bearer ",),
        (b"Basic " + KEY,),
        (KEY,),
        (b"Bearer wrong",),
        (b"Bearer " + KEY[:-1],),
        (b"Bearer " + KEY + b"x",),
        (b"Bearer " + KEY.upper(),),
        (b"Bearer \xc3\xa9\xff",),
        (b"Bearer " + b"x" * 60_000,),
        (b"Bearer " + KEY, b"Bearer " + KEY),
        (b"Bearer " + KEY, b"Bearer sk-of-other"),
    ],
)
def test_anything_else_is_a_401(values: tuple[bytes, ...]) -> None:
    """Missing, of another scheme, wrong, or given twice: the reply says which scheme is wanted, and repeats no key."""
    problem = problem_of(authenticate, *values)
    assert (401, "invalid_api_key") == (problem.status, problem.code)
    assert dict(problem.headers)[b"www-authenticate"].startswith(b"Bearer")
    assert KEY.decode() not in problem.message


def test_no_key_is_compared_with_an_equals_sign() -> None:
    """Comparison in constant time is kept by looking at the source: no == or != touches a key, digest or secret."""
    names = {"key", "digest", "asked", "secret", "api_key", "get_secret_value", "credential", "authorization"}
    folder = Path(novastack_gateway.__file__).parent
    # config.py compares the operator's own keys with each other, before the first request.
    for path in (path for path in folder.rglob("*.py") if path.name != "config.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                sides = [node.left, *node.comparators]
                touched = {leaf.id for side in sides for leaf in ast.walk(side) if isinstance(leaf, ast.Name)}
                attributes = {leaf.attr for side in sides for leaf in ast.walk(side) if isinstance(leaf, ast.Attribute)}
                assert set() == (touched | attributes) & names & KEYS_IN.get(path.name, names), path


# Files where `key` is the name of a header or a member, not of a caller.
KEYS_IN = {"route.py": frozenset[str](), "splice.py": frozenset[str]()}
