"""The command line: the instructor's path as the page has it, and calls that cannot work."""

import csv
import html
import io
import json
import os
import re
import stat
import subprocess
import zipfile
from unittest.mock import ANY

import nbformat
import pytest

from grader import __main__ as commands
from grader import seeds
from grader.assignments import ROOT, names
from grader.output import write_sealed
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

    hand_out, collecting, marking, back_to_moodle, to_question_bank = BLOCKS
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
        ["1001", "activations", "9", "12", "maxout-hat-answer", "marked"],
        ["1002", "activations", "5", "12", "maxout-hat-answer", "marked"]]
    assert (course / "feedback" / "activations" / "1002.html").is_file()
    page = (course / "sheets" / "maxout-hat-answer.html").read_text("utf-8")
    table = html.unescape(page.partition("<pre>student,")[2].partition("</pre>")[0])
    for student, points in (("1001", "2.5"), ("1002", "0")):
        row = f'"{student}",activations,maxout-hat-answer,'
        table = table.replace(row, row + points)
    (course / "manual.csv").write_text(f"student,{table}")
    type_in(back_to_moodle)
    assert [row[::4] for row in rows(course / "moodle.csv")] == [
        ["Identifier", "Grade", "Last modified (grade)"], ["Participant 1001", "11.5", ANY],
        ["Participant 1002", "5", ANY]]
    with zipfile.ZipFile(course / "feedback" / "activations.zip") as archive:
        assert archive.namelist() == ["Ann Lee_1001_assignsubmission_file_/activations.html",
                                      "李雷_1002_assignsubmission_file_/activations.html"]
        assert "maxout-hat-answer: 2.5 / 3" in archive.read(archive.namelist()[0]).decode()
    assert "questions" in type_in(to_question_bank)
    assert (course / "bank.xml").read_bytes().startswith(b"<?xml")


GRADE = "grade in --seed-file seed --out r"
BANK = "questions --format qti --seed-file seed"
REMEDY = "In Excel, save the table as “CSV UTF-8 (Comma delimited)”, with the columns student,assignment,part,points"
LINE = ("expected student,assignment,part,points of a pending part in points.csv (read as utf-8-sig), got line 2: {}. "
        f"Correct that line; if its signs are wrong: {REMEDY}.")
COMMA = ("expected no more than {} in points.csv, line 2, got {}. Write 2.5, or put a cell that has a comma between "
         'quotes, such as "2,5", or separate all cells by semicolons.')
WORDS = "student,assignment,part,points\nann,intro,collapse-answer,"


def given(student, part, points):
    return LINE.replace("{}", str({"student": student, "assignment": "intro", "part": part, "points": points}))


