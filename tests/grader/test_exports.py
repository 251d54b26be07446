"""The tables that LMSs import, read back by models of their importers; and tables of points from any Excel.

The models are written from what the importers' public sources do: Canvas's lib/gradebook_importer.rb, Moodle's
mod/assign/feedback/offline (importgradeslib.php, locallib.php) and grade/import/csv/classes/load_data.php. No source of
Gradescope's is public; its model knows that a roster has student numbers and e-mail addresses.
"""

import csv
import datetime
import io
import re

import pytest

from grader import __main__ as commands
from grader.output import write_sealed


@pytest.fixture
def marked(tmp_path, result):
    """A results folder with these scores, by assignment and student; `lms` says from whose download each student is."""
    def marked(lms=None, **scores):
        folder = tmp_path / "marked"
        if lms:
            noted = {student: {"lms": one} for student, one in lms.items()}
            write_sealed(folder / "folders.json", dict.fromkeys(scores, str(tmp_path / "in")))
            write_sealed(tmp_path / "in" / ".collected.json", dict.fromkeys(scores, noted))
        for name, students in scores.items():
            write_sealed(folder / f"{name}.json", dict.fromkeys(students, "k"))
            for student, score in students.items():
                one = {**result, "assignment": name, "score": score}
                write_sealed(folder / name / f"{student}.k.json", one)
        return folder

    return marked


def export(folder, to, *options):
    """The exit status of the command."""
    return commands.main(["export", str(folder), "--out", str(to), *map(str, options)])


@pytest.fixture
def exported(tmp_path):
    """The text that `export` writes."""
    def exported(folder, *options):
        assert export(folder, tmp_path / "g.csv", *options) == 0
        return (tmp_path / "g.csv").read_bytes().decode()

    return exported


def canvas(text, users, logins, title, numbers=()):
    """Grades by the id of the user, and how many students the importer would ask about."""
    lines = [line for line in text.splitlines() if not re.fullmatch("[;, ]+", line)]
    sizes = {separator: {len(next(csv.reader([line], delimiter=separator))) for line in lines[:3]}
             for separator in ";,"}
    width = {separator: size.pop() if len(size) == 1 else 0 for separator, size in sizes.items()}
    rows = list(csv.reader(lines, delimiter=";" if width[";"] > width[","] else ","))
    header = rows.pop(0)
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert re.search(r"SIS\s+User\s+ID", header[2])
    assert re.search(r"SIS\s+Login\s+ID", header[3])
    assert "Section" in header[4]
    column = header.index(title)
    grades, unknown, points = {}, 0, None
    for row in rows:
        if "Points Possible" in row[0]:
            points = float(row[column])
            continue
        user = int(row[1]) if row[1].isdecimal() and int(row[1]) in users else dict(numbers).get(row[2])
        user = user or logins.get(row[3])
        user = user or next((id for id, name in users.items() if name == row[0]), None)
        unknown += user is None
        grades[user] = row[column]
    return grades, unknown, points


def moodle_worksheet(text, participants, graded, most):
    """The grades that get a new value, by participant; everybody else is skipped without a word."""
    rows = list(csv.reader(io.StringIO(text)))
    header = rows.pop(0)
    id, grade, modified = (header.index(name) for name in ("Identifier", "Grade", "Last modified (grade)"))
    assert "Feedback comments" not in header  # an empty cell erases the comment
    new = {}
    for row in rows:
        number = row[id][len("Participant "):]
        if not number.isdecimal() or int(number) not in participants:
            continue
        old, when = graded.get(int(number), (None, None))
        stated = datetime.datetime.strptime(row[modified], "%Y-%m-%d %H:%M:%S %Z").replace(tzinfo=datetime.UTC)
        stale = when and when > stated + datetime.timedelta(seconds=60)
        if row[grade] and not stale and float(row[grade]) != old and 0 <= float(row[grade]) <= most:
            new[int(number)] = float(row[grade])
    return new


def moodle_users(text, known):
    """All grades by user name, or nothing: one user whom it does not know cancels the import."""
    header, *rows = csv.reader(io.StringIO(text))
    assert header[0] == "username"
    if any(row[0] not in known for row in rows):
        return None
    return {row[0]: float(row[1]) if row[1] not in ("", "-") else None for row in rows}


