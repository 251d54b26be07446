"""Variants by seed: what two sections get, and what happens to the work of one that is marked as the other's."""

import json
import re
from dataclasses import replace
from math import prod

import nbformat
import pytest

from grader import __main__ as commands
from grader import assignments, batch, seeds
from grader.marking import Conditions, key, mark
from grader.reports.feedback import rubric
from grader.submission import CHECKED
from nnlib.exercises.selfcheck import EXERCISES, OTHER
from tests.nnlib.test_exercises import SAME

NAMES = assignments.names()
VARIED = {id: len(EXERCISES[id].variants) for name in NAMES for id in assignments.load(name).exercises}
A, B = 1, 2  # two seeds that give every assignment other variants


def chosen(seed, name):
    return assignments.load(name, seed).variants


def every(seed):
    return {id: variant for name in NAMES for id, variant in chosen(seed, name).items()}


def texts(name, variant=0):
    """The text of each cell of an assignment with one variant of every exercise."""
    cells = assignments.read(name, {id: variant % count for id, count in VARIED.items()})["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def test_every_assigned_exercise_has_variants():
    assert all(count > 1 for count in VARIED.values())
    assert prod(VARIED.values()) == 393_216
    assert {name: prod(VARIED[id] for id in assignments.load(name).exercises) for name in NAMES} == {
        "intro": 16, "activations": 64, "architecture": 12, "overfitting": 32}
    assert all(chosen(A, name) != chosen(B, name) for name in NAMES)


def test_the_page_for_teachers_lists_them_all():
    page = (assignments.ROOT / "chapters" / "teaching.md").read_text("utf-8")
    part = page.partition("### 种子给了什么")[2].partition("\n### ")[0]
    assert {id: int(count) for id, count in re.findall(r"^\| `([\w-]+)` \| (\d) \|", part, re.MULTILINE)} == VARIED
    for total in ("393,216", "16、64、12 和 32", "16, 64, 12 and 32"):
        assert total in part


def test_what_a_seed_chooses_stays():
    """A notebook that is out must be marked as it was released: these values may never change."""
    assert every(A) == CHOSEN, "another number of variants gives a seed that is in use other variants than it gave"
    assert every(None) == dict.fromkeys(VARIED, 0)


CHOSEN = {"sigmoid-slope": 0, "diagnose": 3, "maxout-hat": 3, "budget": 0, "periodic": 2, "collapse": 1,
          "three-layers": 2, "dropout": 0, "choose-lambda": 1, "reproduce": 1}


def test_each_variant_is_chosen_about_as_often_and_exercises_independently():
    many = [tuple(every(seed).values()) for seed in range(1, 241)]
    for values, count in zip(zip(*many, strict=True), VARIED.values(), strict=True):
        assert all(abs(values.count(one) - 240 / count) < 40 for one in range(count))
    assert len(set(many)) > 236  # of 240: few of so many pairs are alike


def test_all_words_that_differ_stand_in_their_cells():
    constants = {id: {str(value) for one in EXERCISES[id].variants for value in one.values()} for id in VARIED}
    page = {cell.id: cell for cell in nbformat.read(assignments.PAGE, 4).cells}
    for name in NAMES:
        for id, text in texts(name).items():
            exercise = next((one for one in EXERCISES if id in (one, *(f"{one}-{end}" for end in ENDS))), None)
            on_the_page = page.get(f"{id}-stub" if id == exercise else id)
            for old, new in (on_the_page.metadata.get("variants", {}) if on_the_page else {}).items():
                assert old in (on_the_page.source if id == exercise else text), (id, old)
                assert isinstance(new, str) or {*new} <= constants[exercise], (id, old)
    marked = (id for id, cell in page.items() if "variants" in cell.metadata)
    assert {id.rsplit("-", 1)[0].removesuffix("-question") for id in marked} == set(VARIED)


ENDS = ("zh", "en", "check", "question-zh", "question-en")


@pytest.mark.parametrize("variant", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_both_languages_of_a_variant_say_the_same(name, variant):
    page, varied = texts(name), texts(name, variant)
    for id in (id for id in varied if id.endswith("-zh")):
        zh, en = varied[id], varied[id.removesuffix("zh") + "en"]
        assert sorted(re.findall(r"\$[^$]+\$", zh)) == sorted(re.findall(r"\$[^$]+\$", en)), id
        new = [{*re.findall(form, text)} - {*re.findall(form, page[cell])} for form in (r"`[^`]+`", r"[\d.]+")
               for cell, text in ((id, zh), (id.removesuffix("zh") + "en", en))]
        assert new[0] == new[1]
        assert {one.rstrip(".") for one in new[2]} == {one.rstrip(".") for one in new[3]}, id
        assert (zh == page[id]) == (en == page[id.removesuffix("zh") + "en"])
    for id in assignments.load(name).exercises:
        if (number := variant % VARIED[id]):
            assert varied[f"{id}-check"] == page[f"{id}-check"].replace(")", f", variant={number})")
            assert any(varied[cell] != page[cell] for cell in (f"{id}-en", f"{id}-question-en") if cell in page)


def test_no_word_is_left_in_braces_and_each_constant_shows():
    for name in NAMES:
        for variant in range(1, max(VARIED.values())):
            found = texts(name, variant)
            for id in assignments.load(name).exercises:
                told = " ".join(text for cell, text in found.items()
                                if cell in (f"{id}-en", f"{id}-question-en"))
                for constant, value in EXERCISES[id].variants[variant % VARIED[id]].items():
                    first = EXERCISES[id].variants[0][constant]
                    assert value == first or str(value) in told or f"{value:.0%}" in told, (id, constant)
                assert not re.search(r"\{(?!\"|\\|\()[a-z_]+\}", told.replace("{-1}", ""))


def test_without_a_seed_a_release_is_the_pages(tmp_path, released):
    for name in NAMES:
        text = (released / name / f"{name}.ipynb").read_text("utf-8")
        assert "variant" not in text.partition('"id": "title"')[2]  # behind the first cell
        assert texts(name) == {cell["id"]: "".join(cell["source"]) for cell in assignments.read(name)["cells"]}


@pytest.fixture(scope="module")
def sections(tmp_path_factory):
    """Two seeds that choose variants, and the notebooks with solutions that belong to them."""
    folder = tmp_path_factory.mktemp("sections")
    for section in "ab":
        while not (folder / section).exists() or sections_are_alike(folder):
            (folder / section).unlink(missing_ok=True)
            seeds.create(folder / section, varied=True)
        assert commands.main(["release", "--seed-file", f"{folder / section}", "--out", f"{folder}/{section}-out"]) == 0
        assert commands.main(["release", "--for-nbgrader", "--seed-file", f"{folder / section}",
                              "--out", f"{folder}/{section}-solved"]) == 0
    return folder


def sections_are_alike(folder):
    """Whether some assigned exercise is the same in both, or the page's in the first."""
    both = [every(seeds.read(folder / section)) for section in "ab" if (folder / section).exists()]
    pairs = [tuple(one[id] for one in both) for id in VARIED if VARIED[id] == 4]
    return any(pair[0] == 0 or len(set(pair)) < len(both) for pair in pairs)


def solved(sections, section, name):
    return (sections / f"{section}-solved" / name / f"{name}.ipynb").read_bytes()


def read_as(sections, section, name):
    seed = seeds.read(sections / section)
    return assignments.load(name, seed), Conditions(seed, varied=True)


@pytest.mark.parametrize("name", NAMES)
def test_two_sections_get_other_notebooks_without_solutions(sections, name):
    cells = {}
    for section in "ab":
        made = nbformat.read(sections / f"{section}-out" / name / f"{name}.ipynb", 4)
        nbformat.validate(made)
        assert not [cell for cell in made.cells if "variants" in cell.metadata or "SOLUTION" in cell.source]
        cells[section] = {cell.id: cell.source for cell in made.cells}
    differ = {id for id in cells["a"] if cells["a"][id] != cells["b"][id]}
    assert {f"{id}-check" for id in assignments.load(name).exercises if VARIED[id] == 4} <= differ
    assert {f"{id}-zh" for id in assignments.load(name).exercises if VARIED[id] == 4} <= differ


@pytest.mark.parametrize("name", NAMES)
def test_each_section_is_marked_by_its_own_seed(sandboxed, sections, name):
    """In the sandbox: all points at home; elsewhere only those for what does not differ, and it is said."""
    for section, other in ("ab", "ba"):
        assignment, conditions = read_as(sections, section, name)
        most = assignment.points - sum(assignment.written.values())
        result = mark(solved(sections, section, name), assignment, conditions)
        assert (result["score"], result["status"], result["notes"]) == (most, "marked", []), result["exercises"]
        foreign = mark(solved(sections, other, name), assignment, conditions)
        theirs = read_as(sections, other, name)[0].variants
        others = [id for id in assignment.exercises if theirs[id] != assignment.variants[id]]
        assert foreign["status"] == "other variants"
        assert foreign["notes"][0].endswith(f"not what this section was asked: {', '.join(others)}")
        assert foreign["pending"] == assignment.written
        for id in others:
            causes = list(foreign["exercises"][id]["tests"].values())
            assert causes == ["" if at in SAME.get(id, ()) else OTHER for at in range(len(causes))], id


def test_a_student_who_edits_the_variant_of_a_check_fools_nobody(sandboxed, sections):
    """The page's answers with the section's self-checks, and the section's answers with the page's."""
    assignment, conditions = read_as(sections, "a", "intro")
    right = json.loads(solved(sections, "a", "intro"))
    page = json.loads(json.dumps(assignments.read("intro")))
    for ours, theirs in zip(right["cells"], page["cells"], strict=True):
        if CHECKED.search("".join(ours["source"])):
            ours["source"], theirs["source"] = theirs["source"], ours["source"]
    assert mark(json.dumps(right).encode(), assignment, conditions)["score"] == 8
    assert mark(json.dumps(page).encode(), assignment, conditions)["score"] == 0
    mine = json.loads(solved(sections, "a", "intro"))  # with a check of the page's variant, added for fun
    mine["cells"].append({"cell_type": "code", "metadata": {}, "source": 'nn.exercises.check("collapse", collapse)'})
    assert mark(json.dumps(mine).encode(), assignment, conditions)["status"] == "marked"


def test_a_key_names_the_variants(sections):
    assignment, conditions = read_as(sections, "a", "intro")
    page = assignments.load("intro")
    keys = {key(b"a", assignment, conditions), key(b"a", page, Conditions(conditions.seed)),
            key(b"a", page, conditions), key(b"a", assignment, Conditions(conditions.seed))}
    assert len(keys) == 4


def handed_in(folder, section, sections, students, name="intro"):
    for student in students:
        place = folder / student / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        data = solved(sections, section, name) if section else json.dumps(assignments.read(name)).encode()
        place.write_bytes(data)
    return folder


def grade(folder, out, seed_file, *more):
    return commands.main(["grade", str(folder), "--seed-file", str(seed_file), "--out", str(out), *more])


@pytest.mark.parametrize(("released_by", "marked_by"), [("a", "b"), ("a", "plain"), ("", "a")])
def test_another_seed_than_that_of_the_release_is_told_and_gives_nobody_a_zero(
        sandboxed, sections, tmp_path, capsys, released_by, marked_by):
    if not (sections / "plain").exists():
        seeds.create(sections / "plain")
    folder = handed_in(tmp_path / "in", released_by, sections, ["ann", "bob"])
    assert grade(folder, tmp_path / "out", sections / marked_by) == 2
    err = capsys.readouterr().err
    assert "expected intro as this seed gives it, got other variants in 2 notebooks, such as ann/intro," in err
    assert "Give the seed of their release, or one that chooses no variants" in err
    assert not (tmp_path / "out" / "intro.json").exists()
    right = {"a": "a", "": "plain"}[released_by]
    if not (sections / right).exists():
        seeds.create(sections / right)
    assert grade(folder, tmp_path / "out", sections / right) == 0
    results = batch.read_results(tmp_path / "out")["intro"]
    assert [one["score"] for one in results.values()] == [8, 8]


def test_what_an_editor_adds_to_a_seed_changes_nothing(tmp_path):
    seed = b"variants " + b"0f" * 32
    for i, data in enumerate((seed, b"\xef\xbb\xbf" + seed, seed.replace(b" ", b"  ") + b"\r\n")):
        (tmp_path / f"{i}").write_bytes(data)
    assert len({(seeds.read(path), seeds.varied(path)) for path in tmp_path.iterdir()}) == 1
    (tmp_path / "short").write_bytes(b"variants 0123456789")
    with pytest.raises(ValueError, match="got 10"):
        seeds.read(tmp_path / "short")


def test_a_wrong_seed_for_one_assignment_leaves_the_others_their_grades(sandboxed, sections, tmp_path, capsys):
    """A file that nobody can read is in neither's favour, and is named all the same."""
    folder = handed_in(tmp_path / "in", "a", sections, ["ann"])
    handed_in(folder, "b", sections, ["ann"], "architecture")
    (folder / "bob" / "architecture").mkdir(parents=True)
    (folder / "bob" / "architecture" / "architecture.ipynb").write_text("<html>")
    assert grade(folder, tmp_path / "out", sections / "a") == 2
    err = capsys.readouterr().err
    assert "expected architecture as this seed gives it, got other variants in 1 notebooks" in err
    assert "cannot be marked: bob/architecture" in err
    assert list(batch.read_results(tmp_path / "out")) == ["intro"]


def test_one_student_with_the_notebook_of_another_section_is_named(sandboxed, sections, tmp_path, capsys):
    folder = handed_in(tmp_path / "in", "a", sections, ["ann", "bob", "cyd"])
    handed_in(folder, "b", sections, ["dee"])
    assert grade(folder, tmp_path / "out", sections / "a") == 0
    for _ in range(2):  # also when the result is there
        assert "please check: not the section's variants in dee/intro\n" in capsys.readouterr().err
        assert grade(folder, tmp_path / "out", sections / "a") == 0
    results = batch.read_results(tmp_path / "out")["intro"]
    assert {student: one["score"] for student, one in results.items()} == {"ann": 8, "bob": 8, "cyd": 8, "dee": 0}
    assert commands.main(["feedback", str(tmp_path / "out"), "--out", str(tmp_path / "pages")]) == 0
    assert commands.main(["export", str(tmp_path / "out"), "--out", str(tmp_path / "table")]) == 0
    assert "please check: handed in the exercises of another section: dee (1 in all)" in capsys.readouterr().err
    assert commands.main(["export", str(tmp_path / "out"), "--format", "sheets", "--out", str(tmp_path / "s")]) == 0
    (sheet,) = (tmp_path / "s").glob("*.html")
    assert re.findall(r"<h2>(\w+) · .*another section", sheet.read_text("utf-8")) == ["dee"]
    page = (tmp_path / "pages" / "intro" / "dee.html").read_text("utf-8")
    assert "this is the answer to another variant" in page
    assert "not what this section was asked" in page


def test_the_marker_sees_question_and_rubric_of_the_section(sandboxed, sections, tmp_path):
    folder = handed_in(tmp_path / "in", "a", sections, ["ann"], "architecture")
    assert grade(folder, tmp_path / "out", sections / "a") == 0
    assert commands.main(["export", str(tmp_path / "out"), "--format", "sheets", "--out", str(tmp_path / "s")]) == 0
    page = (tmp_path / "s" / "periodic-answer.html").read_text("utf-8")
    variant = chosen(seeds.read(sections / "a"), "architecture")["periodic"]
    units = {0: "13, 25, 49, 97", 1: "7, 19, 43, 91", 2: "9, 17, 33, 65"}
    assert units[variant] in page
    assert (f"<mi>{'cos' if variant == 1 else 'sin'}</mi>" in page)
    assert not [other for other in units if other > 0 and other != variant and units[other] in page]


def test_nbgraders_source_is_the_sections(sections):
    for name in NAMES:
        made = nbformat.reads(solved(sections, "b", name).decode(), 4)
        nbformat.validate(made)
        assert [cell.id for cell in made.cells] == [cell["id"] for cell in assignments.read(name)["cells"]]
        assert sum("BEGIN SOLUTION" in cell.source for cell in made.cells) >= len(assignments.load(name).exercises)
        assert {f"{id}-check": number for id, number in chosen(seeds.read(sections / "b"), name).items() if number} == {
            cell.id: int(number) for cell in made.cells for number in re.findall(r"variant=(\d)", cell.source)}


def test_nbgraders_form_shows_the_rubric_of_the_variant(sections):
    plugin = pytest.importorskip("grader.reports.nbgrader_plugin")
    found = set()
    for section in ("a", "b", ""):
        made = nbformat.reads(solved(sections, section, "architecture").decode() if section else
                              json.dumps(assignments.read("architecture")), 4)
        answer = next(cell for cell in made.cells if cell.id == "periodic-answer")
        answer.source = "I gave check(x, y, variant=1)"
        shown, _ = plugin.with_rubric(made, {"submission_id": "1"})
        text = next(cell.source for cell in shown.cells if cell.id == "periodic-answer")
        variant = chosen(seeds.read(sections / section) if section else None, "architecture")["periodic"]
        assert text == f"{rubric('periodic-answer', {'periodic': variant})}\n\nI gave check(x, y, variant=1)"
        found.add(text)
    assert len(found) > 1 or chosen(seeds.read(sections / "a"), "architecture")["periodic"] == 0


def test_a_seed_says_whether_it_chooses_variants(tmp_path, capsys):
    for flags, name in ((["--variants"], "v"), ([], "p")):
        assert commands.main(["seed", *flags, str(tmp_path / name)]) == 0
    out = capsys.readouterr().out
    assert out.count("it decides tests and variants.") == 1
    assert out.count("it decides tests.") == 1
    assert re.fullmatch(r"variants [0-9a-f]{64}\n", (tmp_path / "v").read_text())


def test_the_reference_answers_to_every_variant_earn_all_points():
    """Each variant of each exercise, without a sandbox, so that every machine finds what a new variant lacks."""
    for name in NAMES:
        for number in range(max(VARIED.values())):
            variants = {id: number % VARIED[id] for id in assignments.load(name).exercises}
            assignment = replace(assignments.load(name), variants=variants)
            data = json.dumps(assignments.read(name, variants)).encode()
            result = mark(data, assignment, Conditions(7, sandboxed=False))
            assert result["score"] == assignment.points - sum(assignment.written.values()), (name, number)
            assert (result["status"], result["notes"]) == ("marked", [])
