"""The vendors' Node SDKs against the simulators: typed replies, streaming helpers, tools and error classes."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.server import Endpoint, running_in_thread

SCRIPTS = Path(__file__).parent / "node"
BOUND = 180

pytestmark = pytest.mark.slow

OPENAI_LIKE = {
    # DashScope thinks by default, and refuses that to calls that are not streams.
    "qwen3-235b-a22b": {"enable_thinking": False},
    "deepseek-v4-pro": {},
    "openai-generic": {},
    "qwen3-235b-a22b-vllm": {"chat_template_kwargs": {"enable_thinking": False}},
}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts beside their installed SDKs."""
    folder = tmp_path_factory.mktemp("node") / "sdks"
    shutil.copytree(SCRIPTS, folder)
    command = ["npm", "install", "--silent", "--no-package-lock", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=BOUND, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def endpoints() -> Iterator[dict[str, Endpoint]]:
    names = (*OPENAI_LIKE, "claude-opus-4-7")
    upstreams = tuple(UpstreamConfig(name=name, profile=name, port=0, api_keys=(f"sk-sim-{name}",)) for name in names)
    with running_in_thread(SimulatorsConfig(speed=1000, upstreams=upstreams)) as listening:
        yield {endpoint.name: endpoint for endpoint in listening}


def node(folder: Path, script: str, *arguments: str) -> Any:
    """What a script prints."""
    command = ["node", str(folder / script), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=BOUND, check=False)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", OPENAI_LIKE)
def test_the_openai_sdk_reads_all_of_it(scripts: Path, endpoints: dict[str, Endpoint], name: str) -> None:
    """Whole, streamed with the helper, tool calls, an error class, the list of models."""
    endpoint = endpoints[name]
    model = endpoint.models[0]
    said = node(scripts, "openai.mjs", endpoint.base_url, endpoint.api_key, model, json.dumps(OPENAI_LIKE[name]))
    assert ("stop", said["text"]) == (said["finish"], said["streamed"])
    assert said["pieces"] > 1
    assert [["weather"], True] == [[call for call, _ in said["calls"]], isinstance(said["calls"][0][1]["city"], str)]
    assert said["refused"] in (["NotFoundError", 404], ["BadRequestError", 400])
    assert model in said["models"]


def test_the_openai_sdk_reads_the_other_endpoints(scripts: Path, endpoints: dict[str, Endpoint]) -> None:
    """Responses whole and streamed, a legacy completion, embeddings decoded from base64 and as floats."""
    endpoint = endpoints["openai-generic"]
    models = ("openai-generic", "text-embedding-3-small")
    said = node(scripts, "responses.mjs", endpoint.base_url, endpoint.api_key, *models)
    assert ("completed", said["text"]) == (said["status"], said["streamed"])
    assert list(range(len(said["numbers"]))) == said["numbers"]
    assert ["length", 7] == said["legacy"]
    assert said["plain"] == pytest.approx(said["decoded"], abs=1e-6)


def test_the_anthropic_sdk_reads_all_of_it(scripts: Path, endpoints: dict[str, Endpoint]) -> None:
    """Whole, streamed with the helper, thinking with its signature, tool use, counted tokens, an error class."""
    endpoint = endpoints["claude-opus-4-7"]
    said = node(scripts, "anthropic.mjs", endpoint.base_url, endpoint.api_key, "claude-opus-4-7")
    assert ("end_turn", said["text"]) == (said["stop"], said["streamed"])
    assert said["input"] == said["counted"] > 0
    assert ("thinking", True) == (said["thinking"], said["signed"])
    assert ["weather"] == [name for name, _ in said["calls"]]
    assert ["NotFoundError", 404] == said["refused"]
    assert ["claude-opus-4-7"] == said["models"]