CALLS = {  # the command and what it says, whole; … stands for what is not ours to say
    "grade in --seed-file none --out r":
        "expected a seed file, found none at none. Make one: python -m grader seed none",
    "grade in --seed-file in --out r":
        "expected a seed file, found none at in. Make one: python -m grader seed in/seed",
    "grade in --seed-file short --out r":
        "expected a seed of at least 16 bytes in short, got 3: it could be guessed. "
        "Make one: python -m grader seed short.new",
    "grade none --seed-file seed --out r":
        "expected a folder with one folder per student, got none. Run `collect` first.",
    "grade in/ann --seed-file seed --out r":
        "expected folders student/assignment in in/ann, found none: 'intro': [] is no assignment, and activations, "
        "architecture, intro, overfitting are missing. Name the folder that `collect` wrote.",
    "grade wrong --seed-file seed --out r":
        "expected folders student/assignment in wrong, found none: 'ann': ['Intro'] is no assignment, and activations, "
        "architecture, intro, overfitting are missing. Name the folder that `collect` wrote.",
    "grade foreign --seed-file seed --out r":
        "expected folders student/assignment in foreign, found none: nothing. Name the folder that `collect` wrote.",
    "grade in --seed-file seed --out marked":
        "expected the folder whose results are in marked (/another/class), got in. Choose another --out; "
        "if that folder has moved, or has been merged into this one, delete marked/folders.json.",
    "release --out seed":
        "expected paths to read and write, got […] Not a directory: 'seed/activations'. "
        "Correct the path, or make room for it.",
    "release --seed-file seed --out r":
        "expected a seed that chooses variants, got seed, which was made without. "
        "Make one: python -m grader seed --variants seed.new, or leave out --seed-file.",
    "release --seed-file none --out r":
        "expected a seed file, found none at none. Make one: python -m grader seed none",
    "seed seed": "expected a new file, got seed, which exists. Keep it: another seed gives other tests.",
    "seed in": "expected a file's name, got the folder in. Add one: python -m grader seed in/seed",
    "seed no/such/seed":
        "expected paths to read and write, got […] No such file or directory: 'no/such/seed'. "
        "Correct the path, or make room for it.",
    "collect in --assignment algebra --out c":
        "expected an assignment (activations, architecture, intro, overfitting), got 'algebra'. "
        "Check the spelling.",
    "collect none --assignment intro --out c": "expected a folder or a zip file, got none. Check the path.",
    "collect seed --assignment intro --out c": "expected a folder or a zip file, got seed. Check the path.",
    "collect in --assignment intro --out in": "expected --out outside of in, got in. Name another folder.",
    "collect in --assignment intro --out in/c": "expected --out outside of in, got in/c. Name another folder.",
    "collect torn.zip --assignment intro --out c":
        "expected a zip file that can be read, got torn.zip (Bad magic number for central directory). "
        "Unpack it with another program, and give the folder to `collect`.",
    "feedback none --out f": "expected results in none, found none. Run `grade` first.",
    "feedback foreign --out f":
        "expected results in foreign, got a damaged or foreign file a.json. "
        "Name the folder that `grade` wrote, or run `grade` again.",
    "export cut --out g.csv":
        "expected results in cut, got a damaged or foreign file intro.json. "
        "Name the folder that `grade` wrote, or run `grade` again.",
    "export in --out g.csv": "expected results in in, found none. Run `grade` first.",
    "export torn --out g.csv":
        "expected a result in torn/intro/ann.k1.json, got a damaged file or none. "
        "Run `grade` again: it makes that result anew.",
    "export results --out g.csv --assignment algebra":
        "expected an assignment with results (intro), got 'algebra'. Check the spelling.",
    "export two --out g.csv --format canvas":
        "expected one assignment for an LMS, where an empty cell would erase a grade, got intro, overfitting. "
        "Name one with --assignment.",
    "export results --out g.csv --format moodle":
        "expected Moodle's numbers of participants, got ['ann', 'bob']. Collect from Moodle's download, "
        "or use --format moodle-users.",
    "export results --out seed/g.csv":
        "expected paths to read and write, got […] File exists: 'seed'. "
        "Correct the path, or make room for it.",
    "feedback results --out seed":
        "expected paths to read and write, got […] Not a directory: 'seed/intro'. "
        "Correct the path, or make room for it.",
    "export results --out in":
        "Writing expected a file in an existing folder, got the folder 'in'. Create the folder, or give another name.",
    f"{BANK} --out b.zip --only intro algebra":
        "expected words that choose questions (a chapter: intro, activations, architecture, overfitting; a section or "
        "an id; multiple, number, order, parsons, single; level:1, level:2, level:3; goal:1 and so on; drawn), "
        "got 'algebra'. Check the spelling.",
    f"{BANK} --out b.zip --only order drawn":
        "expected words that choose questions, got order drawn: there is none for which all of them hold. "
        "Leave one out.",
    f"{BANK} --out b.zip --only intro --count 999":
        "expected a count of at most …, all questions that are chosen from, got 999. "
        "Give --count … or less, or choose from more with other words after --only.",
    f"{BANK} --out b.zip --variants 21":
        "expected at most 20 variants per question, got 21: few questions draw so many different numbers. "
        "Give --variants 20 or fewer.",
    f"{BANK} --out short": "expected a new file, got short, which exists. Give another name, or remove it.",
    f"{BANK} --out no/such/b.zip":
        "Writing expected a file in an existing folder, got '…/b.zip'. Create the folder, or give another name.",
    "questions --format print --seed-file none --out b.html":
        "expected a seed file, found none at none. Make one: python -m grader seed none",
    "export results --out g.csv --manual none.csv":
        "expected paths to read and write, got […] No such file or directory: 'none.csv'. "
        "Correct the path, or make room for it.",
}
POINTS = {  # points.csv and what `export --manual points.csv` says of it
    f"{WORDS}4\n": "expected 0 to 3 points in steps of 0.5 in points.csv, line 2, got 4. Correct that line.",
    f"{WORDS}2.37\n": "expected 0 to 3 points in steps of 0.5 in points.csv, line 2, got 2.37. Correct that line.",
    f"{WORDS}3\nbob,intro,collapse-answer,-1\n":
        "expected 0 to 3 points in steps of 0.5 in points.csv, line 3, got -1. Correct that line.",
    f"{WORDS}1\nann,intro,collapse-answer,2\n":
        "expected points for collapse-answer of ann once, got 2 in points.csv, line 3, after those in points.csv, "
        "line 2. Delete one of the two lines.",
    f"{WORDS}nan\n": "expected 0 to 3 points in steps of 0.5 in points.csv, line 2, got nan. Correct that line.",
    f"{WORDS}2,5\n": COMMA.format("student,assignment,part,points", ["ann", "intro", "collapse-answer", "2", "5"]),
    WORDS.replace("ann", "Lee, Ann") + "2\n":
        COMMA.format("student,assignment,part,points", ["Lee", "Ann", "intro", "collapse-answer", "2"]),
    WORDS.replace("points", "points,note,") + "2,5,good,\n":
        COMMA.format("student,assignment,part,points,note", ["ann", "intro", "collapse-answer", "2", "5", "good", ""]),
    WORDS.replace("points", "points,,") + "2,5,\n":
        COMMA.format("student,assignment,part,points", ["ann", "intro", "collapse-answer", "2", "5", ""]),
    f"{WORDS}good\n": given("ann", "collapse-answer", "good"),
    WORDS.replace("collapse-answer", "other") + "1\n": given("ann", "other", "1"),
    WORDS.replace("ann", "zoe") + "1\n": given("zoe", "collapse-answer", "1"),
    "a,b\n1,2\n":
        "expected each of the columns student,assignment,part,points once in points.csv, line 1, got ['a', 'b']: "
        f"student missing, assignment missing, part missing, points missing. {REMEDY}.",
    "student,assignment,part,points,Points\nann,intro,collapse-answer,2.5,0.5\n":
        "expected each of the columns student,assignment,part,points once in points.csv, line 1, "
        f"got ['student', 'assignment', 'part', 'points', 'Points']: points twice. {REMEDY}.",
    "student;assignment;part;points\nann;intro;collapse-answer;\"1\n":
        f"expected a table in points.csv, got line 2: unexpected end of data. {REMEDY}.",
    "\n\nstudent\tassignment\tpart\tpoints\n\nann\tintro\tcollapse-answer\tx\n":
        given("ann", "collapse-answer", "x").replace("line 2", "line 5"),
}


