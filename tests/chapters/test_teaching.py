"""The page for teachers: its minutes add up, its numbers are the chapters', and its demonstrations open and hold."""

import json
import os
import re
import subprocess
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

import nnlib as nn
from grader import assignments
from nnlib.exercises.selfcheck import EXERCISES
from questions.bank import CHAPTERS
from tests.book import notebooks
from web.notebooks.course import sections, tags
from web.project import ROOT

TEXT = (ROOT / "chapters" / "teaching.md").read_text("utf-8")
PARTS = dict(re.findall(r"^\(sec-teach-(\w+)\)=\n(.*?)(?=^\(sec-teach-|\Z)", TEXT, re.DOTALL | re.MULTILINE))
PLANNING = TEXT.partition("\n(sec-teach-intro)=\n")[0]
CJK = re.compile(r"[\u3400-\u9fff]")
ROLE = re.compile(r"\{(ref|numref|doc)\}`([^`]+)`")
LABEL = re.compile(r"^\((sec-[\w-]+)\)=", re.MULTILINE)
LINKS = re.findall(r'<a href="(playground\.html[^"]+)".*?</a> \| (\d+)%, (\d+)% \|', TEXT)


def rows(part, heading):
    """The cells of the one table below a heading, without its head."""
    (section,) = re.findall(rf"^### [^|\n]* \| {heading}\n(.*?)(?=^##|\Z)", part, re.DOTALL | re.MULTILINE)
    table = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def text_of(chapter):
    """All that a chapter's code cells say and print, its blanks made alike."""
    said = [cell.source + "\n" + "\n".join(out.get("text") or out["data"]["text/plain"] for out in cell.outputs)
            for cell in notebooks()[chapter].cells if cell.cell_type == "code"]
    return " ".join("\n".join(said).split())


def labels(chapter):
    cells = notebooks()[chapter].cells
    figures = {cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells}
    return {label for cell in cells for label in LABEL.findall(cell.source)} | figures


def test_points_of_homework_are_those_of_the_assignments():
    by_hand = [sum(assignments.load(chapter).written.values()) for chapter in CHAPTERS]
    points = [(str(assignments.load(chapter).points - written), str(written))
              for chapter, written in zip(CHAPTERS, by_hand, strict=True)]
    assert re.findall(r"(\d+)\+(\d+)", PLANNING) == 2 * points


def test_hours_cover_exercises_and_reading():
    """Homework has up to an hour for words on top; a module is at most half as long again as what it consists of."""
    hours = {chapter: float(said) for said, chapter in re.findall(r"([\d.]+)(?: hours)? for `(\w+)`", PLANNING)}
    assert hours == {chapter: float(said) for chapter, said in re.findall(r"`(\w+)` ([\d.]+) 小时", PLANNING)}
    alone = {}
    for chapter in CHAPTERS:
        assigned = assignments.load(chapter).exercises
        assert 0 < 60 * hours[chapter] - sum(EXERCISES[id].minutes for id in assigned) <= 60
        alone[chapter] = sum(section.minutes for section in sections(chapter)) / 60 + sum(
            exercise.minutes for exercise in EXERCISES.values()
            if exercise.chapter == chapter and exercise.id not in assigned) / 60
    one = alone["intro"] + hours["intro"] + alone["activations"] / 2
    two = one + alone["activations"] / 2 + hours["activations"] + alone["architecture"]
    four = two + hours["architecture"] + alone["overfitting"] + hours["overfitting"]
    stated = re.findall(r"\| 约 (\d+) 小时 \|", PLANNING)
    assert stated == re.findall(r"\| about (\d+) hours \|", PLANNING)
    for module, least in zip(stated, (one, two, four), strict=True):
        assert least <= int(module) <= 1.5 * least


