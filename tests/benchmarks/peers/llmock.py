"""llmock, the mock server that is closest to ours in what it does (Python, FastAPI)."""

from pathlib import Path

from benchmarks.peers.peer import Peer, Start, from_pip

VERSION = "0.2.2"


def _prepare(_folder: Path, port: int) -> Start:
    llmock = from_pip("llmock", VERSION) / "llmock"
    return Start([str(llmock), "serve", "--host", "127.0.0.1", "--port", str(port), "--log-level", "critical"])


PEER = Peer("llmock", VERSION, _prepare)