def gradescope(text, roster):
    """Scores by person, of whom the roster has a number and an address."""
    people = {column: {keys[place]: name for name, keys in roster.items()}
              for place, column in enumerate(("SID", "Email"))}
    rows = csv.DictReader(io.StringIO(text))
    scores = {}
    for row in rows:
        name = people["SID"].get(row["SID"]) or people["Email"][row["Email"]]
        scores[name] = float(row["Total Score"]), float(row["Max Points"])
    return scores


def test_canvas_finds_users_by_their_number(marked, exported):
    """Also two who have one name; who was not collected from Canvas is found by login."""
    folder = marked(dict.fromkeys(["1001", "1002"], "Canvas"), intro={"1001": 5, "1002": 6.5, "ann": 7, "x": 1})
    users = {1001: "王伟", 1002: "王伟", 1003: "Ann"}
    grades, unknown, points = canvas(exported(folder, "--format", "canvas"), users, {"ann": 1003}, "intro")
    assert grades == {1001: "5", 1002: "6.5", 1003: "7", None: "1"}
    assert (unknown, points) == (1, 11)


@pytest.mark.parametrize("lms", [None, {"1002": "Canvas"}])
def test_a_student_number_is_none_of_canvas_numbers(lms, marked, exported, capsys):
    """Canvas may have given the same number to somebody else."""
    folder = marked(lms, intro={"1001": 5, "2021009": 7})
    users = {1001: "another student", 17: "王伟", 18: "李雷"}
    grades, unknown, _ = canvas(exported(folder, "--format", "canvas"), users, {}, "intro", {"1001": 17, "2021009": 18})
    assert (grades, unknown) == ({17: "5", 18: "7"}, 0)
    assert ("please check: not from Canvas's download, so written as SIS User ID: 1001, 2021009 (2 in all). "
            "If Canvas gave these numbers, call the files as it does, and collect them again\n") in (
        capsys.readouterr().err)


@pytest.mark.parametrize(("lms", "format", "why"), [
    (None, "moodle", "expected Moodle's numbers of participants, got ['1001', '1002']. Collect from Moodle's download"),
    ("Canvas", "moodle", "expected Moodle's numbers of participants, got ['1001', '1002']."),
    ("Moodle", "moodle-users", "for --format moodle-users, got ['1001'], which only Moodle knows. Use --format moodle"),
    ("Moodle", "canvas", "for --format canvas, got ['1001'], which only Moodle knows. Use --format moodle, or"),
    ("Canvas", "gradescope", "for --format gradescope, got ['1001'], which only Canvas knows. Use --format canvas, or"),
    ("Canvas, anonymous", "canvas", "got ['1001'], which only Canvas, anonymous knows. Use --format csv, or"),
    ("Gradescope", "gradescope", "got ['1001'], which only Gradescope knows. Use --format csv, or"),
])
def test_numbers_that_another_lms_gave_are_refused(lms, format, why, marked, tmp_path, capsys):
    folder = marked({"1001": lms} if lms else None, intro={"1001": 5, "1002": 7})
    assert export(folder, tmp_path / "g.csv", "--format", format) == 2
    assert why in capsys.readouterr().err
    assert not (tmp_path / "g.csv").exists()


def test_a_number_that_was_typed_beside_moodles_is_named(marked, exported, capsys):
    text = exported(marked({"1001": "Moodle"}, intro={"1001": 5, "1002": 7}), "--format", "moodle")
    assert moodle_worksheet(text, {1001, 1002}, {}, 11) == {1001: 5, 1002: 7}
    assert ("please check: not from Moodle's download, so written as participants: 1002 (1 in all). "
            "If Moodle gave these numbers, call the files as it does") in capsys.readouterr().err


