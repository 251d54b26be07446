"""What the chapters quote from elsewhere, number by number: both languages say what facts.yml says, and where."""

import re
from pathlib import Path

import pytest
import yaml

from questions.bank import CHAPTERS
from tests.book import notebooks
from web.project import ROOT

LEDGER = yaml.safe_load((Path(__file__).parent / "facts.yml").read_text("utf-8"))
FACTS = LEDGER["facts"]
BIB = (ROOT / "chapters" / "references.bib").read_text("utf-8")
YEARS = {key: int(re.search(r"year\s*=\s*\{(\d+)\}", entry)[1])
         for key, entry in re.findall(r"^@\w+\{(\w+),(.*?)^\}", BIB, re.DOTALL | re.MULTILINE)}
CELLS = {cell.id: cell for chapter in CHAPTERS for cell in notebooks()[chapter].cells}

CITE = re.compile(r"\{cite(?::\w)?\}`([\w,]+)`")
NO_PROSE = re.compile(r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$")
BESIDE = 24  # characters between a citation and the place in the source
IN_CHINESE = {"section": "第 {} 节", "chapter": "第 {} 章", "p.": "第 {} 页", "table": "表 {}", "figure": "图 {}",
              "equation": "式 {}", "theorem": "定理 {}", "algorithm": "算法 {}", "appendix": "附录 {}",
              "abstract": "摘要"}

# A number glued to a letter or a hyphen is part of a name: L2, GPT-3, top-5.
DIGITS = re.compile(r"(?<![A-Za-z\d_.-])(\d[\d,]*(?:\.\d+)?)(?: (thousand|million|billion)\b| ?([万亿]))?"
                    r"(?![A-Za-z\d])")
SCALE = {"": 1, "thousand": 1e3, "million": 1e6, "billion": 1e9, "万": 1e4, "亿": 1e8}
ENGLISH = {word: n for n, word in enumerate(
    ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 3)}
CHINESE = {"十一": 11, "十二": 12} | {sign: n for n, sign in enumerate("三四五六七八九十", 3)}


def in_digits(text):
    """[(value, position)] of the numbers in digits, `1.38 亿` and `138 million` as one."""
    return [(round(float(at[1].replace(",", "")) * SCALE[at[2] or at[3] or ""], 6), at.start())
            for at in DIGITS.finditer(text)]


def in_words(text, values):
    pattern = "|".join(rf"\b{word}(?=(?:th)?\b)" if word.isascii() else word for word in values)  # six, a sixth
    return [(values[at[0].lower()], at.start()) for at in re.finditer(pattern, text, re.IGNORECASE)]


def numbers(text):
    """Every number, and where it stands first."""
    places = in_digits(text) + in_words(text, ENGLISH) + in_words(text, CHINESE)
    return dict(sorted(places, key=lambda place: place[1], reverse=True))


def states(values, text):
    """Whether a text gives these numbers, in this order."""
    places = [numbers(text).get(value, -1) for value in values]
    return -1 not in places and places == sorted(places)


def prose(text):
    return NO_PROSE.sub(" ", text)


def paragraphs(cell):
    """(text, keys of the works that it cites): a paragraph, an item of a list or a row of a table."""
    return [(line, {key for keys in CITE.findall(line) for key in keys.split(",")})
            for line in cell.source.splitlines() if CITE.search(line)]


def twins(stem):
    return [(language, CELLS[f"{stem}-{language}"]) for language in ("zh", "en")]


def place(at, language):
    kind, _, number = at.partition(" ")
    return at if language == "en" else IN_CHINESE[kind].format(number)


def is_beside(at, key, text):
    """Whether the place in the source stands close to the citation, on either side."""
    return any(re.search(re.escape(at) + r"(?![\w.]*\d)", text[max(0, cite.start() - BESIDE):cite.end() + BESIDE], re.I)
               for cite in CITE.finditer(text) if key in cite[1].split(","))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact['source']}-{fact['cells'][0]}")
def test_both_languages_state_it_beside_its_source(fact):
    assert set(fact) - {"also"} == {"source", "values", "cells", "at" if fact.get("at") else "nowhere"}
    for stem in fact["cells"]:
        for language, cell in twins(stem):
            cited = [text for text, keys in paragraphs(cell) if fact["source"] in keys]
            places = [place(at, language) for at in fact.get("at", [])]
            fits = [text for text in cited if states(fact["values"].values(), prose(text))
                    and all(is_beside(at, fact["source"], text) for at in places)]
            assert fits, f"{cell.id} states {fact['values']} in no paragraph that cites {fact['source']}, {places}"


@pytest.mark.parametrize("fact", [fact for fact in FACTS if "also" in fact], ids=lambda fact: fact["source"])
def test_every_repetition_says_the_same(fact):
    for stem in fact["also"]:
        for cell in [CELLS[stem]] if stem in CELLS else [cell for _, cell in twins(stem)]:
            assert states(fact["values"].values(), cell.source), f"{cell.id}: {fact['values']}"


@pytest.mark.parametrize("stem", sorted({id[:-3] for id, cell in CELLS.items() if cell.cell_type == "markdown"
                                         and paragraphs(cell)}))
def test_no_number_beside_a_citation_is_without_an_owner(stem):
    known = {0, 1, *LEDGER["own"].get(stem, [])}
    facts = [fact for fact in FACTS if stem in fact["cells"]]
    known |= {value for fact in facts for value in fact["values"].values()}
    for language, cell in twins(stem):
        for text, keys in paragraphs(cell):
            for at in {at for fact in facts for at in fact.get("at", [])}:
                text = re.sub(re.escape(place(at, language)), " ", text, flags=re.IGNORECASE)
            stated = {value for value, _ in in_digits(prose(text)) + in_words(prose(text), ENGLISH)}
            stray = stated - known - {YEARS[key] for key in keys}
            assert not stray, f"{cell.id}: list {stray} in facts.yml, as a fact with its source or as our own"


def test_no_own_number_is_listed_in_vain():
    for stem, listed in LEDGER["own"].items():
        stated = set().union(*(numbers(prose(text)) for _, cell in twins(stem) for text, _ in paragraphs(cell)))
        assert set(listed) <= stated, f"{stem} no longer states {set(listed) - stated}"
