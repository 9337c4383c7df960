"""The pages keep up with the code: every setting and profile has its line (stubs and faults: see their folders)."""

from pathlib import Path

import pytest

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.profile import load_profile, profile_names

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("setting", sorted({*SimulatorsConfig.model_fields, *UpstreamConfig.model_fields}))
def test_every_setting_is_explained(setting: str) -> None:
    """A row for each in the page about the simulators."""
    assert f"| `{setting}` |" in (DOCS / "simulators.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("profile", profile_names())
def test_every_profile_lists_its_deviations(profile: str) -> None:
    """Honesty is the last heading of each profile's page, which the simulators' page links."""
    page = DOCS / "profiles" / f"{profile}.md"
    simulators = (DOCS / "simulators.md").read_text(encoding="utf-8")
    if not page.exists():
        assert f"\n### {profile}\n" in simulators.split("## Known deviations")[1]
        return
    assert "Known deviations" in page.read_text(encoding="utf-8").split("\n## ")[-1].splitlines()[0]
    assert f"(profiles/{profile}.md)" in simulators


@pytest.mark.parametrize("profile", profile_names())
def test_the_tokens_of_every_profile_are_told(profile: str) -> None:
    """The row of the profile names its vocabulary, or says that there is none."""
    rows = (DOCS / "semantics.md").read_text(encoding="utf-8").split("## Tokens")[1].split("\n")
    row = next(row for row in rows if f"`{profile}`" in row)
    named = load_profile(profile).vocabulary
    assert (f"`{named}`" if named else "no vocabulary") in row
