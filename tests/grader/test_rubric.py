"""The rubric for answers in words: whole, beside the answers, and out of sight of students."""

import csv
import html
import re
import zipfile
from functools import cache

import nbformat
import pytest
import yaml

from grader import __main__ as commands
from grader import assignments
from grader.output import write_sealed
from grader.reports.feedback import rubric
from web import wheels
from web.project import OUT

TEXT = assignments.SOURCE.with_name("rubric.yml").read_text("utf-8")
RUBRIC = yaml.safe_load(TEXT)
PARTS = [part for name in assignments.names() for part in assignments.load(name).written]
CJK = re.compile(r"[\u3400-\u9fff]")
READ = (".html", ".js", ".json", ".ipynb", ".txt", ".md", ".csv", ".py", ".yml")


def halves(text):
    zh, en = text.split(" | ")
    assert CJK.search(zh)
    assert en.strip()
    assert not CJK.search(en)
    assert not re.search(r"[\u3400-\u9fff] ?[,;:?!]", zh), "Chinese takes ，；：？！"
    return zh, en


def examples():
    return [(part, anchor["points"], key, anchor[key])
            for part in RUBRIC for anchor in RUBRIC[part]["anchors"] for key in ("zh", "en")]


def plain(text):
    """Letters and signs alone, so that no line break, tag or escape hides a sentence."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>|\\n", "", text)))


@cache
def secrets():
    """A piece of each model answer and of each example that occurs nowhere else."""
    texts = [half for part in RUBRIC.values() for half in halves(part["model"])]
    texts += [example["answer"] for *_, example in examples()]
    found = [plain(text)[:60] for text in texts]
    assert len({*found}) == len(found)
    assert min(map(len, found)) > 15
    return found


def told(text):
    text = plain(text)
    return [secret for secret in secrets() if secret in text]


def test_every_part_in_words_has_a_rubric_and_no_other():
    assert sorted(RUBRIC) == sorted(PARTS)


@pytest.mark.parametrize("part", RUBRIC)
def test_a_rubric_is_whole(part):
    how = RUBRIC[part]
    assert set(how) == {"counts", "anchors", "model"}
    assert len(how["counts"]) >= 3
    assert [anchor["points"] for anchor in how["anchors"]] == [0, 1, 2, 3]
    for text in (*how["counts"], how["model"]):
        halves(text)
    for anchor in how["anchors"]:
        assert set(anchor) == {"points", "looks", "zh", "en"}
        halves(anchor["looks"])
        for key in ("zh", "en"):
            assert set(anchor[key]) == {"answer", "because"}
            halves(anchor[key]["because"])
            assert bool(CJK.search(anchor[key]["answer"])) == (key == "zh")


@pytest.mark.parametrize("part", RUBRIC)
def test_its_html_shows_all_and_stays_one_block(part):
    """A blank line would end a block of HTML in nbgrader's form."""
    page = rubric(part)
    assert len(told(page)) == 10  # a model in two languages, eight examples
    assert not re.search(r"\n\s*\n", page)


def test_secrets_are_found_where_they_are():
    assert told(TEXT) == secrets()
    assert told(f"<p>{html.escape(RUBRIC['curve-answer']['model'])}</p>")


def test_no_released_assignment_tells(tmp_path, capsys):
    commands.main(["release", "--out", str(tmp_path)])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == len(assignments.names())
    assert not {path: found for path in files if (found := told(path.read_text("utf-8")))}


def test_no_wheel_tells(tmp_path):
    with zipfile.ZipFile(wheels.of_nnlib(tmp_path)) as archive:
        texts = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    assert len(texts) > 40
    assert not [name for name, text in texts.items() if "rubric" in name or told(text)]


@pytest.mark.skipif(not (OUT / "html").is_dir(), reason="the pages are not built")
def test_no_page_tells():
    files = [path for path in (OUT / "html").rglob("*") if path.is_file()]
    assert not [path for path in files if path.name == "rubric.yml"]
    marks = [secret[:12] for secret in secrets()]
    for path in files:
        if path.suffix in READ and "pyodide" not in path.parts and path.stat().st_size < 10e6:
            text = re.sub(r"\s+", "", path.read_text("utf-8", "replace"))
            if any(mark in text for mark in marks):
                assert not told(text), path


