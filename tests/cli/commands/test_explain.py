"""`novastack explain`: the way of a request, and why."""

from typer.testing import CliRunner

from novastack.app import app

RUNNER = CliRunner()


def explained(*arguments: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["explain", *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_a_model_by_its_alias() -> None:
    """The alias is told apart from the id that it means."""
    status, text = explained("--model", "claude-OPUS-4.7")
    assert 0 == status
    assert "claude-opus-4-7 answers" in text
    assert "model 'claude-OPUS-4.7' means 'claude-opus-4-7'" in text


def test_the_path_goes_before_the_header() -> None:
    """Both name an upstream: the path decides."""
    status, text = explained(
        "--model",
        "deepseek-v4-pro",
        "--path",
        "/qwen3-235b-a22b/v1/chat/completions",
        "--forwarded-to",
        "claude-opus-4-7",
    )
    assert 0 == status
    assert text.startswith("qwen3-235b-a22b answers")


def test_an_unknown_model_is_one_line_and_status_1() -> None:
    """Nobody would answer: the line says whom there is."""
    status, text = explained("--model", "gpt-9")
    assert 1 == status
    assert "404: The model `gpt-9` does not exist here. Models: qwen3-235b-a22b" in text


def test_a_path_without_chat_is_told() -> None:
    """Only chat paths have a route."""
    status, text = explained("--model", "deepseek-v4-pro", "--path", "/v1/completions")
    assert 1 == status
    assert "chat is served on /v1/chat/completions" in text


def test_a_header_without_a_colon_is_a_usage_error() -> None:
    """Mistakes on the command line end with 3."""
    status, text = explained("--model", "deepseek-v4-pro", "--header", "X-Team")
    assert 3 == status
    assert "expected NAME:VALUE" in text
