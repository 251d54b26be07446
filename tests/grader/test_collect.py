"""Whose file it is, and that nobody is lost: downloads in the form of each LMS, made on each system.

Each form is what a public source says: Canvas's content_zipper.rb, Moodle's assign/locallib.php, Blackboard's and
Gradescope's as the programs of other people read them, 学习通's as its users describe it.
"""

import io
import json
import os
import re
import shutil
import stat
import struct
import tracemalloc
import unicodedata
import warnings
import zipfile
from pathlib import Path

import pytest

from grader import __main__ as commands
from grader.batch import why_no_name
from grader.collect import collect

A = "activations.ipynb"


def book(name, content):
    """The bytes of a file: text is put into a cell if the name is a notebook's; bytes stay what they are."""
    if isinstance(content, str) and getattr(name, "filename", name).lower().endswith(".ipynb"):
        content = json.dumps({"cells": [{"cell_type": "code", "source": content, "metadata": {}}]}, ensure_ascii=False)
    return content.encode() if isinstance(content, str) else content


def text_of(path):
    """The text of such a notebook, or all of a file of bytes."""
    data = path.read_bytes()
    return json.loads(data)["cells"][0]["source"] if data.startswith(b"{") else data


def zipped(files, comment=b"", **options):
    """A zip with these files, as bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        archive.comment = comment
        for name, content in files.items():
            archive.writestr(name, book(name, content))
    return out.getvalue()


def unpacked(folder, files):
    for name, content in files.items():
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(book(name, content))
    return folder


@pytest.fixture
def collected(tmp_path, capsys):
    """Run the command on a download: its exit status, who has which file with which content, and what it says."""
    def collected(source):
        out = tmp_path / "out"
        status = commands.main(["collect", str(source), "--assignment", "activations", "--out", str(out)])
        printed, said = capsys.readouterr()
        taken = {(path.parts[-3], path.name): text_of(path) for path in sorted(out.glob("*/*/*"))}
        counts = re.search(r"^(\d+) files: (\d+) taken, (\d+) set aside, (\d+) left out, (\d+) of macOS", printed,
                           re.MULTILINE)
        total, *parts = map(int, counts.groups())
        assert total == sum(parts)
        assert len(re.findall("^left out ", said, re.MULTILINE)) >= parts[2]
        return status, taken, said, total

    return collected


NOTHING = zipped({}, comment=b"!")
CLASSES = {  # a download, and who has which notebook; a file with `!` in its content is listed as left out
    "Canvas": (
        {f"leeann_1001_5001_{A}": "ann", f"leeann_1002_5002_{A}": "ann, too", f"王伟_LATE_1003_5003_{A}": "late",
         "王伟_1004_5004_activations-1.ipynb": "again", f"x_1005_5005_{A}.txt": "!",
         "y_1006_5006_hw.zip": zipped({A: "zip"}),
         f"z_1007_5007_{A}": "two", "z_1007_5008_draft.ipynb": "", "q_1008_text.html": "!",
         "_1009_5009_作业.ipynb": "no letter"},
        {("1001", A): "ann", ("1002", A): "ann, too", ("1003", A): "late", ("1004", A): "again", ("1006", A): "zip",
         ("1007", A): "two", ("1009", "作业.ipynb"): "no letter"}),
    "Canvas, anonymous": (
        {f"anon_aB3dE_5001_{A}": "1", f"anon_12345_5002_{A}": "2", f"LATE_anon_Xy9zW_5003_{A}": "3"},
        {("anon_aB3dE", A): "1", ("anon_12345", A): "2", ("anon_Xy9zW", A): "3"}),
    "Canvas, one number taken for another's": (
        {f"leeann_1001_5001_{A}": "!", f"eve_1001_1002_5002_{A}": "!", f"bob_1003_5003_{A}": "bob"},
        {("1003", A): "bob"}),
    "Moodle": (
        {f"Ann Lee_1001_assignsubmission_file_/{A}": "ann",
         "Ann Lee_1001_assignsubmission_onlinetext_/onlinetext.html": "",
         f"李雷_1002_assignsubmission_file_/bob/{A}": "deep", f"李雷_1003_assignsubmission_file/{A}": "no dash",
         "C_1004_assignsubmission_file_/activations.zip": zipped({f"activations/{A}": "zip"}),
         f"D_1005_assignsubmission_file_/{A}.json": "!", "E_1006_assignsubmission_file_/hw.ipynb": "own name",
         "E_1006_assignsubmission_file_/.ipynb_checkpoints/hw-checkpoint.ipynb": "",
         "E_1006_assignsubmission_file_/._hw.ipynb": "",
         "F_1007_assignsubmission_file_/.ipynb_checkpoints/hw-checkpoint.ipynb": "!",
         "G_1008_assignsubmission_file_/hw.pdf": "!",
         f"H_1009_assignsubmission_file_/I_1001_assignsubmission_file_/{A}": "names another",
         "Participant_1010_assignsubmission_file_/"
         f"leeann_1001_5001_{A}": "names another"},
        {("1001", A): "ann", ("1002", A): "deep", ("1003", A): "no dash", ("1004", A): "zip",
         ("1006", "hw.ipynb"): "own name",
         ("1009", A): "names another", ("1010", f"leeann_1001_5001_{A}"): "names another"}),
    "Moodle, and a folder beside": (
        {f"A_1001_assignsubmission_file_/{A}": "1", f"B_1002_assignsubmission_file_/{A}": "2", f"cy/{A}": "!"},
        {("1001", A): "1", ("1002", A): "2"}),
    "one folder that looks like Moodle's": (
        {f"ann/{A}": "1", f"bob/{A}": "2", f"x_1001_assignsubmission_file_/{A}": "3"},
        {("ann", A): "1", ("bob", A): "2", ("x_1001_assignsubmission_file_", A): "3"}),
    "Moodle, flat": (
        {f"Ann Lee_1001_assignsubmission_file_{A}": "ann", "李雷_1002_assignsubmission_file_x.ipynb": "x",
         "王_1003_assignsubmission_file_hw.zip": zipped({A: "zip"}),
         f"B_1004_assignsubmission_file_B_1001_5001_{A}": "names another"},
        {("1001", A): "ann", ("1002", "x.ipynb"): "x", ("1003", A): "zip",
         ("1004", f"B_1001_5001_{A}"): "names another"}),
    "Blackboard": (
        {f"HW 1_alice_attempt_2026-01-02-10-00-00_{A}": "", f"HW 1_alice_attempt_2026-01-03-10-00-00_{A}": "last",
         "HW 1_alice_attempt_2026-01-03-10-00-00.txt": "",
         f"HW 1_bob_attempt_2026-01-03-10-00-00_leeann_1001_5001_{A}": "bob",
         "HW 1_cy_attempt_2026-01-03-10-00-00.txt": "!"},
        {("alice", A): "last", ("bob", f"leeann_1001_5001_{A}"): "bob"}),
    "Gradescope": (
        {"assignment_7654321_export/submission_metadata.yml":
         "submission_11:\n  :submitters:\n  - :name: Solo\n    :sid: '100'\n    :email: solo@uni.edu\n"
         "submission_12:\n  :submitters:\n  - :name: One\n    :sid: '101'\n"
         "  - :name: Two\n    :sid:\n    :email: two@uni.edu\n  :results: !ruby/object:Tests {a: 1}\n",
         f"assignment_7654321_export/submission_11/{A}": "solo",
         f"assignment_7654321_export/submission_12/{A}": "group"},
        {("100", A): "solo", ("101", A): "group", ("two@uni.edu", A): "group"}),
    "Gradescope without its list": ({f"export/submission_11/{A}": "1", f"export/submission_12/{A}": "2"},
                                    {("11", A): "1", ("12", A): "2"}),
    "学习通": (
        {"10254700432-张三.zip": zipped({A: "1"}), "10254700433-李四.zip": zipped({"作业.ipynb": "2"}),
         "10254700434-王五.zip": "!",
         "10254700435-赵六.zip": zipped({"报告.pdf": "!"}),
         "10254700436-张三.zip": zipped({f"activations/{A}": "another of this name"})},
        {("10254700432", A): "1", ("10254700433", "作业.ipynb"): "2", ("10254700436", A): "another of this name"}),
    "学号-姓名 in folders": ({f"2021001-王伟/{A}": "1", f"2021002-王伟/{A}": "2", f"王芳_2021003/{A}": "3"},
                         {("2021001", A): "1", ("2021002", A): "2", ("2021003", A): "3"}),
    "学号 in files": ({"2021001.ipynb": "1", f"2021002-王伟-{A}": "2", f"王芳_2021003_{A}": "3",
                       "2021004_王芳.ipynb.txt": "!"},
                    {("2021001", A): "1", ("2021002", A): "2", ("2021003", A): "3"}),
    "学号 and names": ({"2021001-王伟.zip": zipped({A: "1"}), "助教.zip": zipped({A: "2"}), f"2021002_{A}": "3",
                        f"ann_{A}": "4"},
                    {("2021001", A): "1", ("助教", A): "2", ("2021002", A): "3", ("ann", A): "4"}),
    "names that say nothing": (
        dict.fromkeys((
            A, "activations (1).ipynb", "activations(2).ipynb", "activations-4.ipynb", "activations_3 (1).ipynb",
            "activations-Copy1.ipynb", "activations - Copy (2).ipynb", "activations-checkpoint.ipynb",
            "activations_final.ipynb", "activations - 副本.ipynb", "activations 的副本.ipynb",
            "activations_最终版.ipynb", "activations_2026-09-01.ipynb", "activations_v2_final.ipynb",
            "Copy of activations.ipynb", "my_activations.ipynb", "final_activations.zip", "activations.zip", "hw4.zip",
            "第4次作业.zip", "intro.zip", f"homework/{A}", f"activations/{A}", f"Final (2)/{A}"), "!")
        | {f"ann_{A}": "1", "activations_carol (1).ipynb": "2", "Copy of dan_activations.ipynb": "3",
           "eve (1).zip": zipped({A: "4"}), "fay_activations - Copy (3).ipynb": "5", "12.zip": zipped({A: "6"}),
           "activations-finn.ipynb": "7", f"3-12/{A}": "8", f"7/{A}": "9"},
        {("ann", A): "1", ("carol", A): "2", ("dan", A): "3", ("eve", A): "4", ("fay", A): "5", ("12", A): "6",
         ("finn", A): "7", ("3-12", A): "8", ("7", A): "9"}),
    "a copy beside": ({"activations_carol.ipynb": b"!1", "activations_carol (1).ipynb": b"!2", f"ann_{A}": "1"},
                      {("ann", A): "1"}),
    "two downloads from Canvas, unpacked together": (
        {f"x_1001_5001_{A}": "1", "x_1001_5009_activations-1.ipynb": "2",
         "y_1002_5002_activations.zip": zipped({A: "3"}),
         "y_LATE_1002_5010_activations-1.zip": zipped({A: "4"}), f"z_1003_10003_{A}": "6",
         "z_1003_9003_activations-1.ipynb": "5", f"w_1004_5004_{A}": "7", "w_1004_5008_draft.ipynb": ""},
        {("1001", A): "2", ("1002", A): "4", ("1003", A): "6", ("1004", A): "7"}),
    "class folders": (
        {f"A班/20210001-张三-{A}": "!", f"A班/20210002-李四-{A}": "!", f"B班/ann_{A}": "!", f"B班/bob_{A}": "!"}, {}),
    "empty zips": (
        {"20210001-a.zip": zipped({A: "1"}), "20210002-b.zip": NOTHING, "20210003-c.zip": zipped({"!/": ""}),
         "20210004-d.zip": zipped({"d.zip": NOTHING}),
         "20210005-e.zip": zipped({"e!/": "", "e!/g/": ""})},
        {("20210001", A): "1"}),
    "empty zips and folders from Moodle": (
        {f"A_1001_assignsubmission_file_/{A}": "1", "B_1002_assignsubmission_file_/hw.zip": NOTHING,
         "C_1003_assignsubmission_file_/": "!", f"D_1004_assignsubmission_file_/{A}": "4",
         "D_1004_assignsubmission_file_/data/": "", "D_1004_assignsubmission_file_/data.zip": zipped({})},
        {("1001", A): "1", ("1004", A): "4"}),
    "empty folders": (
        {f"ann/{A}": "1", "bob/": "!", "cy/activations/": "!", "di/x.ipynb/": "!", "eve/.ipynb_checkpoints/": "!"},
        {("ann", A): "1"}),
    "a date in files": ({f"20260901_王伟_{A}": "1", f"20260901_李雷_{A}": "2"},
                        {("20260901_王伟", A): "1", ("20260901_李雷", A): "2"}),
    "nbgrader": (
        {f"ann/activations/{A}": "ann", "ann/intro/intro.ipynb": "", f"bob/activations/{A}": "bob",
         "bob/activations/timestamp.txt": "",
         f"cy/Activations/{A}": "cy"},
        {("ann", A): "ann", ("bob", A): "bob", ("cy", A): "cy"}),
    "a folder per student": (
        {f"ann/bob/{A}": "a folder called bob", f"bob/{A}": "bob", f"O'Brien/{A}": "O", f"买买提·阿布都/{A}": "m",
         f"अमित/{A}": "h",
         f"王伟（2班）/{A}": "w", f"Smith, Jane/{A}": "s", f"’t Hooft/{A}": "t", f"محمد\u200cعلی/{A}": "p",
         f"\U00031350/{A}": "rare",
         f"ann lee/x/{A}": "!", f"ann lee/y/{A}": "!", f"=cmd()/{A}": "!", f"blank /{A}": "!", f"a\u202eb/{A}": "!",
         "empty/note.txt": "!"},
        {("ann", A): "a folder called bob", ("bob", A): "bob", ("O'Brien", A): "O", ("买买提·阿布都", A): "m",
         ("अमित", A): "h",
         ("王伟（2班）", A): "w", ("Smith, Jane", A): "s", ("’t Hooft", A): "t", ("محمد\u200cعلی", A): "p",
         ("\U00031350", A): "rare"}),
    "student_assignment": (
        {f"ann_{A}": "ann", "ann_intro.ipynb": "", f"Ann Lee_{A}": "lee", "activations_zoe.ipynb": "zoe",
         "bob_Activations.IPYNB": "bob",
         "activations.ipynb": "!", "bob.zip": "!", "cy.zip": zipped({A: "cy"})},
        {("ann", A): "ann", ("Ann Lee", A): "lee", ("zoe", A): "zoe", ("cy", A): "cy",
         ("bob", "activations.IPYNB"): "bob"}),
    "a folder beside": ({f"ann/{A}": "ann", f"late/x_1001_5001_{A}": "!", f"late/y_1002_5002_{A}": "!"},
                        {("ann", A): "ann"}),
    "sections": ({f"A/ann/{A}": "!", f"A/bob/{A}": "!", f"B/cy/{A}": "!", f"B/di/{A}": "!"}, {}),
    "which of two": ({"ann/a.ipynb": "!", "ann/b.ipynb": "!", f"bob/{A}": "bob", "bob/z.ipynb": "",
                      "cy/intro.ipynb": "!"}, {("bob", A): "bob"}),
}


@pytest.mark.parametrize("place", ["zip", "folder", "zip in a folder", "folder in a folder"])
@pytest.mark.parametrize("form", CLASSES)
def test_a_class(form, place, collected, tmp_path):
    files, expected = CLASSES[form]
    if " in a " in place:
        files = {f"submissions/{name}": content for name, content in files.items()}
    if "zip" in place:
        (tmp_path / "in.zip").write_bytes(zipped(files))
    status, taken, said, total = collected(tmp_path / "in.zip" if "zip" in place else unpacked(tmp_path / "in", files))
    assert taken == expected
    lost = [name for name, content in files.items()
            if content == "!" or (isinstance(content, bytes) and b"!" in content)]
    assert said.count("left out ") == len(lost)
    assert all(repr(name)[1:-1] in said for name in lost)
    assert status == (1 if lost else 0)
    assert total == len(files)
    assert ("'submissions' was read as the folder of the class" in said) == (" in a " in place)


@pytest.mark.parametrize(("files", "guess"), [
    ({f"A班/20210001-张三-{A}": "1", f"B班/20210001-张三-{A}": "2"},
     f"'A班/20210001-张三-{A}' was read as the work of A班"),
    ({f"A班/ann/{A}": "1", f"B班/bob/{A}": "2"}, f"'A班/ann/{A}' was read as the work of A班"),
    ({f"mail/{A}": "1", "mail/activations (1).ipynb": "2"},
     "'mail' was read as a student, not as the folder of a class"),
    ({f"ann/ann_{A}": "1", "李雷/2021001-李雷.ipynb": "2", f"2021002/bob_{A}": "3"}, None),
    ({f"x_1001_assignsubmission_file_/bob_{A}": "1"}, None),
])
def test_a_folder_that_may_be_a_class_is_said(files, guess, collected, tmp_path):
    status, _, said, _ = collected(unpacked(tmp_path / "in", files))
    assert status == 0
    assert (f"please check: {guess}\n" in said) if guess else "please check" not in said


def test_a_file_beside_the_folder_of_the_class_is_said(collected, tmp_path):
    files = {f"class/ann/{A}": "1", f"class/bob/{A}": "2", "rubric.pdf": "!"}
    status, taken, said, _ = collected(unpacked(tmp_path / "in", files))
    assert (status, {student for student, _ in taken}) == (1, {"ann", "bob"})
    assert "left out 'rubric.pdf': it lies beside the folder of the class" in said


def test_two_notebooks_of_other_names_leave_a_choice(collected, tmp_path):
    """What the command says to do with them works."""
    folder = unpacked(tmp_path / "in", {"ann/a.ipynb": "1", "ann/b.ipynb": "2", f"bob/{A}": "3"})
    assert f"2 notebooks, none called {A}" in collected(folder)[2]
    (folder / "ann" / "b.ipynb").rename(folder / "ann" / A)
    assert collected(folder)[1] == {("ann", A): "2", ("bob", A): "3"}


@pytest.mark.parametrize("listed", ["submission_11: [", "[]", "submission_11: {}", "submission_11:\n  :submitters: 3"])
def test_a_broken_list_from_gradescope_leaves_the_numbers(listed, collected, tmp_path):
    files = {"export/submission_metadata.yml": listed, f"export/submission_11/{A}": "1"}
    status, taken, said, _ = collected(unpacked(tmp_path / "in", files))
    assert (status, taken) == (0, {("11", A): "1"})
    assert "please check: students are called by the numbers of their submissions: submission_metadata.yml" in said


def test_a_file_without_an_owner_is_collected_from_a_folder(collected, tmp_path):
    """What the command says to do with it works."""
    assert "Put it into late/STUDENT, and collect late, too" in collected(
        unpacked(tmp_path / "in", {"activations (1).ipynb": "1", f"bob_{A}": "2"}))[2]
    assert collected(unpacked(tmp_path / "late", {"ann/activations (1).ipynb": "1"}))[:2] == (
        0, {("ann", A): "1", ("bob", A): "2"})


def test_what_can_be_read_in_two_ways_is_said(collected, tmp_path):
    """Canvas lets a name end with a number, and Blackboard a login hold an underscore."""
    for names, owner in ({f"x_1001_5001_2026001_{A}": "1", f"y_1002_5002_{A}": "2"}, "1001"), ({
            f"HW 1_stu_01_attempt_2026-01-03-10-00-00_{A}": "1"}, "01"), ({
            f"ann (1)/{A}": "1", f"ann/{A}": "2"}, "ann (1)"):
        (tmp_path / "in.zip").write_bytes(zipped(names))
        name = next(iter(names)).split("/")[0]
        guess = f"1 names can be read in two ways, for instance {name!r} as {owner}'s"
        assert guess in collected(tmp_path / "in.zip")[2]


def test_a_wrong_folder(collected, tmp_path):
    """No notebook at all, or only what no one can attribute."""
    assert collected(unpacked(tmp_path / "in", {"a.py": "", "b/c.py": ""}))[0] == 1
    (tmp_path / "none").mkdir()
    assert collected(tmp_path / "none")[::3] == (1, 0)


def raw(archive, **changes):
    """A zip whose central directory says something else of its first file."""
    places = {"flags": (8, "<H"), "method": (10, "<H"), "size": (24, "<L")}
    data = bytearray(archive)
    start = data.index(b"PK\1\2")
    for field, value in changes.items():
        offset, kind = places[field]
        struct.pack_into(kind, data, start + offset, value)
    return bytes(data)


def link(target):
    entry = zipfile.ZipInfo("bob/activations.ipynb")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return {entry: target}


OTHERS = {f"ann/{A}": "ann", f"cy/{A}": "cy"}
FIRST = {f"bob/{A}": "bob's work", **OTHERS}
ENTRIES = {  # what is wrong with bob's file, and what the command says of it
    "encrypted": (raw(zipped(FIRST), flags=1), "encrypted"),
    "unknown method": (raw(zipped(FIRST), method=77), "That compression method is not supported"),
    "bad CRC": (zipped(FIRST).replace(b"bob's work", b"bob's w0rk"), "Bad CRC-32"),
    "corrupt": (zipped(FIRST, compression=zipfile.ZIP_DEFLATED).replace(b"bob", b"b\xffb", 1),
                "File name in directory"),
    "claims too little": (raw(zipped(FIRST), size=3), "Bad CRC-32"),
    "bomb": (zipped({f"bob/{A}": bytes(11 << 20), **OTHERS}, compression=zipfile.ZIP_DEFLATED), "larger than 10 MB"),
    "bomb of zips": (zipped({"bob/x.zip": bytes(51 << 20), **OTHERS}, compression=zipfile.ZIP_DEFLATED),
                     "larger than 50 MB"),
    "thousands of files": (zipped({"bob/x.zip": zipped({f"{n}.ipynb": "" for n in range(1001)}), **OTHERS}),
                           "it has more than 1000 files"),
    "thousands of files in zips": (
        zipped({"bob/x.zip": zipped({f"{n}.zip": zipped({f"{m}.ipynb": "" for m in range(501)}) for n in range(2)}),
                **OTHERS}), "it has more than 1000 files"),
    "zips without end": (zipped({"bob/x.zip": zipped({"y.zip": zipped({"z.zip": zipped({A: "deep"})})}), **OTHERS}),
                         "no notebook"),
    "no name": (zipped({".": "x", **OTHERS}), "'.': it has no name"),
    "no name at all": (zipped({zipfile.ZipInfo(""): "x", **OTHERS}), "'.': it has no name"),
    "absolute": (zipped({f"/bob/{A}": "x", **OTHERS}), "its path leads out of the archive"),
    "with a drive": (zipped({f"C:/bob/{A}": "x", **OTHERS}), "its path leads out of the archive"),
    "way up": (zipped({f"bob/../ann/{A}": "x", **OTHERS}), "its path leads out of the archive"),
    "way up in Windows": (zipped({f"bob\\..\\ann\\{A}": "x", **OTHERS}), "its path leads out of the archive"),
    "link": (zipped({**link("/etc/passwd"), **OTHERS}), "a link, or not a regular file"),
    "long name": (zipped({f"{'b' * 300}/{A}": "x", **OTHERS}), "expected a name of at most 200 bytes"),
    "control signs": (zipped({f"b\x1b[31mob/{A}": "x", **OTHERS}), r"b\x1b[31mob"),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_bad_entry_costs_one_student_a_line(entry, collected, tmp_path):
    data, why = ENTRIES[entry]
    (tmp_path / "in.zip").write_bytes(data)
    status, taken, said, _ = collected(tmp_path / "in.zip")
    assert (status, taken) == (1, {("ann", A): "ann", ("cy", A): "cy"})
    (line,) = [line for line in said.splitlines() if line.startswith("left out ")]
    assert why in line
    assert "\x1b" not in line


def test_two_files_of_one_name_in_a_zip(collected, tmp_path):
    """Nobody can tell which counts, unless they are the same."""
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for name, content in [(f"ann/{A}", "1"), (f"ann/{A}", "2"), (f"bob/{A}", "3"), (f"bob/{A}", "3")]:
            with pytest.warns(UserWarning, match="Duplicate") if name in archive.namelist() else io.BytesIO():
                archive.writestr(name, book(name, content))
    status, taken, said, _ = collected(tmp_path / "in.zip")
    assert (status, taken) == (1, {("bob", A): "3"})
    assert said.count("ann: different files are called activations.ipynb. Keep one") == 2


def test_a_path_of_any_depth(collected, tmp_path):
    """All its beginnings together would fill the memory."""
    (tmp_path / "in.zip").write_bytes(zipped({"bob/" + "a/" * 15_000: "", f"bob/{A}": "b", **OTHERS}))
    tracemalloc.start()
    assert collected(tmp_path / "in.zip")[::3] == (0, 4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 << 20


def test_many_files_of_one_name_are_not_in_memory_together(collected, tmp_path):
    hw = io.BytesIO()
    with zipfile.ZipFile(hw, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings(action="ignore"):
        for number in range(12):
            archive.writestr(A, bytes([number % 11]) * (10 << 20))
    (tmp_path / "in.zip").write_bytes(zipped({"bob/hw.zip": hw.getvalue(), **OTHERS}))
    tracemalloc.start()
    status, taken, said, total = collected(tmp_path / "in.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (status, set(taken), total) == (1, {("ann", A), ("cy", A)}, 14)
    assert said.count("bob: different files are called activations.ipynb. Keep one") == 12
    assert peak < 60 << 20


class Unflagged(zipfile.ZipInfo):
    """A file whose name is written in another encoding than UTF-8."""

    def __init__(self, name, encoding):
        super().__init__(name)
        self.encoding = encoding

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits & ~0x800


@pytest.mark.parametrize(("encoding", "says"), [("gb18030", True), ("utf-8", False)])
def test_names_from_windows_and_macos(encoding, says, collected, tmp_path):
    """Windows writes GBK; macOS writes UTF-8 without the flag, and accents as signs of their own."""
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for student in ("王伟", "赵六"):
            archive.writestr(Unflagged(f"{student}/{A}", encoding), book(A, student))
        archive.writestr(f"李雷/{A}", book(A, "with the flag"))
    status, taken, said, _ = collected(tmp_path / "in.zip")
    assert (status, taken) == (0, {("李雷", A): "with the flag", ("王伟", A): "王伟", ("赵六", A): "赵六"})
    assert ("names that are not UTF-8 were read as gb18030, for instance '王伟/activations.ipynb'" in said) == says


def test_names_on_a_disk(collected, tmp_path):
    """GBK that some program unpacked as it was, an accent in two signs, and the same name in both ways."""
    for name in ("王伟".encode("gb18030"), unicodedata.normalize("NFD", "José").encode(),
                 unicodedata.normalize("NFD", "Zoë").encode(), "Zoë".encode()):
        folder = os.path.join(os.fsencode(tmp_path), b"in", name)
        os.makedirs(folder)
        Path(os.fsdecode(folder), A).write_bytes(book(A, "x"))
    status, taken, said, _ = collected(tmp_path / "in")
    assert (status, sorted(taken)) == (1, [("José", A), ("王伟", A)])
    assert said.count("others would be Zoë, too") == 2
    assert "read as gb18030" in said


def test_links_and_what_is_no_file(collected, tmp_path):
    secret = unpacked(tmp_path / "secret", {A: "secret"})
    source = unpacked(tmp_path / "in", {f"ann/{A}": "ann", "bob/other.txt": ""})
    (source / "bob" / A).symlink_to(secret / A)
    (source / "eve").symlink_to(secret)
    (source / "dan").mkdir()
    os.mkfifo(source / "dan" / A)
    with open(unpacked(source, {f"big/{A}": ""}) / "big" / A, "wb") as file:
        file.truncate(200 << 20)
    status, taken, said, total = collected(source)
    assert (status, taken, total) == (1, {("ann", A): "ann"}, 6)
    assert said.count("a link, or not a regular file") == 4  # bob's other file is named, too
    assert "'big/activations.ipynb': larger than 10 MB" in said


def test_a_name_of_any_length(collected, tmp_path):
    """A file system takes 255 bytes, a zip any number."""
    (tmp_path / "in.zip").write_bytes(zipped({f"ann/{'作' * 200}.ipynb": "x", f"bob/{A}": "b"}))
    status, taken, _, _ = collected(tmp_path / "in.zip")
    assert (status, set(taken)) == (0, {("ann", "作" * 44 + ".ipynb"), ("bob", A)})


def test_what_was_there_is_replaced_as_a_whole_or_not_at_all(collected, tmp_path):
    first = zipped(FIRST)
    (tmp_path / "in.zip").write_bytes(first)
    assert collected(tmp_path / "in.zip")[0] == 0
    (tmp_path / "in.zip").write_bytes(zipped({"bob/hw.ipynb": "new"}))
    assert collected(tmp_path / "in.zip")[1] == {("bob", "hw.ipynb"): "new", ("ann", A): "ann", ("cy", A): "cy"}
    (tmp_path / "in.zip").write_bytes(first.replace(b"bob's work", b"bob's w0rk"))
    assert collected(tmp_path / "in.zip")[1][("bob", "hw.ipynb")] == "new"


@pytest.mark.parametrize(("first", "second", "replaced"), [
    (f"zhang/{A}", f"zhang/{A}", False), (f"7/{A}", f"7/{A}", False), (f"zhang_{A}", f"zhang/{A}", False),
    (f"20210001-张三-{A}", f"20210001-李四-{A}", False), (f"20210001-张三-{A}", f"20210001-张三-{A}", True),
    (f"20210001_{A}", f"20210001-张三-{A}", True), (f"20210001_{A}", f"20210001_{A}", True),
    (f"Ann_1001_assignsubmission_file_/{A}", f"Ann_1001_assignsubmission_file_/{A}", True),
    (f"Ann_1001_assignsubmission_file_/{A}", f"Bob_1001_assignsubmission_file_/{A}", False),
    (f"HW_zhang_attempt_2026-01-03-10-00-00_{A}", f"HW_zhang_attempt_2026-01-04-10-00-00_{A}", True),
    (f"anon_aBdE_5001_{A}", f"anon_aBdE_5002_{A}", True),
])
def test_another_class_of_the_same_names_replaces_nothing(first, second, replaced, collected, tmp_path):
    """What makes the work another's is its owner's whole identity; a name alone may be another's in another class."""
    source, other = unpacked(tmp_path / "A", {first: "1"}), tmp_path / "B"
    ((student, _),) = collected(source)[1]
    unpacked(source, {first: "1, corrected"})
    assert collected(source)[:2] == (0, {(student, A): "1, corrected"})
    status, taken, said, _ = collected(unpacked(other, {second: "2"}))
    assert taken[student, A] == ("2" if replaced else "1, corrected")
    assert status == (not replaced)
    assert (f"holds other work of this name, from {source}" in said) == (not replaced)
    if not replaced:
        shutil.rmtree(tmp_path / "out" / student / "activations")
        assert collected(other)[1][student, A] == "2"