def test_moodle_takes_the_worksheet(marked, exported):
    folder = marked(dict.fromkeys(["1001", "1002", "1003"], "Moodle"), intro={"1001": 5, "1002": 0, "1003": 7.5})
    before = datetime.datetime.now(datetime.UTC)
    later = before + datetime.timedelta(hours=1)
    text = exported(folder, "--format", "moodle")
    assert moodle_worksheet(text, {1001, 1002, 1003}, {}, 11) == {1001: 5, 1002: 0, 1003: 7.5}
    graded = {1001: (3, before), 1002: (-1, before), 1003: (1, later)}
    assert moodle_worksheet(text, {1001, 1002, 1003}, graded, 11) == {1001: 5, 1002: 0}
    header = ("Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
              "Last modified (submission),Last modified (grade)")
    assert text.splitlines()[0] == header
    assert text.splitlines()[1].startswith("Participant 1001,,,,5,11,Yes,-,20")


def test_moodle_takes_user_names(marked, exported):
    """A student who did not hand in one of two loses no grade for it."""
    folder = marked(intro={"ann": 5, "李雷": 6}, overfitting={"ann": 1})
    text = exported(folder, "--format", "moodle-users", "--assignment", "intro")
    assert text == "username,intro\nann,5\n李雷,6\n"
    assert moodle_users(text, {"ann", "李雷", "bob"}) == {"ann": 5, "李雷": 6}
    assert moodle_users(text, {"ann"}) is None
    text = exported(folder, "--format", "moodle-users", "--assignment", "overfitting")
    assert moodle_users(text, {"ann", "李雷"}) == {"ann": 1}


def test_gradescope_knows_numbers_and_addresses(marked, exported):
    text = exported(marked(intro={"100": 5, "two@uni.edu": 6}), "--format", "gradescope")
    roster = {"Solo": ("100", "solo@uni.edu"), "Two": ("101", "two@uni.edu")}
    assert gradescope(text, roster) == {"Solo": (5, 11), "Two": (6, 11)}


def test_a_table_for_spreadsheets(marked, exported, capsys):
    """A row per student and assignment, with the mark by which a spreadsheet knows UTF-8."""
    text = exported(marked(intro={"bob": 5, "O'Brien, Ann": 0.25}, overfitting={"李雷": 9}))
    assert text == ("\ufeffstudent,assignment,score,max,pending,status\n"
                    '"O\'Brien, Ann",intro,0.25,11,collapse-answer,marked\n'
                    "bob,intro,5,11,collapse-answer,marked\n李雷,overfitting,9,11,collapse-answer,marked\n")
    said = capsys.readouterr()
    assert said.out.startswith("3 grades in ")
    assert "3 of them have parts in words that are not marked yet" in said.err


@pytest.mark.parametrize(("options", "table"), [
    ((), "\ufeffstudent,assignment,score,max,pending,status\n1001,intro,5,11,collapse-answer,marked\n"
     "1002,intro,,11,,refused\n"),
    (("--format", "canvas"), "Student,ID,SIS User ID,SIS Login ID,Section,intro\n    Points Possible,,,,,11\n"
     "1001,,1001,,,5\n"),
    (("--format", "moodle-users"), "username,intro\n1001,5\n"),
    (("--format", "gradescope"), "SID,Email,Total Score,Max Points\n1001,,5,11\n"),
])
def test_a_notebook_that_cannot_be_marked_is_no_zero(options, table, marked, exported, result, capsys):
    folder = marked(intro={"1001": 5, "1002": 0})
    why = "是网页，不是笔记本 | a web page, not a notebook"
    refused = {**result, "status": "refused", "score": 0, "pending": {}, "notes": [why]}
    write_sealed(folder / "intro" / "1002.k.json", refused)
    assert exported(folder, *options) == table
    said = capsys.readouterr()
    assert said.out.startswith("1 grades in ")
    assert f"no grade: 1002, intro: {why}\n" in said.err
    write_sealed(folder / "intro" / "1001.k.json", refused)
    assert exported(folder, "--format", "moodle-users").splitlines()[1:] == []


TABLE = "student,assignment,part,points\n李雷,intro,collapse-answer,1.5\nJosé,intro,collapse-answer,2\n"
STUDENTS = ["李雷", "José", "趙雷", "韓梅梅", "Zoë", "Łukáš", "Юля", "Пётр", "Νίκος", "Ελένη", "Şule", "Çağrı", "דוד",
            "שרה", "محمد", "علي", "Ģirts", "Žanete", "สมชาย", "สุดา", "007"]
