"""Questions and predictions: what they claim is what nnlib and the stored outputs say."""

import inspect
import itertools
import re

import nbformat
import numpy as np
import pytest
import yaml

from nnlib._common.pair import Pair
from questions import bank
from tests.chapters.test_facts import in_digits
from web.project import ROOT

NOTEBOOKS = {name: nbformat.read(ROOT / "chapters" / f"{name}.ipynb", 4) for name in bank.CHAPTERS}
QUESTIONS = [question for name in bank.CHAPTERS for question in bank.questions(name)]
PREDICTIONS = [cell for notebook in NOTEBOOKS.values() for cell in notebook.cells if "predict" in cell.metadata]
NO_QUESTIONS = re.compile(r"sec-\w+-(summary|questions|next|takeaway|mixing)")  # they teach nothing new
TAKEN = re.compile(r"^\((sec-[\w-]+)\)=", re.MULTILINE)


def of_kind(*kinds):
    return pytest.mark.parametrize("question", [
        pytest.param(question, id=question["id"]) for question in QUESTIONS if question["kind"] in kinds])


def sections(chapter):
    return [label for cell in NOTEBOOKS[chapter].cells for label in TAKEN.findall(cell.source)]


def seeds(question):
    return range(4 if "alt" in question else 20)  # a figure takes its time


def run(lines, check):
    """Whether lines of a Parsons problem do what was asked; they are ours, and end at once."""
    try:
        exec("\n".join([*lines, check]), {})
    except Exception:
        return False
    return True


def output_of(cell):
    return "\n".join(part.get("text") or part.get("data", {}).get("text/plain", "") for part in cell.outputs)


def test_the_bank_has_every_kind_for_every_chapter():
    assert len(QUESTIONS) >= 120
    for chapter in bank.CHAPTERS:
        kinds = {question["kind"] for question in bank.questions(chapter)}
        assert kinds == {"single", "multiple", "number", "order", "parsons"}, chapter
        assert any("figure" in bank.drawn(question, 0) for question in bank.questions(chapter)), chapter


def test_every_file_of_questions_is_read():
    files = {path.stem for path in bank.HERE.glob("*.yml")} - {"schema"}
    assert files == {*bank.CHAPTERS}, "CHAPTERS in questions/bank.py lists the files that are read"


def test_no_id_names_two_questions():
    ids = [question["id"] for question in QUESTIONS] + [cell.id for cell in PREDICTIONS]
    assert len(ids) == len({*ids})


@pytest.mark.parametrize("chapter", bank.CHAPTERS)
def test_questions_stand_in_sections_and_serve_goals_of_their_chapter(chapter):
    goals = re.findall(r"^- ", next(cell for cell in NOTEBOOKS[chapter].cells
                                    if cell.id.endswith("opening-en")).source, re.MULTILINE)
    for question in bank.questions(chapter):
        assert question["id"].startswith(f"{chapter}-")
        assert question["section"] in sections(chapter), f"{question['id']} names a section that the chapter lacks"
        assert question["goal"] <= len(goals), question["id"]
    asked = {question["section"] for question in bank.questions(chapter)}
    taught = {label for label in sections(chapter) if not NO_QUESTIONS.fullmatch(label)}
    assert not taught - asked
    assert {question["goal"] for question in bank.questions(chapter)} == set(range(1, len(goals) + 1))


@pytest.mark.parametrize("chapter", bank.CHAPTERS[:-1])
def test_the_next_chapter_asks_some_again(chapter):
    assert 3 <= sum("recall" in question for question in bank.questions(chapter)) <= 5


@pytest.mark.parametrize("chapter", bank.CHAPTERS)
def test_every_drawing_belongs_to_a_question(chapter):
    module = __import__(f"questions.{chapter}", fromlist=[chapter])
    drawings = {name for name, one in inspect.getmembers(module, inspect.isfunction)
                if one.__module__ == module.__name__ and not name.startswith("_")}
    assert drawings == {bank.drawing(question).__name__ for question in bank.questions(chapter)
                        if bank.drawing(question)}


