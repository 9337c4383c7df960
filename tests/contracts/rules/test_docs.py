"""docs/rules.md and the rules say the same, and every rule says where it comes from."""

from pathlib import Path

from novastack_contracts import FAMILIES, RULES, Profile

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_every_rule_has_its_row_and_no_row_is_left_over() -> None:
    """Word for word, in order, under its family."""
    expected: list[str] = []
    for family, rules in FAMILIES.items():
        expected.append(f"## {family}")
        for rule in rules:
            profiles = ", ".join(profile.value for profile in Profile if profile in rule.profiles)
            cells = (rule.id, rule.title, rule.severity.value, profiles, rule.why, rule.source)
            expected.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    page = [line for line in lines if line.startswith(("## ", "| ")) and not line.startswith("| id |")]
    assert expected == page


def test_ids_are_unique() -> None:
    """No family hides another's rule."""
    assert len(RULES) == sum(len(rules) for rules in FAMILIES.values())


def test_every_rule_is_complete() -> None:
    """A rule without a source is not a rule."""
    assert [] == [rule.id for rule in RULES.values() if not all((rule.title, rule.why, rule.source, rule.remedy))]