def test_each_chapter_has_its_part():
    assert tuple(PARTS) == (*CHAPTERS, "integrity")


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("length", [45, 90])
def test_minutes_add_up(chapter, length):
    plan = rows(PARTS[chapter], f"{length} minutes")
    assert all(len(row) == 3 for row in plan)
    assert sum(int(minutes) for minutes, *_ in plan) == length
    assert ("Break" in [en for *_, en in plan]) == (length == 90)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_both_languages_lead_to_the_same_places_of_the_chapter(chapter):
    for minutes, zh, en in rows(PARTS[chapter], "45 minutes") + rows(PARTS[chapter], "90 minutes"):
        assert ROLE.findall(zh) == ROLE.findall(en), minutes
    places = [place for role, place in ROLE.findall(PARTS[chapter]) if role != "doc"]
    known = {*labels(chapter), *(place for place in places if place.endswith(">"))}  # those are votes: see below
    assert not {*places} - known


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_section_that_teaches_has_a_known_mistake_or_a_place_in_the_long_plan(chapter):
    """All but those of which a reader needs no lesson."""
    told = " ".join(" ".join(row) for heading in ("90 minutes", "What goes wrong")
                    for row in rows(PARTS[chapter], heading))
    sections = [label for label in sorted(labels(chapter) - {None}) if label.startswith("sec-")]
    alone = re.compile(r"sec-\w+-(summary|questions|next|backprop|transpose|cost|smooth|mixing)")
    assert not [label for label in sections if f"`{label}`" not in told and not alone.fullmatch(label)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_numbers_are_the_chapters(chapter):
    """What stands as code is printed in the chapter, or is code of it."""
    quoted = re.findall(r"`([^`\n]+)`", ROLE.sub("", PARTS[chapter]))
    assert quoted
    said = text_of(chapter)
    assert not [quote for quote in quoted if " ".join(quote.split()) not in said and quote != "x @ W"]


def on_slides(chapter):
    """For each section of the deck what can be voted on there, by the name of its link."""
    found = {}
    for section in sections(chapter):
        cells = [cell for cell in section.cells if "slide" in tags(cell)]
        votes = [f"predict-{cell.id}" for cell in cells if "predict" in cell.metadata]
        votes += [f"question-{question['id']}" for question in section.questions if "peer" in question]
        if section.label and (cells or votes):
            found[section.label] = votes
    return found


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_votes_are_on_slides_of_the_sections_that_use_them(chapter):
    """Each vote by its link, with a mistaken thought in quotation marks; used in the order of their numbers."""
    votes, deck, asked = rows(PARTS[chapter], "Votes"), on_slides(chapter), {}
    assert len(votes) >= 5
    for number, (no, zh, en) in enumerate(votes, 1):
        assert no == str(number)
        (place,), (same,) = (re.findall(r"<([\w-]+)>`", text) for text in (zh, en))
        assert place == same
        assert re.fullmatch(r"\{ref\}`[^<]+ <[\w-]+>` “[^”]+”", zh)
        assert re.fullmatch(r"\{ref\}`[^<]+ <[\w-]+>` “[^”]+”", en)
        assert CJK.search(zh)
        assert not CJK.search(en)
        asked[no] = place
    for length in (45, 90):
        plan = [(zh, en) for _, zh, en in rows(PARTS[chapter], f"{length} minutes")]
        used = [re.findall(r"vote (\d)", en) for _, en in plan]
        assert used == [re.findall(r"投票 (\d)", zh) for zh, _ in plan]
        order = [no for numbers in used for no in numbers]
        assert order == sorted({*order})
        assert length == 45 or order == [*asked]
        for (_, en), numbers in zip(plan, used, strict=True):
            offered = [vote for _, label in ROLE.findall(en) for vote in deck.get(label, ())]
            assert {asked[no] for no in numbers} <= {*offered}, en


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_plans_follow_the_deck(chapter):
    """Sections in the order of the slides; what the long plan leaves out is on no slide."""
    deck = [*on_slides(chapter)]
    for length in (45, 90):
        taught = [label for _, _, en in rows(PARTS[chapter], f"{length} minutes") if not en.startswith("Homework")
                  for role, label in ROLE.findall(en) if role == "ref"]
        assert taught == sorted(taught, key=deck.index), "in another order, or on no slide"
    assert {*deck} - {*taught} <= {label for label in deck if label.endswith("-summary")}


def test_decks_are_linked_where_the_published_site_has_them():
    assert re.findall(r'href="slides/(\w+)\.html"', PLANNING) == 2 * [*CHAPTERS]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text("utf-8"))["jobs"]
    assert "make slides" in [step.get("run") for step in jobs["build"]["steps"]]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_rows_of_mistakes_are_in_both_languages(chapter):
    mistakes = rows(PARTS[chapter], "What goes wrong")
    assert len(mistakes) >= 10
    for place, zh, en in mistakes:
        assert re.fullmatch(r"\{ref\}`sec-[\w-]+`", place)
        assert CJK.search(zh)
        assert not CJK.search(en)
        assert not re.search(r"[\u3400-\u9fff][,;:?!]", zh)