CHINESE = TABLE.replace("José", "韓梅梅").replace("李雷", "趙雷")
POINTS = {  # the bytes of a table, and the encoding that the command names
    "UTF-8": (TABLE.encode(), ""),
    "UTF-8 with a mark": (TABLE.encode("utf-8-sig"), ""),
    "UTF-16": (TABLE.encode("utf-16"), "utf-16"),
    "UTF-16, big end first": ("\ufeff".encode("utf-16-be") + TABLE.encode("utf-16-be"), "utf-16"),
    "UTF-16 without a mark": (TABLE.encode("utf-16-le"), "utf-16-le"),
    "UTF-16 without a mark, big end first": (TABLE.encode("utf-16-be"), "utf-16-be"),
    "GBK": (TABLE.encode("gb18030"), "gb18030"),
    "Big5": (CHINESE.encode("big5"), "big5hkscs"),
    "traditional signs in GBK": (CHINESE.encode("gb18030"), "gb18030"),
    "Japanese": (TABLE.replace("José", "山田").encode("cp932", "replace"), None),
    "Western": (TABLE.replace("李雷", "Zoë").encode("cp1252"), "cp1252"),
    "Central European": (TABLE.replace("李雷", "Zoë").replace("José", "Łukáš").encode("cp1250"), "cp1250"),
    "Russian": (TABLE.replace("李雷", "Юля").replace("José", "Пётр").encode("cp1251"), "cp1251"),
    "Greek": (TABLE.replace("李雷", "Νίκος").replace("José", "Ελένη").encode("cp1253"), "cp1253"),
    "Turkish": (TABLE.replace("李雷", "Şule").replace("José", "Çağrı").encode("cp1254"), "cp1254"),
    "Hebrew": (TABLE.replace("李雷", "דוד").replace("José", "שרה").encode("cp1255"), "cp1255"),
    "Arabic": (TABLE.replace("李雷", "محمد").replace("José", "علي").encode("cp1256"), "cp1256"),
    "Baltic": (TABLE.replace("李雷", "Ģirts").replace("José", "Žanete").encode("cp1257"), "cp1257"),
    "Thai": (TABLE.replace("李雷", "สมชาย").replace("José", "สุดา").encode("cp874"), "cp874"),
    "Western on a Mac": (TABLE.replace("李雷", "Zoë").encode("mac_roman"), "mac_roman"),
    "a comma in each other cell": (TABLE.replace("points\n", 'points,"a;b;c;d;e"\n').encode(), ""),
    "a comma in a cell": (TABLE.replace(",", ";").replace("points\n", 'points;"a,b,c,d,e"\n').encode(), ""),
    "zeros kept by a formula": (TABLE.replace("李雷", '="007"').replace("José", '"=""Zoë"""').encode(), ""),
    "semicolons": (TABLE.replace(",", ";").replace("1.5", "1,5").encode(), ""),
    "tabs": (TABLE.replace(",", "\t").encode("utf-16"), "utf-16"),
    "sep=": (b"sep=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n").encode(), ""),
    "old Macs": (TABLE.replace("\n", "\r").encode(), ""),
    "blank rows": (TABLE.replace("\n", "\n,,,\n\n").encode(), ""),
    "blanks and more columns": (TABLE.replace("points\n", "Points , note\n").replace("2\n", " 2 ,good\n").encode(), ""),
    "accents in two signs": (TABLE.replace("José", "Jose\u0301").encode(), ""),
    "quotes": (TABLE.replace("李雷", '"李雷"').encode(), ""),
}


