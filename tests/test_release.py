"""What goes out with the code says the same: version, date, authors and licenses."""

import datetime
import re
import tomllib

import pytest
import yaml

from facescreen import __version__


@pytest.fixture(scope="module")
def citation(checkout) -> dict:
    return yaml.safe_load((checkout / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_newest_entry_of_the_changelog_is_this_version(checkout, citation):
    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", text, re.M)
    assert entries[0] == (__version__, str(citation["date-released"])), "newest first"
    dates = [datetime.date.fromisoformat(day) for _, day in entries]
    assert dates == sorted(dates, reverse=True) and len(set(entries)) == len(entries)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.M)) <= kinds


def test_the_citation_has_what_its_format_asks_for(citation):
    assert citation["cff-version"] == "1.2.0" and citation["version"] == __version__
    assert citation["authors"] and citation["title"] == "facescreen" and citation["message"]
    for reference in citation["references"]:
        assert {"type", "title", "authors"} <= reference.keys()
        assert all({"family-names", "given-names"} <= one.keys() for one in reference["authors"])


def test_authors_and_licenses_are_the_same_everywhere(checkout, citation):
    holder = citation["authors"][0]["name"]
    for name in ("LICENSE", "LICENSE-texts"):
        assert f"Copyright (c) 2026 {holder}" in (checkout / name).read_text(encoding="utf-8")
    assert citation["license"] == ["MIT", "CC-BY-4.0"]
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "MIT" in project["license"]["text"] and "CC BY 4.0" in project["license"]["text"]


def test_links_of_the_changelog_lead_somewhere(checkout):
    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert links and all((checkout / link).is_file() for link in links)