def state(link):
    """What the playground's panel makes of an address: the choice that it starts from."""
    asked = dict(parse_qsl(urlsplit(link).query, keep_blank_values=True, strict_parsing=True))
    controls = {f"play.{control.name}": control for control in nn.playground().controls}
    unused = {"play.paint"} if asked["play.data"] == "own" else {"play.paint", "play.points"}
    assert set(asked) == set(controls) - unused, "a link names every setting that matters"
    return [control.start if name in unused else asked[name] if control.kind == "text"
            else control.shown.index(asked[name]) for name, control in controls.items()]


def test_there_are_demonstrations_for_each_chapter():
    assert len(LINKS) == TEXT.count("playground.html?")
    for chapter in CHAPTERS:
        numbers = [row[0].partition(". <a ")[0] for row in rows(PARTS[chapter], "Demonstrations")]
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
        sections = [ROLE.fullmatch(row[-1])[2] for row in rows(PARTS[chapter], "Demonstrations")]
        for length in (45, 90):
            used = {}
            for _, _, en in rows(PARTS[chapter], f"{length} minutes"):
                for first, last in re.findall(r"demonstrations? (\d)(?: (?:and|to) (\d))?", en):
                    for number in range(int(first), int(last or first) + 1):
                        used[number] = [label for _, label in ROLE.findall(en)]
                        assert sections[number - 1] in used[number], "its slide is in another section"
            assert length == 45 or [*used] == [*map(int, numbers)]


@pytest.mark.parametrize(("link", "train", "test"), LINKS)
def test_a_demonstration_opens_and_ends_as_the_page_says(link, train, test):
    """To five points: machines differ in the last digits, and a few points may fall to the other side."""
    assert urlsplit(link).fragment == "explorer-play"
    panel = nn.playground()
    last = view = panel.frame(choice := state(unescape(link)))
    assert view["code"], view["text"]  # there is none for what it cannot use
    while view := panel.more(choice):
        last = view
    shares = re.search(r"right (\d+)%, test (\d+)%", last["text"])
    assert abs(int(shares[1]) - int(train)) <= 5
    assert abs(int(shares[2]) - int(test)) <= 5


def test_a_broken_notebook_keeps_no_other_from_being_compared(tmp_path):
    """The commands of the page as they are typed, up to those of the two tools."""
    (typed,) = re.findall(r"```bash\n(cp -r ~/course/submitted .*?)^copydetect ", TEXT, re.DOTALL | re.MULTILINE)
    right = json.dumps(assignments.read("intro"))
    for student, text in {"Ann Lee": right, "bob": "<html>", "cy": '{"cells": [1]}', "李雷": right}.items():
        (folder := tmp_path / "course" / "submitted" / student / "intro").mkdir(parents=True)
        (folder / "intro.ipynb").write_text(text, "utf-8")
    assignments.release("intro", tmp_path / "course" / "release")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", typed], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "HOME": str(tmp_path)}, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"left out: {tmp_path}/course/code/{student}/intro/intro.ipynb"
                                        for student in ("bob", "cy")]
    made = sorted(path.parents[1].name for path in (tmp_path / "course").rglob("*.py"))
    assert made == ["Ann Lee", "given", "李雷"]


def test_there_are_three_questions_for_each_assignment():
    asked = rows(PARTS["integrity"], "In person: three questions for each assignment")
    assert sorted(name.strip("`") for name, *_ in asked) == assignments.names()
    for _, zh, en in asked:
        for text in (zh, en):
            assert re.findall(r"(?<!\S)([1-9])\. ", text) == ["1", "2", "3"]


def test_those_questions_are_about_the_functions_that_are_assigned():
    """Names of functions that stand in a question, and the exercise that the paragraph on copies calls a long one."""
    names = {exercise.name: exercise for exercise in EXERCISES.values()}
    for name, *asked in rows(PARTS["integrity"], "In person: three questions for each assignment"):
        assigned = {EXERCISES[id].name for id in assignments.load(name.strip("`")).exercises}
        for text in asked:
            assert names.keys() & {*re.findall(r"`(\w+)`", text)} <= assigned
    (zh,), (en,) = re.findall(r"只看 `([\w-]+)` 这样长的", TEXT), re.findall(r"long ones such as `([\w-]+)`", TEXT)
    assert zh == en
    assert zh in assignments.load(EXERCISES[zh].chapter).exercises