def test_a_folder_that_has_moved_is_the_same_class(collected, tmp_path):
    source = unpacked(tmp_path / "in", {f"ann/{A}": "1"})
    assert collected(source)[0] == 0
    moved = source.rename(tmp_path / "moved")
    assert collected(moved)[0] == 0
    assert collected(unpacked(moved, {f"ann/{A}": "2"}))[:2] == (0, {("ann", A): "2"})


def test_students_who_are_no_longer_in_the_download_are_said(collected, tmp_path):
    source = unpacked(tmp_path / "in", {f"ann/{A}": "1", f"bob/{A}": "2", f"cy/{A}": "3"})
    assert "collected before" not in collected(source)[2]
    (source / "bob" / A).unlink()
    (source / "cy").rename(source / "di")
    said = collected(source)[2]
    assert f"1 students were collected before and are not in {source}, for instance 'cy'" in said
    assert "left out 'bob/'" in said


def test_a_result_folder_of_links_is_not_followed(tmp_path):
    elsewhere = unpacked(tmp_path / "elsewhere", {"keep": "me"})
    (tmp_path / "out" / "ann").mkdir(parents=True)
    (tmp_path / "out" / "ann" / "activations").symlink_to(elsewhere)
    collect(unpacked(tmp_path / "in", {f"ann/{A}": "ann", f"bob/{A}": "b"}), tmp_path / "out", "activations")
    assert [(path.name, path.read_text()) for path in elsewhere.iterdir()] == [("keep", "me")]
    assert text_of(tmp_path / "out" / "ann" / "activations" / A) == "ann"


