"""Embeddings: vectors of length 1, the same for the same text, in both encodings."""

import base64
import math
import struct
from typing import Any

import pytest


def vectors(reply: Any) -> list[list[float]]:
    return [row["embedding"] for row in reply.json()["data"]]


@pytest.mark.parametrize(
    ("model", "size"),
    [("text-embedding-3-small", 1536), ("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536)],
)
def test_each_model_has_its_size(openai: Any, model: str, size: int) -> None:
    """And the vector is of length 1."""
    (found,) = vectors(openai.embed(model=model))
    assert size == len(found)
    assert math.isclose(1, sum(each * each for each in found), abs_tol=1e-5)


def test_base64_holds_the_same_numbers(openai: Any) -> None:
    """Little-endian 32-bit floats, bit for bit what the JSON says."""
    (plain,) = vectors(openai.embed())
    packed = base64.b64decode(openai.embed(encoding_format="base64").json()["data"][0]["embedding"])
    assert plain == list(struct.unpack(f"<{len(plain)}f", packed))


def test_fewer_dimensions_are_the_beginning_scaled(openai: Any) -> None:
    """Of length 1 again, in the same direction."""
    (whole,), (short,) = vectors(openai.embed()), vectors(openai.embed(dimensions=8))
    length = math.sqrt(sum(each * each for each in whole[:8]))
    assert all(math.isclose(each / length, other, abs_tol=1e-5) for each, other in zip(whole, short, strict=False))
    assert 8 == len(short)


def test_a_text_has_one_vector_wherever_it_stands(openai: Any) -> None:
    """Alone or in a batch; another text has another; usage is counted without a template."""
    alone, batch = openai.embed(input="a river"), openai.embed(input=["a road", "a river"])
    assert vectors(alone)[0] == vectors(batch)[1] != vectors(batch)[0]
    assert [0, 1] == [row["index"] for row in batch.json()["data"]]
    assert {"prompt_tokens": 4, "total_tokens": 4} == batch.json()["usage"]


def test_tokens_are_inputs_too(openai: Any) -> None:
    """One list of tokens is one input, two lists are two."""
    assert (1, 2) == (len(vectors(openai.embed(input=[1, 2]))), len(vectors(openai.embed(input=[[1, 2], [3]]))))
    assert 3 == openai.embed(input=[[1, 2], [3]]).json()["usage"]["prompt_tokens"]


REFUSED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"input": ""}, "empty_string", "input"),
    ({"input": []}, "empty_array", "input"),
    ({"input": ["a"] * 2049}, "array_above_max_length", "input"),
    ({"input": [1, "a"]}, "invalid_type", "input"),
    ({"input": {}}, "invalid_type", "input"),
    ({"input": "word " * 8193}, "context_length_exceeded", "input"),
    ({"input": ["word " * 8000] * 38}, "max_tokens_per_request", "input"),
    ({"encoding_format": "hex"}, "invalid_value", "encoding_format"),
    ({"dimensions": 0}, "integer_below_min_value", "dimensions"),
    ({"dimensions": 10**9}, None, "dimensions"),
    ({"model": "text-embedding-ada-002", "dimensions": 8}, None, "dimensions"),
    ({"stream": True}, "unknown_parameter", "stream"),
]


@pytest.mark.parametrize(("change", "code", "param"), REFUSED)
def test_a_refusal_names_the_field(openai: Any, change: dict[str, Any], code: str | None, param: str) -> None:
    """400 with code and param, and no time lost on what is too much."""
    reply = openai.embed(**change)
    assert (400, code, param) == (reply.status_code, reply.json()["error"]["code"], reply.json()["error"]["param"])


def test_a_chat_model_embeds_nothing(openai: Any) -> None:
    """It is none of the embedding models, and they do not chat."""
    assert 404 == openai.embed(model="openai-generic").status_code
    assert 404 == openai.chat(model="text-embedding-3-small").status_code


def test_faults_strike_embeddings_too(openai: Any) -> None:
    """A status that is asked for comes in OpenAI's shape."""
    armed = [{"do": "status", "status": 429, "retry_after": 2}]
    openai.http.put(f"{openai.endpoint.control_url}/faults", json=armed).raise_for_status()
    reply = openai.embed()
    assert (429, "rate_limit_exceeded", "2") == (
        reply.status_code, reply.json()["error"]["code"], reply.headers["retry-after"],
    )  # fmt: skip