@pytest.fixture
def class_of(notebook, results, tmp_path):
    """Results of students whose answers are these texts, and where they were marked from."""
    def class_of(**said):
        for student, text in said.items():
            made = notebook("intro", collapse_answer=text)
            place = tmp_path / "in" / student / "intro" / "intro.ipynb"
            place.parent.mkdir(parents=True)
            nbformat.write(made, place)
            write_sealed(results / "intro" / f"{student}.k.json", {
                "assignment": "intro", "status": "marked", "score": 5, "max": 11, "exercises": {}, "notes": [],
                "pending": {"collapse-answer": 3}})
        write_sealed(results / "intro.json", dict.fromkeys(said, "k"))
        write_sealed(results / "folders.json", {"intro": str(tmp_path / "in")})
        return results

    return class_of


def sheet(folder, out, *options, part="collapse-answer"):
    """The page of a part: its students in order, and its text."""
    assert commands.main(["export", str(folder), "--format", "sheets", "--out", str(out), *map(str, options)]) == 0
    page = (out / f"{part}.html").read_text("utf-8")
    return html.unescape(" ".join(re.findall(r"<h2>(.*)</h2>", page))).split(), page


def test_answers_stand_beside_the_rubric(class_of, tmp_path):
    _, page = sheet(class_of(ann="<script>alert(1)</script>\n\n第二段", bob=""), tmp_path / "s")
    assert "<h2>ann</h2>\n<pre>&lt;script&gt;alert(1)&lt;/script&gt;\n\n第二段</pre>" in page
    assert "<h2>bob</h2>\n<pre>这里没有回答" in page
    assert "<script" not in page
    assert len(told(page)) == 10


def test_a_cell_that_the_student_added_belongs_to_the_answer_above(class_of, tmp_path):
    folder = class_of(ann="first")
    path = tmp_path / "in" / "ann" / "intro" / "intro.ipynb"
    made = nbformat.read(path, 4)
    at = next(i for i, cell in enumerate(made.cells) if cell.source == "first")
    made.cells.insert(at + 1, nbformat.v4.new_markdown_cell("second"))
    nbformat.write(made, path)
    assert "<pre>first\nsecond</pre>" in sheet(folder, tmp_path / "s")[1]


def test_answers_that_begin_alike_stand_together(class_of, tmp_path):
    folder = class_of(a="two, as", b="one", c="two, as well", d="three")
    assert sheet(folder, tmp_path / "s")[0] == ["b", "d", "a", "c"]


def test_the_table_needs_only_points_and_what_has_them_is_not_shown_again(class_of, tmp_path):
    folder = class_of(**dict.fromkeys(["李雷", 'O"Hara', "1003", "x,y"], "words"))
    students, page = sheet(folder, tmp_path / "s")
    table = "student," + html.unescape(page.partition("<pre>student,")[2].partition("</pre>")[0])
    head, *rows = csv.reader(table.splitlines())
    assert head == ["student", "assignment", "part", "points"]
    assert rows == [[student, "intro", "collapse-answer", ""] for student in students]
    assert sorted(students) == sorted(["李雷", 'O"Hara', "1003", "x,y"])
    with open(tmp_path / "manual.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *([*row[:3], "2" if row[0] != "x,y" else ""] for row in rows)])
    assert sheet(folder, tmp_path / "rest", "--manual", tmp_path / "manual.csv")[0] == ["x,y"]


def test_a_notebook_that_is_gone_is_said(class_of, tmp_path, capsys):
    folder = class_of(ann="mine")
    (tmp_path / "in" / "ann" / "intro" / "intro.ipynb").unlink()
    assert commands.main(["export", str(folder), "--format", "sheets", "--out", str(tmp_path / "s")]) == 2
    assert "no notebook was handed in" in capsys.readouterr().err
