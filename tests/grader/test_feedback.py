"""A student's page: both languages, nothing that a browser would run, and the whole mark; and its way to the student.

The models of the importers are written from what their public sources do: Moodle's importziplib.php and
get_plugin_by_type in mod/assign, and infer_comment_context_from_filename in Canvas's abstract_assignment.rb.
"""

import re
import zipfile

import pytest

from grader import __main__ as commands
from grader.output import write_sealed
from grader.reports import feedback, manual

RESULT = {
    "assignment": "intro", "status": "marked", "score": 1, "max": 8, "pending": {"collapse-answer": 3, "report": 3},
    "exercises": {"collapse": {"points": 1, "max": 2, "tests": {
        "甲 | first": "", "乙 | second": "<b>因</b> | <script>cause</script>"}}},
    "notes": ["缺少单元格 | missing cells", "单元格“<b>” | cell “<b>”\n第 1 行 | line 1",
              "单元格“b” | cell “b”\n<script>alert(1)\n2"],
}


def text_of(result):
    return re.sub(r"<(?!b>|script>)[^>]*>", "", feedback.page("ann", result)).replace("\n", " ")


def test_both_languages_and_nothing_that_runs():
    page = feedback.page("<i>ann</i>", RESULT)
    assert "<li class='ok'>甲 · <span lang='en'>first</span></li>" in page
    assert "&lt;b&gt;因&lt;/b&gt; · <span lang='en'>&lt;script&gt;cause&lt;/script&gt;</span>" in page
    assert ("<p>单元格“&lt;b&gt;” · <span lang='en'>cell “&lt;b&gt;”</span></p>"
            "<pre>第 1 行 · <span lang='en'>line 1</span></pre>") in page
    assert "<p>缺少单元格 · <span lang='en'>missing cells</span></p>\n" in page
    assert "<pre>&lt;script&gt;alert(1)\n2</pre>" in page
    assert not re.search("<(script|i|b)>", page)


def test_the_page_shows_the_whole_mark(tmp_path):
    points = tmp_path / "manual.csv"
    points.write_text("student,assignment,part,points\nann,intro,collapse-answer,2.5\n")
    result = {**RESULT, "pending": dict(RESULT["pending"])}
    assert "score 1 of 8" in text_of(result)
    assert "collapse-answer: — / 3等待老师批阅 · to be marked by hand report: — / 3等待" in text_of(result)
    manual.add_points({"intro": {"ann": result}}, points)
    assert "score 3.5 of 8" in text_of(result)
    assert "collapse-answer: 2.5 / 3由老师批阅 · marked by hand report: — / 3等待老师批阅" in text_of(result)


def test_a_refusal_is_said_once_and_nothing_waits():
    why = "不是有效的 JSON | not valid JSON"
    page = text_of({**RESULT, "status": "refused", "score": 0, "pending": {}, "notes": [why]})
    assert "没有批改 · not marked: 不是有效的 JSON · not valid JSON" in page
    assert page.count("not valid JSON") == 1
    assert "等待" not in page


def moodle(path):
    """The participant whom Moodle finds for a file in a zip of feedback, and the name under which it is kept."""
    parts = path.split("/")
    while parts:
        match parts.pop(0).split("_", 4):
            case [_, number, "assignsubmission", "file", *rest] if number.isdecimal():
                return number, "/".join(filter(None, (*rest, *parts)))
    return None


def canvas(path):
    """The user and the file handed in that Canvas finds for a file in a zip of submissions."""
    first, *_ = parts = path.rpartition("/")[2].removeprefix("LATE_").split("_")
    if first == "anon":
        return parts[1:3]
    return [part for part in parts if re.fullmatch(r"\d+", part)][:2]


