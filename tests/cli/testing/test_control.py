"""The control API as seen from a test: every way to fail is one error with a sentence."""

import httpx
import pytest

from novastack.testing import ControlError, Simulator
from novastack.testing.control import Control


def control(answer: httpx.Response | httpx.HTTPError) -> Control:
    def answered(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    return Control(httpx.Client(transport=httpx.MockTransport(answered)), "http://sim.example/_sim", "a")


def test_a_simulator_that_is_not_there() -> None:
    """It says which."""
    with pytest.raises(ControlError, match=r"PUT http://sim\.example/_sim/seed: refused") as error:
        control(httpx.ConnectError("refused")).put("/seed", {"seed": 1})
    assert 0 == error.value.status


@pytest.mark.parametrize(
    "answer", [httpx.Response(404, text="no"), httpx.Response(404, json=["no"])], ids=["text", "list"]
)
def test_an_answer_without_a_sentence(answer: httpx.Response) -> None:
    """What was asked and the status are told instead."""
    with pytest.raises(ControlError, match=r"^GET /seed: status 404$"):
        control(answer).get("/seed")


def test_every_request_is_in_the_scope(simulator: Simulator, http: httpx.Client) -> None:
    """Without it the simulator of all others would be changed."""
    simulator.fault("overloaded").seed(7)
    url = simulator.control_url
    assert ([], 0) == (http.get(f"{url}/faults").json(), http.get(f"{url}/seed").json()["seed"])
