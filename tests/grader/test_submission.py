"""What is read from a submission and what is refused, each reason in both languages; nothing is run."""

import json
import os
import stat
import types

import pytest

from grader import submission
from grader.assignments import Assignment
from grader.submission import Refused

TASK = Assignment("algebra", ("sum", "product"), {"essay": 3}, frozenset({"title", "sum-check"}))


def cell(grade_id=None, source="x = 1", kind="code", **more):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **more}


WHOLE = [
    cell("title", "# algebra", "markdown"), cell("sum", "sum = 1"), cell("product", ["p = 2\n", "q = 3"]),
    cell("sum-check", "check()"), cell("essay", "Because.", "markdown"), cell(None, "mine = 4"),
]
NAMED = "文件名应为 algebra.ipynb | the file should be called algebra.ipynb"
MISSING = "缺少单元格 {0} | missing cells: {0}"
BROKEN = "跳过一个坏单元格 | a broken cell was skipped"


def parsed(cells, **notebook):
    return submission.parse(json.dumps({"cells": cells, **notebook}).encode(), TASK)


def test_a_notebook_in_order():
    """Ours are not run, nor is what is answered in words; the student's own are, in their order."""
    assert parsed(WHOLE) == (["sum = 1", "p = 2\nq = 3", "mine = 4"], [])


RUN = ["sum = 1", "p = 2\nq = 3", "mine = 4"]  # of WHOLE


@pytest.mark.parametrize(("cells", "run", "notes"), [
    ([cell("sum", "s"), cell("sum", "t"), cell("product"), cell("essay", "E")],
     ["s", "t", "x = 1"], ["单元格 sum 出现两次 | cell sum occurs twice"]),
    ([cell("sum")], ["x = 1"], [MISSING.format("product, essay")]),
    ([cell(None, "a"), cell(None, " \n"), cell(None, "b", "raw"), cell(None, "c", "markdown")],
     ["a"], [MISSING.format("sum, product, essay")]),
    ([cell("essay", "in a code cell"), cell("sum-check", "mine"), *WHOLE[1:3]], RUN[:2], []),
    ([None, {"cell_type": "code", "source": 5}, cell(None, ["a", 5]), cell(None, None), *WHOLE],
     RUN, [BROKEN] * 4),
    ([{"cell_type": "code"}, *WHOLE], RUN, []),
    ([{"cell_type": "code", "source": "odd", "metadata": odd} for odd in
      ([], {"nbgrader": []}, {"nbgrader": {"grade_id": 5}}, {"nbgrader": {"grade_id": "\x1b"}},
       {"nbgrader": {"grade_id": "x" * 100}}, {"nbgrader": {}}, None)] + WHOLE, ["odd"] * 7 + RUN, []),
    ([cell("y" * 99), cell("y" * 99), cell("z" * 100), cell("z" * 100), *WHOLE],
     ["x = 1"] * 4 + RUN, [f"单元格 {'y' * 99} 出现两次 | cell {'y' * 99} occurs twice"]),
], ids=["twice", "missing", "empty and other kinds", "kind of cell", "broken", "no source", "odd marks",
        "long mark"])
def test_odd_cells(cells, run, notes):
    assert parsed(cells) == (run, notes)


def test_versions_before_the_fourth():
    sheets = [{"cells": [{"cell_type": "code", "input": "a = 1"}]}, None, {}, {"cells": [cell("sum", "b")]}]
    assert submission.parse(json.dumps({"worksheets": sheets}).encode(), TASK)[0] == ["a = 1", "b"]


def test_a_byte_order_mark_and_chinese():
    cells = [cell("essay", "因为"), cell("sum", "'和'"), cell("product")]
    text = json.dumps({"cells": cells}, ensure_ascii=False)
    assert submission.parse(("\ufeff" + text).encode(), TASK) == (["'和'", "x = 1"], [])


JSON, NOTEBOOK = "不是有效的 JSON | not valid JSON", "不是 Jupyter 笔记本 | not a Jupyter notebook"