def test_what_cannot_be_marked_is_said(collected, tmp_path):
    """It is taken all the same, so that the student's page says why; a notebook in UTF-16 is read."""
    files = {f"ann/{A}": b"<!doctype html><title>Log in</title>", f"bob/{A}": b"", "cy/hw.ipynb": b"[]",
             f"di/{A}": book(A, "di").decode().encode("utf-16"), f"eve/{A}": "eve"}
    status, taken, said, total = collected(unpacked(tmp_path / "in", files))
    assert (status, len(taken), total) == (1, 5, 5)
    assert [line for line in said.splitlines() if line.startswith("cannot be marked: ")] == [
        f"cannot be marked: 'ann/{A}': 是网页，不是笔记本 | a web page, not a notebook",
        f"cannot be marked: 'bob/{A}': 文件是空的 | the file is empty",
        "cannot be marked: 'cy/hw.ipynb': 不是 Jupyter 笔记本 | not a Jupyter notebook"]


@pytest.mark.parametrize("name", [
    "O'Brien", "买买提·阿布都", "José", "Jose\u0301", "अमित", "สมชาย", "王伟（2班）", "Smith, Jane", "’t Hooft", "a",
    "\ue863", "\U00031350", "Nguyễn Thị Ánh", "ᠮᠣᠩᠭᠣᠯ", "X Æ A-12", "王" * 66,
])
def test_names_that_people_have(name):
    assert not why_no_name(name)


@pytest.mark.parametrize("name", [
    "", "=1", "+1", "-1", "@a", ".a", "..", " a", "a ", "a\n", "\u202ea", "a\u2028", "\udcff", "王" * 67, "a/b",
])
def test_names_that_cannot_be(name):
    assert repr(name) in why_no_name(name)
