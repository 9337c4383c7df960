"""One fault: the upstream's connection dies in the middle of a stream. The client must hear of it."""

from typing import Any, Final

import httpx

from novastack.tour.ask import QUESTION, client
from novastack.tour.step import Stage, Step

UPSTREAM: Final = "deepseek-v4-pro"
FAULT: Final = {"do": "cut", "at": {"after_tokens": 5}, "when": "always"}


def break_one_stream(stage: Stage) -> Step:
    """Arm the fault by the simulator's control plane, stream through the gateway, and read what the client saw."""
    import openai  # noqa: PLC0415 - `client` has said so if it is not installed

    control = stage.simulators[UPSTREAM].control_url
    with httpx.Client(trust_env=False, timeout=10) as simulator:
        simulator.put(f"{control}/faults", json=[FAULT]).raise_for_status()
        try:
            chunks, error = _stream(client(stage), openai.APIError)
        finally:
            simulator.delete(f"{control}/faults").raise_for_status()
        journal = simulator.get(f"{control}/journal", params={"limit": 1}).json()["entries"]
    seen = f"the client got {chunks} chunks, then: {error}"
    happened = bool(journal) and journal[-1]["fault"] == FAULT["do"]
    return Step(held=happened and chunks > 0 and bool(error), seen=seen)


def _stream(asking: Any, failure: type[Exception]) -> tuple[int, str]:
    chunks = 0
    try:
        for _ in asking.chat.completions.create(model=UPSTREAM, messages=QUESTION, stream=True):
            chunks += 1
    except failure as error:
        return chunks, str(error)
    return chunks, ""
