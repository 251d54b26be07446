"""The command line: the instructor's path as the page has it, and calls that cannot work."""

import csv
import io
import json
import os
import re
import stat
import subprocess
import zipfile
from pathlib import PurePosixPath

import nbformat
import pytest

from grader import __main__ as commands
from grader import collect, seeds
from grader.assignments import ROOT, names
from grader.reports import export
from grader.sandbox import box

PAGE = (ROOT / "chapters" / "instructors.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def rows(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


def test_the_path_of_the_page_works_as_written(sandboxed, notebook, tmp_path):
    course = tmp_path / "course"
    environment = {**os.environ, "HOME": str(tmp_path)}

    def type_in(block):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=ROOT, env=environment,
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    hand_out, collecting, marking, to_canvas = BLOCKS
    type_in(hand_out)
    assert {path.name for path in (course / "release").iterdir()} == set(names())
    assert stat.S_IMODE((course / "seed").stat().st_mode) == 0o600
    with zipfile.ZipFile(course / "submissions.zip", "w") as archive:
        right = nbformat.writes(notebook("activations"))
        archive.writestr("Ann Lee_1001_assignsubmission_file_/activations.ipynb", right)
        wrong = right.replace("u / (1 + u)", "u / (2 + u)")
        archive.writestr("李雷_1002_assignsubmission_file_/作业.ipynb", wrong)
        archive.writestr("__MACOSX/._activations.ipynb", "x")
    assert "2 students" in type_in(collecting)
    type_in(marking)
    assert rows(course / "grades.csv")[1:] == [
        ["1001", "activations", "9", "12", "maxout-answer", "marked"],
        ["1002", "activations", "5", "12", "maxout-answer", "marked"]]
    assert (course / "feedback" / "activations" / "1002.html").is_file()
    (course / "manual.csv").write_text("student,assignment,part,points\n1001,activations,maxout-answer,2.5\n"
                                       "1002,activations,maxout-answer,0\n")
    type_in(to_canvas)
    assert [row[3::2] for row in rows(course / "canvas.csv")] == [
        ["SIS Login ID", "activations"], ["", "12"], ["1001", "11.5"], ["1002", "5"]]


GRADE = "grade in --seed-file seed --out r"
LINE = ("expected student,assignment,part,points of a pending part in points.csv, got line 2: {}. "
        "Correct that line.")
WORDS = "student,assignment,part,points\nann,intro,collapse-answer,"


def given(student, part, points):
    return LINE.format({"student": student, "assignment": "intro", "part": part, "points": points})


CALLS = {  # the command and what it says, whole; … stands for what is not ours to say
    "grade in --seed-file none --out r":
        "expected a seed file, found none at none. Make one: python -m grader seed none",
    "grade in --seed-file in --out r":
        "expected a seed file, found none at in. Make one: python -m grader seed in",
    "grade in --seed-file short --out r":
        "expected a seed of at least 16 bytes in short, got 3: it could be guessed. "
        "Make one: python -m grader seed short.new",
    "grade none --seed-file seed --out r":
        "expected a folder with one folder per student, got none. Run `collect` first.",
    "grade odd --seed-file seed --out r":
        "expected folders named by letters, digits, blanks and . _ @ + -, got 'Zoë; rm -rf'. Rename it.",
    "release --out seed":
        "expected paths to read and write, got […] Not a directory: 'seed/activations'. "
        "Correct the path, or make room for it.",
    "seed seed": "expected a new file, got seed, which exists. Keep it: another seed gives other tests.",
    "seed in": "expected a new file, got in, which exists. Keep it: another seed gives other tests.",
    "seed no/such/seed":
        "expected paths to read and write, got […] No such file or directory: 'no/such/seed'. "
        "Correct the path, or make room for it.",
    "collect in --assignment algebra --out c":
        "expected an assignment (activations, architecture, intro, overfitting), got 'algebra'. "
        "Check the spelling.",
    "collect none --assignment intro --out c": "expected a folder or a zip file, got none. Check the path.",
    "collect seed --assignment intro --out c": "expected a folder or a zip file, got seed. Check the path.",
    "feedback none --out f": "expected results in none, found none. Run `grade` first.",
    "feedback foreign --out f":
        "expected results in foreign, got a foreign file a.json. Name the folder that `grade` wrote.",
    "export in --out g.csv": "expected results in in, found none. Run `grade` first.",
    "export torn --out g.csv":
        "expected results in torn, got a foreign file intro.json. Name the folder that `grade` wrote.",
    "export results --out seed/g.csv":
        "expected paths to read and write, got […] File exists: 'seed'. "
        "Correct the path, or make room for it.",
    "feedback results --out seed":
        "expected paths to read and write, got […] Not a directory: 'seed/intro'. "
        "Correct the path, or make room for it.",
    "export results --out in": "Writing expected the path of a file, got the folder 'in'. Add a file name.",
    "export results --out g.csv --manual none.csv":
        "expected paths to read and write, got […] No such file or directory: 'none.csv'. "
        "Correct the path, or make room for it.",
}
POINTS = {  # points.csv and what `export --manual points.csv` says of it
    f"{WORDS}4\n": "expected 0 to 3 points in points.csv, line 2, got 4. Correct that line.",
    f"{WORDS}3\nbob,intro,collapse-answer,-1\n":
        "expected 0 to 3 points in points.csv, line 3, got -1. Correct that line.",
    f"{WORDS}1\nann,intro,collapse-answer,2\n":
        given("ann", "collapse-answer", "2").replace("line 2", "line 3"),
    f"{WORDS}nan\n": "expected 0 to 3 points in points.csv, line 2, got nan. Correct that line.",
    f"{WORDS}good\n": given("ann", "collapse-answer", "good"),
    f"{WORDS}\n": given("ann", "collapse-answer", ""),
    WORDS.replace("collapse-answer", "other") + "1\n": given("ann", "other", "1"),
    WORDS.replace("ann", "zoe") + "1\n": given("zoe", "collapse-answer", "1"),
    "a,b\n1,2\n": LINE.format({"a": "1", "b": "2"}),
}


@pytest.fixture
def course(results, tmp_path, monkeypatch):
    """A folder with a class, results, two seeds, and things of another kind, to run commands in."""
    for folder in ("in/ann/intro", "foreign", "torn", "odd/Zoë; rm -rf"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in {"short": "abc", "seed": "long enough to be no guess", "foreign/a.json": "[1]",
                       "torn/intro.json": '{"ann": "k1"}'}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(box, "missing", lambda: "")
    return tmp_path


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def complaint(call, course, capsys):
    """What a command that cannot work says; it writes no file and changes none."""
    before = files(course)
    assert commands.main(call.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert files(course) == before
    return err.removeprefix(f"grader {call.split()[0]}: ").removesuffix("\n")


@pytest.mark.parametrize("call", CALLS)
def test_calls_that_cannot_work_say_why(call, course, capsys):
    message = complaint(call, course, capsys)
    assert re.fullmatch(re.escape(CALLS[call]).replace("…", ".*"), message)
    assert re.search("expected .+, (got|found) .+[.:] ", message)


@pytest.mark.parametrize(("flag", "expected", "values"), [
    ("--workers", "a whole number above 0", ("0", "-2", "2.5", "many", "")),
    ("--seconds", "a finite number above 0", ("0", "-1", "nan", "inf", "long")),
])
def test_flags_that_cannot_be(flag, expected, values, course, capsys):
    before = files(course)
    for value in values:
        with pytest.raises(SystemExit, match=r"^2$"):
            commands.main([*GRADE.split(), f"{flag}={value}"])
        message = f"error: argument {flag}: expected {expected}, got '{value}'. Give one such as "
        assert message in capsys.readouterr().err
    assert files(course) == before


def test_folders_that_are_missing_are_made(course, results):
    assert commands.main(["export", "results", "--out", "no/such/g.csv"]) == 0
    assert commands.main(["feedback", "results", "--out", "nor/this"]) == 0
    assert len(rows(course / "no" / "such" / "g.csv")) == 3
    assert {path.name for path in (course / "nor" / "this" / "intro").iterdir()} == {"ann.html", "bob.html"}


@pytest.mark.parametrize("text", POINTS)
def test_points_that_cannot_be(text, course, capsys):
    (course / "points.csv").write_text(text)
    assert complaint("export results --out g.csv --manual points.csv", course, capsys) == POINTS[text]


def test_without_a_sandbox_it_refuses(tmp_path, capsys, monkeypatch):
    (tmp_path / "seed").write_text("long enough to be no guess")
    monkeypatch.setenv("PATH", str(tmp_path))
    call = ["grade", str(tmp_path), "--seed-file", str(tmp_path / "seed"), "--out", str(tmp_path / "r")]
    assert commands.main(call) == 2
    message = capsys.readouterr().err
    assert "bwrap) is not installed" in message
    assert "apt-get install bubblewrap" in message
    assert "--unsafe-no-sandbox" in message


def test_with_unsafe_no_sandbox_it_runs_without(hand_in, tmp_path):
    hand_in(tmp_path / "in", "ann", "intro", collapse="import nnlib\ndef collapse(*a):\n    return 1")
    seeds.create(tmp_path / "seed")
    call = ["grade", tmp_path / "in", "--seed-file", tmp_path / "seed", "--out", tmp_path / "out",
            "--unsafe-no-sandbox", "--workers", "1"]
    assert commands.main(list(map(str, call))) == 0
    (result,) = (tmp_path / "out" / "intro").glob("ann.*.json")
    result = json.loads(result.read_text("utf-8"))
    assert result["score"] == 5
    assert any("No module named 'nnlib'" in note for note in result["notes"]), "nnlib is there either way"


def test_seeds_differ_and_depend_on_the_whole_file(tmp_path):
    for name in "ab":
        seeds.create(tmp_path / name)
    assert seeds.read(tmp_path / "a") != seeds.read(tmp_path / "b")
    (tmp_path / "c").write_text((tmp_path / "a").read_text().strip() + "\n\n")
    assert seeds.read(tmp_path / "a") == seeds.read(tmp_path / "c")


def test_a_seed_is_the_owners_alone_and_stays(tmp_path):
    path = tmp_path / "seed"
    seeds.create(path)
    text = path.read_text()
    assert re.fullmatch(r"[0-9a-f]{64}\n", text)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="which exists"):
        seeds.create(path)
    assert path.read_text() == text
    assert 0 <= seeds.read(path) < 2**256


def test_the_shortest_seed(tmp_path):
    """Blanks around it count for nothing; one byte less could be guessed."""
    (tmp_path / "seed").write_text(" " + "x" * 16 + "\n")
    (tmp_path / "bare").write_text("x" * 16)
    (tmp_path / "short").write_text("x" * 15 + " \n")
    assert seeds.read(tmp_path / "seed") == seeds.read(tmp_path / "bare")
    with pytest.raises(ValueError, match=r"at least 16 bytes in .*, got 15"):
        seeds.read(tmp_path / "short")


@pytest.mark.parametrize(("name", "student"), [
    ("ann/activations.ipynb", "ann"), ("ann/activations/activations.ipynb", "ann"),
    ("class/ann@uni.edu/x.ipynb", "ann@uni.edu"), ("Ann Lee/activations.ipynb", "Ann Lee"),
    ("Ann Lee_42_assignsubmission_file_/作业.ipynb", "42"),
    ("all/Ann Lee_42_assignsubmission_file_/deep/x.ipynb", "42"),
    ("leeann_12345_678901_activations-1.ipynb", "leeann"),
    ("leeann_LATE_12345_678901_activations.ipynb", "leeann"),
    ("2024001_activations.ipynb", "2024001"), ("2024001_Activations.IPYNB", "2024001"),
    ("activations.ipynb", None), ("=cmd()/activations.ipynb", None), ("Ann /activations.ipynb", None),
    ("ann/../bob/activations.ipynb", None), ("/ann/activations.ipynb", None),
])
def test_who_owns_a_file(name, student):
    assert collect._owner(PurePosixPath(name), "activations") == student


def test_collecting_follows_no_link_and_no_way_out(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text("secret")
    source = tmp_path / "in"
    for student in ("ann", "eve", "big"):
        (source / student).mkdir(parents=True)
    (source / "ann" / "x.ipynb").write_text("ann's")
    (source / "eve" / "x.ipynb").symlink_to(secret)
    with open(source / "big" / "x.ipynb", "wb") as file:
        file.truncate(200 << 20)
    taken, left_out = collect.collect(source, tmp_path / "out", "intro")
    assert taken == ["ann"]
    assert sorted(line.split("/")[0] for line in left_out) == ["'big", "'eve"]
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../../eve/x.ipynb", "/eve/x.ipynb", "eve/../../x.ipynb"):
            archive.writestr(name, "out")
        archive.writestr("bomb/x.ipynb", bytes(11 << 20))
        archive.writestr("bob/x.ipynb", "bob's")
        archive.writestr("cy/intro/X.IPYNB", "cy's")
        archive.writestr("cy/intro/folder.ipynb/", "")
        archive.writestr("other section/bob/x.ipynb", "another bob's")
    taken, left_out = collect.collect(tmp_path / "in.zip", tmp_path / "out", "intro")
    assert (taken, len(left_out)) == (["bob", "cy"], 5)
    assert left_out[-1] == "'other section/bob/x.ipynb': bob has another file of this name"
    assert {path.relative_to(tmp_path / "out").as_posix(): path.read_text()
            for path in (tmp_path / "out").rglob("*") if path.is_file()} == {
        "ann/intro/x.ipynb": "ann's", "bob/intro/x.ipynb": "bob's", "cy/intro/X.IPYNB": "cy's"}


def test_a_broken_archive_replaces_nothing(tmp_path, capsys):
    call = ["collect", str(tmp_path / "in.zip"), "--assignment", "intro", "--out", str(tmp_path / "out")]
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("ann/x.ipynb", "ann's")
    assert commands.main(call) == 0
    broken = (tmp_path / "in.zip").read_bytes().replace(b"ann's", b"bob's")
    (tmp_path / "in.zip").write_bytes(broken)
    assert commands.main(call) == 2
    assert "Bad CRC-32 for file 'ann/x.ipynb'" in capsys.readouterr().err
    assert (tmp_path / "out" / "ann" / "intro" / "x.ipynb").read_text() == "ann's"


RESULT = {
    "assignment": "intro", "status": "marked", "score": 5, "max": 11, "pending": {"collapse-answer": 3},
    "exercises": {"collapse": {"points": 1, "max": 2, "tests": {
        "甲 | first": "", "乙 | second": "<b>因</b> | <script>cause</script>"}}},
    "notes": ["[1] <script>alert(1)</script>"],
}


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    (folder / "intro").mkdir(parents=True)
    (folder / "intro.json").write_text(json.dumps({"ann": "k1", "bob": "k2"}))
    (folder / "intro" / "ann.k1.json").write_text(json.dumps(RESULT))
    (folder / "intro" / "bob.k2.json").write_text(json.dumps({**RESULT, "status": "refused", "score": 0}))
    return folder


def test_exports(results, tmp_path, capsys):
    out = tmp_path / "g.csv"
    assert export.write_grades(results, "csv", out) == (2, 2)
    assert rows(out) == [["student", "assignment", "score", "max", "pending", "status"],
                         ["ann", "intro", "5", "11", "collapse-answer", "marked"],
                         ["bob", "intro", "0", "11", "collapse-answer", "refused"]]
    assert export.write_grades(results, "moodle", out) == (2, 2)
    assert rows(out) == [["username", "intro"], ["ann", "5"], ["bob", "0"]]
    manual = tmp_path / "manual.csv"
    manual.write_text("student,assignment,part,points\nann,intro,collapse-answer,1.5\n")
    assert export.write_grades(results, "canvas", out, manual) == (2, 1)
    assert rows(out)[1:] == [["    Points Possible", "", "", "", "", "11"], ["ann", "", "", "ann", "", "6.5"],
                             ["bob", "", "", "bob", "", "0"]]
    assert commands.main(["export", str(results), "--format", "canvas", "--out", str(out)]) == 0
    assert "2 of them have parts in words that are not marked yet" in capsys.readouterr().err


def test_a_table_of_two_assignments_has_gaps(results, tmp_path):
    """Bob handed in one of two. Spreadsheets know Chinese by the mark in front, the LMSs want none."""
    (results / "activations").mkdir()
    (results / "activations.json").write_text(json.dumps({"李雷": "k3", "ann": "k3"}))
    for student, most in {"李雷": 12, "ann": 13}.items():
        words = {**RESULT, "score": 9, "max": most, "pending": {}}
        (results / "activations" / f"{student}.k3.json").write_text(json.dumps(words))
    out = tmp_path / "g.csv"
    assert export.write_grades(results, "moodle", out) == (4, 2)
    assert out.read_bytes().decode() == "username,activations,intro\nann,9,5\nbob,,0\n李雷,9,\n"
    assert export.write_grades(results, "canvas", out) == (4, 2)
    assert out.read_bytes().decode() == (
        "Student,ID,SIS User ID,SIS Login ID,Section,activations,intro\n    Points Possible,,,,,13,11\n"
        "ann,,,ann,,9,5\nbob,,,bob,,,0\n李雷,,,李雷,,9,\n")
    assert export.write_grades(results, "csv", out) == (4, 2)
    assert out.read_bytes().startswith("\ufeffstudent,assignment,score,max,pending,status\n".encode())
    assert "李雷,activations,9,12,,marked\n" in out.read_text("utf-8-sig")


def test_points_given_by_hand_are_added(results, tmp_path):
    """5 + 1.5 + 0.25 for Ann; Bob has one of two parts still to come."""
    for student, key in (("ann", "k1"), ("bob", "k2")):
        parts = {**RESULT, "pending": {"a": 2, "b": 3}}
        (results / "intro" / f"{student}.{key}.json").write_text(json.dumps(parts))
    manual, out = tmp_path / "manual.csv", tmp_path / "g.csv"
    manual.write_text("\ufeffpoints,part,assignment,student\n1.5,a,intro,ann\n0.25,b,intro,ann\n0,b,intro,bob\n")
    assert export.write_grades(results, "csv", out, manual) == (2, 1)
    assert rows(out)[1:] == [["ann", "intro", "6.75", "11", "", "marked"],
                             ["bob", "intro", "5", "11", "a", "marked"]]
