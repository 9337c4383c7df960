"""All that is not hot: models, health, metrics, docs, and errors for everything else (cases PTH-01, ERR-01, SEC-07)."""

import json

import pytest
from gateway_wire import KEY, Lab, chat, get, post


def test_models_are_listed_for_who_has_the_key(lab: Lab) -> None:
    """With the upstream that serves each."""
    reply = lab.ask(get(b"/v1/models"))
    models = [(model["id"], model["upstream"]) for model in json.loads(reply.body)["data"]]
    assert (200, [("plain", "plain"), ("claude", "claude")]) == (reply.status, models)
    assert "application/json" == reply.headers["content-type"]


@pytest.mark.parametrize("path", [b"/v1/models/plain", b"/v1/models/PLAIN", b"/v1/models/Plain-Model"])
def test_a_model_by_any_name(lab: Lab, path: bytes) -> None:
    """Its id in the answer."""
    assert "plain" == json.loads(lab.ask(get(path)).body)["id"]


@pytest.mark.parametrize("path", [b"/v1/models", b"/v1/models/plain"])
def test_models_need_the_key(lab: Lab, path: bytes) -> None:
    """401 otherwise."""
    reply = lab.ask(get(path).replace(KEY.encode(), b"wrong"))
    assert (401, "invalid_api_key") == (reply.status, reply.error["code"])
    assert "www-authenticate" in reply.headers


@pytest.mark.parametrize("name", [b"nope", b"a/b", b"%00", b"%c3%a9"])
def test_an_unknown_model_is_a_404(lab: Lab, name: bytes) -> None:
    """In OpenAI's shape."""
    reply = lab.ask(get(b"/v1/models/" + name))
    assert (404, "model_not_found") == (reply.status, reply.error["code"])


@pytest.mark.parametrize(
    ("path", "content"),
    [(b"/healthz", b"ok"), (b"/readyz", b"ready"), (b"/metrics", b"novastack"), (b"/docs", b"html")],
)
def test_operations_need_no_key(lab: Lab, path: bytes, content: bytes) -> None:
    """Probes and Prometheus have none."""
    lab.ask(post(chat()))
    reply = lab.ask(b"GET " + path + b" HTTP/1.1\r\nhost: x\r\n\r\n")
    assert 200 == reply.status
    assert content in reply.body


def test_the_docs_load_nothing_from_elsewhere(lab: Lab) -> None:
    """They work without a network."""
    assert b"https://" not in lab.ask(get(b"/docs")).body


@pytest.mark.parametrize(
    "path",
    [
        b"/",
        b"/nope",
        b"/v1",
        b"/v1/../admin",
        b"//v1//chat/completions",
        b"/v1/chat/completions/",
        b"/v1/%2e%2e/admin",
        b"/v1/chat%2Fcompletions",
        b"/v1%2Fchat/completions",
        b"/%70lain/v1/chat/completions",
        b"/v1/chat/completions;x",
        b"/v1/chat/completions%00",
        b"/v1/chat/completions%0d%0aX: y",
        b"/a/b/v1/chat/completions",
        b"/" + b"x" * 5000,
    ],
)
def test_other_paths_are_a_404(lab: Lab, path: bytes) -> None:
    """PTH-01: another spelling is another path; the answer is JSON, and short."""
    path = path.replace(b" ", b"")
    reply = lab.ask(post(chat(), path=path))
    assert (404, "unknown_url") == (reply.status, reply.error["code"])
    assert len(reply.body) < 1000
    assert [] == lab.plain.asked


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        (b"GET", b"/v1/chat/completions", "POST"),
        (b"PUT", b"/plain/v1/chat/completions", "POST"),
        (b"POST", b"/v1/models", "GET"),
        (b"DELETE", b"/healthz", "GET"),
    ],
)
def test_another_method_is_a_405_that_says_which(lab: Lab, method: bytes, path: bytes, allow: str) -> None:
    """RFC 9110 section 15.5.6."""
    reply = lab.ask(get(path, b"content-length: 0", method=method))
    assert (405, "method_not_allowed", allow) == (reply.status, reply.error["code"], reply.headers["allow"])


@pytest.mark.parametrize("path", [b"/v1/models", b"/nope", b"/healthz", b"/v1/models/nope"])
def test_every_reply_has_a_request_id(lab: Lab, path: bytes) -> None:
    """The client's own where it is safe."""
    made_up = lab.ask(get(path)).headers
    given = lab.ask(get(path, b"x-request-id: abc.1")).headers
    unsafe = lab.ask(get(path, b"x-request-id: a b")).headers
    assert made_up["x-request-id"].startswith("req_")
    assert ("abc.1", "none") == (given["x-request-id"], given["x-novastack-upstream"])
    assert unsafe["x-request-id"].startswith("req_")


def test_a_key_in_the_query_is_not_a_key(lab: Lab) -> None:
    """SEC-07: queries end up in logs."""
    request = b"GET /v1/models?api_key=" + KEY.encode() + b" HTTP/1.1\r\nhost: x\r\n\r\n"
    reply = lab.ask(request)
    assert 401 == reply.status
    assert KEY.encode() not in reply.body


def test_an_absolute_target_goes_where_every_other_does(lab: Lab) -> None:
    """SSRF-01: its host means nothing here."""
    reply = lab.ask(post(chat("abs"), path=b"http://evil.example/v1/chat/completions"))
    assert 200 == reply.status
    assert 1 == len(lab.plain.asked)


def test_metrics_count_what_was_asked_and_show_no_key(lab: Lab) -> None:
    """MET-01: and names that clients invent are no labels."""
    lab.ask(post(chat(model="invented-model")))
    lab.ask(post(chat(), key=b"sk-wrong-key"))
    text = lab.ask(get(b"/metrics")).body.decode()
    assert 'novastack_gateway_requests_total{model="none",status="404",upstream="none"}' in text
    assert not any(word in text for word in ("invented-model", "sk-wrong-key", KEY))


def test_the_docs_describe_chat_and_want_the_key(lab: Lab) -> None:
    """The hot routes, which FastAPI does not see, stand first, and all of /v1 asks for a bearer key."""
    document = json.loads(lab.ask(get(b"/openapi.json")).body)
    chat = ["/v1/chat/completions", "/{upstream}/v1/chat/completions"]
    assert chat == list(document["paths"])[:2]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    keyed = [operation["tags"] for operation in operations if operation.get("security") == [{"key": []}]]
    assert [["chat"], ["chat"], ["models"], ["models"]] == keyed
