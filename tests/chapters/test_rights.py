"""What the page on rights and access says is so: each criterion once, the files it names, the edition of axe."""

import re
from pathlib import Path

import axe_playwright_python
import yaml

from web.project import ROOT

TEXT = (ROOT / "chapters" / "rights.md").read_text("utf-8")
CRITERIA = {  # of WCAG 2.2, levels A and AA, by guideline
    "1.1": [1], "1.2": [1, 2, 3, 4, 5], "1.3": [1, 2, 3, 4, 5], "1.4": [1, 2, 3, 4, 5, 10, 11, 12, 13],
    "2.1": [1, 2, 4], "2.2": [1, 2], "2.3": [1], "2.4": [1, 2, 3, 4, 5, 6, 7, 11], "2.5": [1, 2, 3, 4, 7, 8],
    "3.1": [1, 2], "3.2": [1, 2, 3, 4, 6], "3.3": [1, 2, 3, 4, 7, 8], "4.1": [2, 3]}


def test_every_criterion_has_its_line():
    named = []
    for cell in re.findall(r"^\| (\d[\d., –]*) \|", TEXT, re.MULTILINE):
        for first, last in re.findall(r"(\d\.\d\.\d+)(?:–\d\.\d\.(\d+))?", cell):
            guideline, _, number = first.rpartition(".")
            named += [f"{guideline}.{i}" for i in range(int(number), int(last or number) + 1)]
    assert sorted(named) == sorted(f"{guideline}.{i}" for guideline, numbers in CRITERIA.items() for i in numbers)


def test_what_it_names_exists():
    for path in re.findall(r"`((?:tests|chapters|assignments)/[\w./]+\.\w+)`", TEXT):
        assert (ROOT / path).is_file(), path
    assert "VARIANTS = {" in (ROOT / "tests" / "chapters" / "test_terms.py").read_text("utf-8")


def test_axe_is_of_this_edition():
    script = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
    edition = re.search(r"axe v(\d+\.\d+)", script)[1]
    assert TEXT.count(f"axe-core {edition} ") == 2


def test_licences_are_those_of_the_citation():
    licences = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["license"]
    assert licences == ["MIT", "CC-BY-4.0"]
    assert TEXT.count("CC BY 4.0") >= 4
    assert TEXT.count("MIT") == 2
