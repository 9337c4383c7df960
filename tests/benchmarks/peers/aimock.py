"""aimock, the widest of the mock servers (Node); its command for fixtures is called llmock."""

import json
from pathlib import Path

from benchmarks.machine import program
from benchmarks.peers.peer import Peer, Start, from_npm

VERSION = "1.43.0"
WORDS = "The quick brown fox jumps over the lazy dog while the rain keeps falling. " * 4


def _prepare(folder: Path, port: int) -> Start:
    package = from_npm("@copilotkit/aimock", VERSION)
    fixtures = folder / "fixtures.json"
    fixture = {"match": {"endpoint": "chat"}, "response": {"content": WORDS}}
    fixtures.write_text(json.dumps({"fixtures": [fixture]}), encoding="utf-8")
    command = [program("node", "nodejs"), str(package / "dist" / "cli.js"), "-p", str(port), "-f", str(fixtures)]
    return Start([*command, "--log-level", "silent"])


PEER = Peer("aimock", VERSION, _prepare)
