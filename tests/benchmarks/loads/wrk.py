"""wrk with a chat request in its hands: how many were answered in a round, and how many were not answered well."""

import json
import re
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.machine import LOAD_CORE, UnavailableError, pinned, program, ran
from benchmarks.peers.peer import Peer

CONNECTIONS: Final = 32
BODY: Final = json.dumps(
    {
        "model": "{model}",
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": "hello, tell me about the weather in @@@@@@"},
        ],
    }
)
SCRIPT: Final = """
local head = {{["host"] = "127.0.0.1", ["content-type"] = "application/json", ["authorization"] = "Bearer {key}"}}
local body = [==[{body}]==]
local same = wrk.format("POST", "{path}", head, (body:gsub("@@@@@@", "Paris")))
local number = 0
request = function()
  if not {distinct} then return same end
  number = number + 1
  return wrk.format("POST", "{path}", head, (body:gsub("@@@@@@", string.format("%d-{mark}", number))))
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("ROUND %d %d %d %d\\n", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout))
end
"""


class Round(NamedTuple):
    """Requests answered, and the seconds that they took."""

    requests: int
    seconds: float


def wrk(peer: Peer, port: int, folder: Path, *, seconds: int, distinct: bool, mark: str = "") -> Round:
    """One round. With `distinct` no request comes twice. Raises UnavailableError if any was not answered with 2xx."""
    script = folder / "post.lua"
    told = {
        "key": peer.key,
        "path": peer.path,
        "body": BODY.replace("{model}", peer.model),
        "distinct": str(distinct).lower(),
        "mark": mark,
    }
    script.write_text(SCRIPT.format(**told), encoding="utf-8")
    command = [program("wrk", "wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script)]
    printed = ran(pinned(LOAD_CORE, [*command, f"http://127.0.0.1:{port}"]), f"wrk failed on {peer.name}")
    return _read(peer, printed)


def _read(peer: Peer, printed: str) -> Round:
    found = re.search(r"^ROUND (\d+) (\d+) (\d+) (\d+)$", printed, re.MULTILINE)
    if found is None:
        raise UnavailableError(f"wrk said nothing about {peer.name}")
    requests, microseconds, refused, broken = (int(number) for number in found.groups())
    if refused or broken or not requests:
        raise UnavailableError(f"{peer.name} answered {requests} requests, {refused} not with 2xx, {broken} broke")
    return Round(requests, microseconds / 1e6)
