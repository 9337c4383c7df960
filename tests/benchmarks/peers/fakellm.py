"""fakellm, a small mock server (Python)."""

from pathlib import Path

from benchmarks.peers.peer import Peer, Start, from_pip

VERSION = "0.3.5"
RULES = """
version: 1
defaults:
  fallback: deterministic_echo
rules:
  - name: any
    when: {messages_contain: "hello"}
    respond: {content: "The quick brown fox jumps over the lazy dog while the rain keeps falling."}
"""


def _prepare(folder: Path, port: int) -> Start:
    fakellm = from_pip("fakellm", VERSION) / "fakellm"
    rules = folder / "fakellm.yaml"
    rules.write_text(RULES, encoding="utf-8")
    return Start([str(fakellm), "serve", "--port", str(port), "--config", str(rules)])


PEER = Peer("fakellm", VERSION, _prepare)