@pytest.mark.parametrize("kind", [kind for kind, (_, encoding) in POINTS.items() if encoding is not None])
def test_points_from_any_excel(kind, marked, tmp_path, capsys):
    data, encoding = POINTS[kind]
    folder = marked(intro=dict.fromkeys([*STUDENTS, "bob"], 5))
    (tmp_path / "points.csv").write_bytes(data)
    assert export(folder, tmp_path / "g.csv", "--manual", tmp_path / "points.csv") == 0
    scores = {row["student"]: row["score"]
              for row in csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text("utf-8-sig")))}
    assert sorted(scores.values()) == ["5"] * (len(STUDENTS) - 1) + ["6.5", "7"]
    assert scores["bob"] == "5"
    said = capsys.readouterr().err
    assert f"was read as {encoding}" in said if encoding else "was read as" not in said


@pytest.mark.parametrize(("data", "why"), [
    ("student,assignment,part,points\nB\xfc,intro,collapse-answer,1\n".encode("cp1252"), "got line 2: {'student': "),
    (b"student,assignment,part,points\n1.02547E+10,intro,collapse-answer,1\n", "got line 2: {'student': '1.02547E+10'"),
    (b"student,assignment,part,points\n\x81,intro,collapse-answer,1\n", "got line 2: {'student': "),
    (b"\xff\xfea", "got bytes that no Excel writes"), (b"", "points.csv"), (b"PK\3\4\0\0\0\0", "points.csv"),
])
def test_a_table_that_cannot_be_read(data, why, marked, tmp_path, capsys):
    folder = marked(intro={"ann": 5})
    (tmp_path / "points.csv").write_bytes(data)
    assert export(folder, tmp_path / "g.csv", "--manual", tmp_path / "points.csv") == 2
    said = capsys.readouterr().err
    assert why in said
    assert "In Excel, save the table as “CSV UTF-8 (Comma delimited)”" in said
    assert not (tmp_path / "g.csv").exists()


def test_points_that_are_still_to_come(results, tmp_path, result, capsys):
    """5 + 1.5 + 0.5 for Ann; Bob has one of two parts still to come: there is no row or the cell is blank."""
    for student, key in (("ann", "k1"), ("bob", "k2")):
        write_sealed(results / "intro" / f"{student}.{key}.json", {**result, "pending": {"a": 2, "b": 3}})
    (tmp_path / "m.csv").write_text("points,part,assignment,student\n1.5,a,intro,ann\n0.5,b,intro,ann\n"
                                    ",a,intro,bob\n0,b,intro,bob\n")
    assert export(results, tmp_path / "g.csv", "--manual", tmp_path / "m.csv") == 0
    rows = (tmp_path / "g.csv").read_text("utf-8-sig").splitlines()[1:]
    assert rows == ["ann,intro,7,11,,marked", "bob,intro,5,11,a,marked"]
    assert "1 of them have parts in words" in capsys.readouterr().err


def test_tables_of_several_markers_are_joined(marked, tmp_path):
    folder = marked(intro={"ann": 5, "bob": 5, "cy": 5})
    head = "student,assignment,part,points\n"
    (tmp_path / "a.csv").write_text(f"{head}ann,intro,collapse-answer,1.5\nbob,intro,collapse-answer,\n")
    (tmp_path / "b.csv").write_text(f"{head}ann,intro,collapse-answer,\nbob,intro,collapse-answer,2\n")
    both = ("--manual", tmp_path / "a.csv", "--manual", tmp_path / "b.csv")
    assert export(folder, tmp_path / "g.csv", *both) == 0
    rows = csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text("utf-8-sig")))
    assert [row["score"] for row in rows] == ["6.5", "7", "5"]


def test_two_markers_of_one_part_are_both_named(marked, tmp_path, capsys):
    """Also if the points are the same, and a name is written in another way."""
    folder = marked(intro={"José": 5})
    for name, accent in (("a.csv", "\u00e9"), ("b.csv", "e\u0301")):
        text = f"student,assignment,part,points\n\nJos{accent},intro,collapse-answer,1\n"
        (tmp_path / name).write_text(text, "utf-8")
    both = ("--manual", tmp_path / "a.csv", "--manual", tmp_path / "b.csv")
    assert export(folder, tmp_path / "g.csv", *both) == 2
    said = capsys.readouterr().err
    assert f"got 1 in {tmp_path / 'b.csv'}, line 3, after those in {tmp_path / 'a.csv'}, line 3." in said
    assert not (tmp_path / "g.csv").exists()
