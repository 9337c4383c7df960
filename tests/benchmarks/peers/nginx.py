"""nginx with a static answer: the limit of what a server on one core can do with a request."""

from pathlib import Path

from benchmarks.machine import program
from benchmarks.peers.peer import Peer, Start

ANSWER = (
    '{"id":"chatcmpl-000000000000000000000001","object":"chat.completion","created":1795359119,"model":"gpt-4o",'
    '"choices":[{"index":0,"message":{"role":"assistant","content":"'
    + "The quick brown fox jumps over the lazy dog while the rain keeps falling. "
    * 4
    + '"},"logprobs":null,"finish_reason":"stop"}],'
    '"usage":{"prompt_tokens":21,"completion_tokens":64,"total_tokens":85},"system_fingerprint":"fp_static"}'
)
CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
}}
"""


def _prepare(folder: Path, port: int) -> Start:
    nginx = program("nginx", "nginx-light")
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, port=port, answer=ANSWER), encoding="utf-8")
    return Start([nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file)])


PEER = Peer("nginx, static", "Debian", _prepare)