@pytest.mark.parametrize(("data", "why"), [
    (b"", JSON), (b'{"cells": [', JSON), (b"\x89PNG\xff", JSON), (b"[" * 100_000, JSON),
    (b"[]", NOTEBOOK), (b"{}", NOTEBOOK), (b'{"cells": {}}', NOTEBOOK), (b'{"worksheets": 5}', NOTEBOOK),
    (b'{"cells": 5, "worksheets": []}', NOTEBOOK),
    (b'{"cells": []}', "有 0 个单元格 | 0 cells"),
    (json.dumps({"cells": [0] * 2001}).encode(), "有 2001 个单元格 | 2001 cells"),
], ids=range(11))
def test_what_is_no_notebook(data, why):
    with pytest.raises(Refused) as caught:
        submission.parse(data, TASK)
    assert str(caught.value) == why


def test_the_largest_notebook():
    assert len(parsed([cell()] * 2000)[0]) == 2000


@pytest.fixture
def folder(tmp_path):
    """A student's folder for the assignment, with files of some names."""
    place = tmp_path / "algebra"
    place.mkdir()

    def folder(*names):
        for name in names:
            (place / name).write_text(name)
        return place

    return folder


def refusal(place):
    with pytest.raises(Refused) as caught:
        submission.read(place)
    return str(caught.value)


@pytest.mark.parametrize(("names", "taken", "notes"), [
    (["algebra.ipynb"], "algebra.ipynb", []),
    (["a.ipynb", "algebra.ipynb", "z.ipynb"], "algebra.ipynb", []),
    (["作业.ipynb", "report.docx"], "作业.ipynb", [NAMED]),
    (["Algebra.IPYNB"], "Algebra.IPYNB", [NAMED]),
], ids=["exact", "exact among others", "other name", "capitals"])
def test_the_notebook_of_a_folder(folder, names, taken, notes):
    assert submission.read(folder(*names)) == (taken.encode(), notes)


@pytest.mark.parametrize(("names", "why"), [
    ([], "没有交笔记本 | no notebook was handed in"),
    (["algebra.py"], "没有交笔记本 | no notebook was handed in"),
    (["a.ipynb", "b.ipynb"],
     "有 2 个笔记本，没有一个叫 algebra.ipynb | 2 notebooks, none called algebra.ipynb"),
], ids=["nothing", "another kind", "which of two"])
def test_no_notebook_in_a_folder(folder, names, why):
    assert refusal(folder(*names)) == why


def test_a_file_or_a_link_for_a_folder(folder):
    place = folder("file")
    (place / "link").symlink_to(place)
    assert refusal(place / "file") == "没有交笔记本 | no notebook was handed in"
    assert refusal(place / "link") == "文件夹是符号链接 | the folder is a symbolic link"


@pytest.mark.parametrize("make", [
    lambda path: path.symlink_to(path.with_name("mine.txt")), lambda path: path.symlink_to("nowhere"),
    lambda path: path.mkdir(), os.mkfifo,
], ids=["link", "dangling link", "folder", "pipe"])
def test_regular_files_alone_are_read(folder, make):
    make(folder("mine.txt") / "algebra.ipynb")
    before = len(os.listdir("/proc/self/fd"))
    assert refusal(folder()) == "不是普通文件，可能是符号链接 | not a regular file, perhaps a symbolic link"
    assert len(os.listdir("/proc/self/fd")) == before, "a file was left open"


def test_ten_megabytes_are_read_and_not_a_byte_more(folder):
    path = folder() / "algebra.ipynb"
    with open(path, "wb") as file:
        file.truncate(10 << 20)
    assert len(submission.read(path.parent)[0]) == 10 << 20
    with open(path, "ab") as file:
        file.write(b"x")
    assert refusal(path.parent) == (
        "文件有 10 MB，上限是 10 MB，清除输出再交 | 10 MB, more than 10 MB: clear the outputs")


def test_a_file_that_grows_while_it_is_read_is_cut(folder, monkeypatch):
    (folder() / "algebra.ipynb").write_bytes(b"0123456789")
    small = types.SimpleNamespace(st_mode=stat.S_IFREG, st_size=1)
    monkeypatch.setattr(submission.os, "fstat", lambda handle: small)
    monkeypatch.setattr(submission, "MAX_BYTES", 4)
    assert submission.read(folder()) == (b"0123", [])
