"""mockllm, a mock server that answers from a YAML file (Python)."""

from pathlib import Path

from benchmarks.peers.peer import Peer, Start, from_pip

VERSION = "0.0.8"
RESPONSES = """
responses:
  "hello": "The quick brown fox jumps over the lazy dog while the rain keeps falling."
defaults:
  unknown_response: "The quick brown fox jumps over the lazy dog while the rain keeps falling."
settings:
  lag_enabled: false
"""


def _prepare(folder: Path, port: int) -> Start:
    mockllm = from_pip("mockllm", VERSION) / "mockllm"
    responses = folder / "responses.yml"
    responses.write_text(RESPONSES, encoding="utf-8")
    return Start([str(mockllm), "start", "--responses", str(responses), "--host", "127.0.0.1", "--port", str(port)])


# A model that tiktoken does not know: for others it would fetch a vocabulary in the request path.
PEER = Peer("mockllm", VERSION, _prepare, model="mock")
