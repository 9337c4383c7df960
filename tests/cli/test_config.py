"""The configuration file: values, variables, and every mistake with its place."""

from pathlib import Path

import pytest

from novastack.config import ConfigError, load
from novastack_gateway.config import GatewayConfig
from novastack_simulators.config import SimulatorsConfig


def written(folder: Path, text: str) -> Path:
    file = folder / "novastack.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(folder: Path, text: str, part: str = "gateway") -> list[str]:
    """What is said of a file, without the folder's name."""
    model = GatewayConfig if part == "gateway" else SimulatorsConfig
    with pytest.raises(ConfigError) as raised:
        load(written(folder, text), part, model)
    return [line.removeprefix(f"{folder}/") for line in str(raised.value).splitlines()]


def test_no_file_gives_the_defaults() -> None:
    """Without a file the gateway stands in front of the three simulators."""
    assert ["qwen3-235b-a22b", "deepseek-v4-pro", "claude-opus-4-7"] == [
        upstream.name for upstream in load(None, "gateway", GatewayConfig).upstreams
    ]


def test_one_file_holds_both_parts(tmp_path: Path) -> None:
    """Each program reads its own part of the one file."""
    file = written(tmp_path, "gateway: {port: 1234}\nsimulators: {speed: 20}\n")
    assert 1234 == load(file, "gateway", GatewayConfig).port
    assert 20 == load(file, "simulators", SimulatorsConfig).speed


def test_a_file_may_be_one_part_alone(tmp_path: Path) -> None:
    """A program also runs from its own part, without the heading."""
    assert 1234 == load(written(tmp_path, "port: 1234\n"), "gateway", GatewayConfig).port


def test_variables_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`${NAME}` is taken from the environment, `${NAME:-text}` has a default."""
    monkeypatch.setenv("NOVA_HOST", "127.0.0.2")
    config = load(written(tmp_path, "host: ${NOVA_HOST}\nport: 1\n"), "gateway", GatewayConfig)
    assert "127.0.0.2" == config.host
    assert "::1" == load(written(tmp_path, "host: ${NOT_THERE:-::1}\n"), "gateway", GatewayConfig).host


def test_a_missing_variable_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    """A variable that is not set names itself and its place."""
    text = "gateway:\n  host: ${NOVA_NOT_SET}\n"
    assert ["novastack.yaml:2: gateway.host: the environment variable NOVA_NOT_SET is not set"] == mistakes(
        tmp_path, text
    )


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    """Three mistakes, three lines, in one go."""
    text = "gateway:\n  port: 99999\n  prot: 1\n  upstreams:\n    - name: a\n      dialect: klingon\n"
    told = mistakes(tmp_path, text)
    assert told[0].startswith("novastack.yaml:2: gateway.port: ")
    assert told[0].endswith("got 99999")
    assert any(line.startswith("novastack.yaml:6: gateway.upstreams[0].dialect: ") for line in told)
    assert any("gateway.prot: unknown key" in line and "did you mean `port`?" in line for line in told)


def test_an_unknown_key_deep_inside_names_the_keys_of_its_place(tmp_path: Path) -> None:
    """The expected keys are those of the section in which the unknown one stands."""
    told = mistakes(tmp_path, "gateway:\n  timeouts:\n    conect: 1\n")
    (mistake,) = told
    assert mistake.startswith("novastack.yaml:3: gateway.timeouts.conect: unknown key; expected one of connect, ")
    assert mistake.endswith("first_byte, between_bytes (did you mean `connect`?)")


def test_an_unknown_part_is_a_mistake(tmp_path: Path) -> None:
    """Beside the parts there is nothing else."""
    told = mistakes(tmp_path, "gateway: {}\nsimulator: {}\n")
    assert [
        "novastack.yaml:2: simulator: unknown key; expected gateway or simulators (did you mean `simulators`?)"
    ] == told


def test_a_key_given_twice_is_a_mistake(tmp_path: Path) -> None:
    """YAML would silently take the last one."""
    assert ["novastack.yaml:2: port: given twice"] == mistakes(tmp_path, "port: 1\nport: 2\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gateway: [", "not YAML"),
        ("- 1\n", "expected a mapping"),
        ("gateway: 3\n", "gateway: "),
    ],
)
def test_what_is_no_configuration_is_told(tmp_path: Path, text: str, said: str) -> None:
    """Text that cannot be a configuration is refused with its place."""
    assert said in mistakes(tmp_path, text)[0]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(ConfigError, match=r"missing\.yaml: cannot be read: No such file"):
        load(tmp_path / "missing.yaml", "gateway", GatewayConfig)


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    """The value of a wrong key is not in the message."""
    told = mistakes(tmp_path, "gateway:\n  callers:\n    - name: me\n      key: [sk-secret-123]\n")
    assert "sk-secret-123" not in "".join(told)


def test_an_example_shows_every_key_and_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """gateway.example.yaml loads, and names every field of the gateway's configuration."""
    example = Path(__file__).parents[2] / "gateway" / "gateway.example.yaml"
    for name in ("NOVASTACK_KEY", "DASHSCOPE_URL", "DEEPSEEK_URL", "ANTHROPIC_URL"):
        monkeypatch.delenv(name, raising=False)
    assert set(GatewayConfig.model_fields) == load(example, "gateway", GatewayConfig).model_fields_set
