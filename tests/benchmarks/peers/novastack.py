"""Ours, as `novastack simulate` serves it, with everything on: validation, usage, quotas, journal, armed faults.

The profile is openai-generic with a constant tempo, so that what is planned is known, and quotas that nobody reaches.
"""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.peers.peer import Peer, Start

PROFILE: Final = "openai-generic"
KEY: Final = "sk-bench"
FIRST: Final = 0.2
GAP: Final = 0.02
TOKENS: Final = 500
QUOTAS: Final = {"requests": 10**12, "tokens": 10**15, "concurrency": 10**6}
# Armed, and never firing: the benchmark's requests are not those attempts, models and one in 2**64.
FAULTS: Final = (
    {"do": "status", "status": 503, "when": {"nth": 10**9}},
    {"do": "stall", "at": "first_text", "for": 5, "when": {"first": 1}, "where": {"model": "gpt-4o-mini"}},
    {"do": "cut", "at": {"after_tokens": 5}, "when": {"probability": 5e-20}},
)
# Answers of one length: the message, so that they differ, then more words than max_tokens lets through.
LONG: Final = {
    "name": "long",
    "priority": 1,
    "reply": {"text": "{{ last_message }} " + " ".join(["word"] * (2 * TOKENS))},
}


def tempo(first: float, gap: float) -> dict[str, Any]:
    return {"first_token": _constant(first), "token_gap": _constant(gap)}


def _constant(seconds: float) -> dict[str, Any]:
    return {"kind": "constant", "value": seconds, "source": "chosen for the benchmark", "sure": "assumed"}


def upstream(port: int, **more: Any) -> dict[str, Any]:
    """One upstream with everything on."""
    return {
        "name": PROFILE,
        "profile": PROFILE,
        "port": port,
        "api_keys": [KEY],
        "faults": list(FAULTS),
        "quotas": QUOTAS,
        **more,
    }


def simulate(folder: Path, settings: dict[str, Any]) -> Start:
    file = folder / "novastack.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return Start([sys.executable, "-m", "novastack", "simulate", "--config", str(file), "--announce"])


def _instant(folder: Path, port: int) -> Start:
    return simulate(folder, {"upstreams": [upstream(port, tempo=tempo(0, 0))]})


def _paced(folder: Path, port: int) -> Start:
    return simulate(folder, {"upstreams": [upstream(port, tempo=tempo(FIRST, GAP), stubs=[LONG])]})


def _three(folder: Path, port: int) -> Start:
    """Three upstreams on free ports, the first one on `port`: what a user starts."""
    first = upstream(port, tempo=tempo(0, 0))
    others = ({**upstream(0), "name": name, "profile": name} for name in ("deepseek-v4-pro", "claude-opus-4-7"))
    return simulate(folder, {"upstreams": [first, *others]})


INSTANT: Final = Peer("novastack", version("novastack"), _instant)
PACED: Final = Peer("novastack", version("novastack"), _paced)
THREE: Final = Peer("novastack", version("novastack"), _three)
