"""The glossary: Chinese term, English term, then one Chinese and one English sentence."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "chapters"
TEXT = (FOLDER / "glossary.md").read_text("utf-8")
ENTRIES = re.split(r"\n\n(?=\S)", TEXT.split("```{glossary}\n")[1].split("\n```")[0])
CJK = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.split("\n")[1])
def test_entry(entry):
    zh, en, zh_line, blank, en_line = entry.split("\n")
    assert CJK.search(zh)
    assert not CJK.search(en + en_line)
    assert re.fullmatch(r"  .*[\u3400-\u9fff].*。", zh_line)
    assert re.fullmatch(r"  [A-Z].*\.", en_line)
    assert not blank


def test_no_term_stands_twice():
    terms = [term for entry in ENTRIES for term in entry.split("\n")[:2]]
    assert len(terms) == len(set(terms))


def test_every_term_is_linked_from_a_page():
    pages = "\n".join(path.read_text("utf-8") for path in FOLDER.iterdir() if path.suffix in (".md", ".ipynb"))
    linked = {term for shown in re.findall(r"\{term\}`([^`]+)`", pages) for term in re.split("[<>]", shown)}
    idle = [terms for entry in ENTRIES if not {*(terms := entry.split("\n")[:2])} & linked]
    assert not idle, f"nobody gets to {idle}: link each where it is first used"
