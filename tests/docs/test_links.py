"""Every link inside the documentation leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for pattern in ("*.md", "docs/*.md", "*/README.md") for page in ROOT.glob(pattern))
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<text>.+?) *$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = (found["text"].lower() for found in _HEADING.finditer(page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def dead(page: Path) -> list[str]:
    """The links of a page that lead nowhere in this tree; links to the web are not followed."""
    found = (link["target"] for link in _LINK.finditer(page.read_text(encoding="utf-8")))
    return [target for target in found if "://" not in target and not leads_somewhere(page, target)]


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    goal = (page.parent / path) if path else page
    return goal.exists() and (not anchor or anchor in anchors(goal))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    """Files and headings that a page points to are there."""
    assert [] == dead(page)


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    """A missing file and a missing heading both count."""
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](nowhere.md) [d](https://example.org)\n", encoding="utf-8")
    assert ["#two", "nowhere.md"] == dead(page)