@pytest.fixture
def course(results, result, tmp_path, monkeypatch):
    """A folder with a class, results, two seeds, and things of another kind, to run commands in."""
    for folder in ("in/ann/intro", "foreign", "cut", "wrong/ann/Intro"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in {"short": "abc", "seed": "long enough to be no guess", "foreign/a.json": "[1]",
                       "cut/intro.json": '{"ann": "k1"}'}.items():
        (tmp_path / name).write_text(text)
    write_sealed(tmp_path / "marked" / "folders.json", {"intro": "/another/class"})
    for name in ("torn/intro", "two/intro", "two/overfitting"):
        write_sealed(tmp_path / f"{name}.json", {"ann": "k1"})
    for name in ("intro", "overfitting"):
        write_sealed(tmp_path / "two" / name / "ann.k1.json", result)
    with zipfile.ZipFile(tmp_path / "torn.zip", "w") as archive:
        archive.writestr("ann/x.ipynb", "x")
    torn = (tmp_path / "torn.zip").read_bytes()
    (tmp_path / "torn.zip").write_bytes(torn.replace(b"PK\1\2", b"PK\1\0"))
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
    (course / "points.csv").write_text(text, errors="surrogateescape")
    assert complaint("export results --out g.csv --manual points.csv", course, capsys) == POINTS[text]


@pytest.mark.parametrize(("call", "said"), [
    (f"{BANK} --only intro-linear-opposite", "1 question, 1 variant in b.zip\n1 question as in the pages, apart "
     "from the order of answers: nothing is drawn that would change the right one\n"),
    (f"{BANK} --only intro-image-numbers overfitting-softmax-mean --variants 4", "2 questions, 6 variants in b.zip\n"
     "fewer than 4 variants that differ enough: overfitting-softmax-mean (2)\n"),
    (f"{BANK.replace('qti', 'print')} --only intro-image-numbers --variants 1", "1 question, 1 form in b.zip\n"),
])
def test_a_bank_says_what_is_in_it_and_what_could_not_be_drawn(call, said, course, capsys):
    assert commands.main(f"{call} --lang en --out b.zip".split()) == 0
    assert capsys.readouterr().out == said


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


def test_grade_says_what_cannot_be_marked(course, capsys):
    """Each time, also if the result is there."""
    (course / "in" / "ann" / "intro" / "intro.ipynb").write_text("<html>")
    for new in (1, 0):
        assert commands.main([*GRADE.split(), "--workers", "1", "--unsafe-no-sandbox"]) == 1
        out, err = capsys.readouterr()
        assert out == f"1 results in r, {new} of them new\n"
        assert "cannot be marked: ann/intro: 是网页，不是笔记本 | a web page, not a notebook\n" in err


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