DOWNLOADS = {  # what an LMS hands out, how it finds a student again, and the students for whom it does
    "Moodle": (["Ann Lee_1001_assignsubmission_file_/activations.ipynb",
                "李雷_1002_assignsubmission_file_/sub/作业.ipynb"], moodle,
               {"1001": ("1001", "activations.html"), "1002": ("1002", "activations.html")}),
    "Moodle 4.1": (["李 雷_1002_assignsubmission_file/activations.ipynb"], moodle,
                   {"1002": ("1002", "activations.html")}),
    "Moodle, flat": (["Ann_1001_assignsubmission_file_activations.ipynb", "B_1002_assignsubmission_file_my_hw.ipynb"],
                     moodle, {"1001": ("1001", "activations.html"), "1002": ("1002", "my_hw.html")}),
    "Canvas": (["leeann_1001_5001_activations.ipynb", "王伟_LATE_1003_5003_activations-1.ipynb",
                "x_1004_5004_v2.final.ipynb"], canvas,
               {"1001": ["1001", "5001"], "1003": ["1003", "5003"], "1004": ["1004", "5004"]}),
    "Canvas, anonymous": (["anon_aB3dE_5001_activations.ipynb", "LATE_anon_Xy9zW_5003_activations.ipynb"], canvas,
                          {"anon_aB3dE": ["aB3dE", "5001"], "anon_Xy9zW": ["Xy9zW", "5003"]}),
}


def collected(tmp_path, files, students):
    """The folder of the results of a class that is collected from these files."""
    for name in files:
        path = tmp_path / "download" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"cells": [{"cell_type": "code", "source": "1", "metadata": {}}]}')
    call = ["collect", tmp_path / "download", "--assignment", "activations", "--out", tmp_path / "in"]
    assert commands.main(list(map(str, call))) == 0
    write_sealed(tmp_path / "r" / "folders.json", {"activations": str(tmp_path / "in")})
    write_sealed(tmp_path / "r" / "activations.json", dict.fromkeys(students, "k"))
    for student in students:
        write_sealed(tmp_path / "r" / "activations" / f"{student}.k.json", {**RESULT, "assignment": "activations"})
    return tmp_path / "r"


@pytest.mark.parametrize("lms", DOWNLOADS)
def test_an_lms_finds_the_student_of_each_page_in_the_zip(lms, tmp_path):
    files, found, students = DOWNLOADS[lms]
    folder = collected(tmp_path, files, students)
    assert commands.main(["feedback", str(folder), "--out", str(tmp_path / "f"), "--zip"]) == 0
    assert [path.name for path in (tmp_path / "f").rglob("*")] == ["activations.zip"]
    with zipfile.ZipFile(tmp_path / "f" / "activations.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert len(pages) == len(students)
    for name, text in pages.items():
        (student,) = re.findall(r"<title>activations · (.*)</title>", text)
        assert found(name) == students[student]
        assert name.endswith(".html")


def test_who_came_another_way_is_left_out_of_the_zip_and_named(tmp_path, capsys):
    folder = collected(tmp_path, ["ann_activations.ipynb", "bob_activations.ipynb"], ["ann", "bob"])
    assert commands.main(["feedback", str(folder), "--out", str(tmp_path / "f"), "--zip"]) == 1
    out, err = capsys.readouterr()
    assert out.endswith(f"0 pages in {tmp_path / 'f'}\n")
    assert err.splitlines() == [f"left out, not from Moodle's or Canvas's download: {one}, activations"
                                for one in ("ann", "bob")]
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize(("lms", "files", "row"), [
    ("Canvas", ["leeann_1001_5001_activations.ipynb", "王伟_1002_5002_activations.ipynb"], "1001,1001,,,,1"),
    ("by number", ["1001_activations.ipynb", "1002_activations.ipynb"], "1001,,1001,,,1"),
])
def test_a_number_is_canvas_own_only_if_canvas_wrote_it(lms, files, row, tmp_path):
    folder = collected(tmp_path, files, ["1001", "1002"])
    assert commands.main(["export", str(folder), "--format", "canvas", "--out", str(tmp_path / "g.csv")]) == 0
    assert row in (tmp_path / "g.csv").read_text("utf-8").splitlines()