@of_kind("single", "multiple", "number")
def test_whatever_is_drawn_answers_differ_and_no_name_is_left(question):
    for seed in seeds(question):
        drawn = bank.drawn(question, seed)
        says = [answer["say"] for answer in drawn["answers"]]
        assert len(says) == len({*says}), (seed, says)
        drawn.pop("figure", None)
        assert not bank.VALUE.search(yaml.safe_dump(drawn, allow_unicode=True))


@of_kind("number")
def test_a_mistake_is_never_within_the_tolerance(question):
    assert bank.drawing(question), "nnlib or NumPy computes each number"
    answers = set()
    for seed in seeds(question):
        right, *wrong = sorted(bank.drawn(question, seed)["answers"], key=lambda answer: "right" not in answer)
        tolerance = question.get("tolerance", 0)
        assert np.isfinite(float(right["say"]))
        for answer in wrong:
            assert abs(float(answer["say"]) - float(right["say"])) > 2 * tolerance, (seed, answer)
        answers.add(right["say"])
    assert len(answers) > 1, "another seed asks for another number"


@of_kind("number")
def test_a_number_can_be_typed_as_it_is_written(question):
    for seed in seeds(question):
        for answer in bank.drawn(question, seed)["answers"]:
            assert re.fullmatch(r"-?\d+(\.\d{1,4})?", answer["say"]), (seed, answer["say"])


def texts(part):
    """What readers are shown of a drawn question; code in it runs, so it stays out."""
    hidden = "check", "lines", "distractors", "misconception", "id", "section", "figure"
    if isinstance(part, dict):
        return [text for key, inner in part.items() if key not in hidden for text in texts(inner)]
    return [text for inner in part for text in texts(inner)] if isinstance(part, list) else [bank.spelled(str(part))]


@pytest.mark.parametrize("seed", [bank.SEED, 1, 2])
def test_readers_see_a_minus_sign_and_no_hyphen(seed):
    found = texts([bank.drawn(question, seed) for question in QUESTIONS] + [cell.metadata.predict["ask"]
                  for cell in PREDICTIONS] + [answer[key] for cell in PREDICTIONS
                  for answer in cell.metadata.predict["answers"] for key in ("say", "because")])
    assert any("−" in text for text in found)
    for text in found:
        words = re.sub(r"\$[^$]*\$|`[^`]*`", "x", text)  # formulas have their own minus
        assert not bank.MINUS.search(words), text


@pytest.mark.parametrize("chapter", bank.CHAPTERS)
def test_both_halves_of_a_text_name_the_same_numbers(chapter):
    """Broken ones, and those from 13 up; a smaller one may be a word in one of the languages."""
    for question in bank.questions(chapter):
        for text in texts(question):
            told = [{value for value, _ in in_digits(half.replace("{,}", ",")) if value > 12 or value % 1}
                    for half in Pair.of(text)]
            assert told[0] == told[1], f"{question['id']}: give {sorted(told[0] ^ told[1])} in both, and in digits"


def test_english_answers_and_steps_begin_with_a_capital_letter():
    says = [part["say"] if isinstance(part, dict) else part for question in QUESTIONS for part in
            question.get("answers", []) + question.get("steps", [])]
    says += [answer["say"] for cell in PREDICTIONS for answer in cell.metadata.predict["answers"]]
    assert not [say for say in says if re.match("[a-z]", Pair.of(say).en)]


@of_kind("parsons")
def test_lines_do_what_was_asked_in_these_orders_alone(question):
    lines, orders = question["lines"], [[*range(len(question["lines"]))], *question.get("also", [])]
    good = [list(order) for order in itertools.permutations(range(len(lines)))
            if run([lines[i] for i in order], question["check"])]
    assert sorted(good) == sorted(orders)
    for wrong, place in itertools.product(question.get("distractors", []), range(len(lines))):
        assert not run([*lines[:place], wrong, *lines[place + 1:]], question["check"]), (wrong, place)


@of_kind("parsons")
def test_lines_are_told_apart(question):
    lines = [line.strip() for line in question["lines"] + question.get("distractors", [])]
    assert len(lines) == len({*lines})


@of_kind("order")
def test_steps_are_told_apart(question):
    assert len(question["steps"]) == len({*question["steps"]})


@pytest.mark.parametrize("question", [
    pytest.param(question, id=question["id"]) for question in QUESTIONS if "figure" in bank.drawn(question, 0)])
def test_a_drawn_figure_is_described_in_words_that_do_not_answer(question):
    assert bank.drawn(question, 0)["alt"]


@of_kind("order", "parsons")
def test_an_order_that_is_asked_for_is_never_shown(question):
    orders = [bank.shuffled(question, seed) for seed in range(20)]
    assert not any(order == sorted(order) for order in orders)


def test_answers_named_by_letters_are_shown_in_their_order():
    named = [question for question in QUESTIONS if bank.lettered(bank.drawn(question, bank.SEED))]
    assert {"intro-sgd-rates", "overfitting-worst"} <= {one["id"] for one in named}
    for question in named:
        right = set()
        for seed in range(6):
            whole = bank.drawn(question, seed)
            shown = [whole["answers"][i] for i in bank.shuffled(whole, seed)]
            assert [one["say"][0] for one in shown[:2]] in (["A", "A"], ["A", "B"]), question["id"]
            names = bank.letters({"answers": shown})
            assert names == sorted(names), (question["id"], names)
            right.add(next(place for place, one in enumerate(shown) if "right" in one))
        assert len(right) > 1, question["id"]  # the letters were drawn, so the place tells nothing


@pytest.mark.parametrize("cell", [pytest.param(cell, id=cell.id) for cell in PREDICTIONS])
def test_the_stored_output_shows_the_right_answer_and_no_other(cell):
    bank.validated(cell.metadata.predict, cell.id, "cell")
    assert "predict" in cell.metadata.tags
    shown = [bool(re.search(answer["shows"], output_of(cell))) for answer in cell.metadata.predict["answers"]]
    assert shown == ["right" in answer for answer in cell.metadata.predict["answers"]]


def test_predictions_in_every_chapter():
    assert len(PREDICTIONS) >= 45
    for chapter, notebook in NOTEBOOKS.items():
        assert sum("predict" in cell.metadata for cell in notebook.cells) >= 9, chapter


def test_a_tag_without_a_question_is_found():
    for notebook in NOTEBOOKS.values():
        for cell in notebook.cells:
            assert ("predict" in cell.metadata.get("tags", [])) == ("predict" in cell.metadata), cell.id


def test_a_value_that_nobody_draws_is_named():
    question = next(one for one in QUESTIONS if one["id"] == "overfitting-gap") | {"ask": "[[many]] 个 | [[many]] ones"}
    with pytest.raises(bank.BadQuestion, match=r"overfitting-gap: .* 'many'\. .* questions/overfitting\.py return one"):
        bank.drawn(question, 0)


BAD = [({"kind": "guess"}, "kind"), ({"ask": "只有中文"}, "ask"), ({"section": "intro"}, "section"),
       ({"answers": [{"say": "1", "because": "2"}] * 2}, "answers"), ({"steps": ["1", "2", "3"]}, "steps"),
       ({"extra": 1}, "extra"), ({"level": 4}, "level"), ({"alt": "$\\lambda$"}, "alt")]


@pytest.mark.parametrize(("change", "told"), BAD, ids=[told for _, told in BAD])
def test_a_question_that_the_schema_forbids_is_named(change, told):
    with pytest.raises(bank.BadQuestion, match=rf"mine\.yml, {QUESTIONS[0]['id']} .*{told}") as caught:
        bank.validated([QUESTIONS[0] | change], "mine.yml")
    assert str(caught.value).endswith("Correct it there.")
