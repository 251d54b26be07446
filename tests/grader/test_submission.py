"""What is read from a submission and what is refused, each reason in both languages; nothing is run."""

import json
import os
import stat
import types

import pytest

from grader import submission
from grader.assignments import Assignment
from grader.submission import Refused

CHECK, START = 'nn.exercises.check("sum", sum_)', "import numpy as np\n\nimport nnlib as nn"
TASK = Assignment("algebra", ("sum", "product"), {"essay": 3}, {
    "# algebra": "title", START: "imports", CHECK: "sum-check", "check(p)": "product-check", "(write here)": "essay"},
    {"sum": 0, "product": 0})


def cell(grade_id=None, source="x = 1", kind="code", **more):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **more}


TITLE, IMPORTS = cell("title", "# algebra", "markdown"), cell("imports", START)
SUM, SUM_CHECK = cell("sum", "sum = 1"), cell("sum-check", CHECK)
PRODUCT, PRODUCT_CHECK = cell("product", ["p = 2\n", "q = 3"]), cell("product-check", "check(p)")
ESSAY, MINE = cell("essay", "Because.", "markdown"), cell(None, "mine = 4")
WHOLE = [TITLE, IMPORTS, SUM, SUM_CHECK, PRODUCT, PRODUCT_CHECK, ESSAY, MINE]
RUN, PLACES = ["sum = 1", "p = 2\nq = 3", "mine = 4"], {"sum": 1, "product": 2}  # of WHOLE
NAMED = "文件名应为 algebra.ipynb | the file should be called algebra.ipynb"
MISSING = "缺少单元格 {0} | missing cells: {0}"
TWICE = "单元格 {0} 出现两次 | cell {0} occurs twice"
CHANGED = ("我们发的单元格 {0} 被改过，当作你的代码运行 | "
           "cell {0}, which we handed out, was changed: it ran as your code")
NO_CODE = "单元格 {0} 不是代码单元格，仍当作代码运行 | cell {0} is not a code cell; it ran as code all the same"
ORDER = "题目的次序变了 | the exercises stand in another order"
BROKEN = "跳过一个坏单元格 | a broken cell was skipped"


def parsed(cells, **notebook):
    found = submission.parse(json.dumps({"cells": cells, **notebook}).encode(), TASK)
    return found.cells, found.places, found.notes


def test_a_notebook_in_order():
    """Ours are not run, nor is what is answered in words; the student's own are, in their order."""
    assert parsed(WHOLE) == (RUN, PLACES, [])


def bare_cells(cells):
    """As VS Code once saved them: without metadata, and under ids of its own."""
    return [{**cell, "metadata": {}, "id": str(number)} for number, cell in enumerate(cells)]


MATH = cell("imports", "import math\n" + START)
MERGED = cell("sum-check", f"sum = 1\n{CHECK}")
COPY = cell("sum-check", "def helper(): pass")


@pytest.mark.parametrize(("cells", "run", "places", "notes"), [
    ([TITLE, MATH, *WHOLE[2:]], [MATH["source"], *RUN], {"sum": 2, "product": 3}, [CHANGED.format("imports")]),
    ([*WHOLE[:2], MERGED, *WHOLE[4:]], [MERGED["source"], *RUN[1:]], PLACES,
     [CHANGED.format("sum-check"), MISSING.format("sum")]),
    ([*WHOLE[:4], COPY, *WHOLE[4:]], [RUN[0], COPY["source"], *RUN[1:]], {"sum": 1, "product": 3},
     [TWICE.format("sum-check"), CHANGED.format("sum-check")]),
    ([TITLE, cell("imports", "import numpy as np"), cell("imports", "import math"), *WHOLE[2:]],
     ["import numpy as np", "import math", *RUN], {"sum": 3, "product": 4},
     [CHANGED.format("imports"), TWICE.format("imports"), CHANGED.format("imports")]),
    ([TITLE, IMPORTS, {**SUM, "cell_type": "markdown"}, *WHOLE[3:]], RUN, PLACES, [NO_CODE.format("sum")]),
    ([TITLE, IMPORTS, {**SUM, "cell_type": "raw"}, *WHOLE[3:]], RUN, PLACES, [NO_CODE.format("sum")]),
    ([*WHOLE[:3], *WHOLE[4:]], RUN, PLACES, [MISSING.format("sum-check")]),
    ([*WHOLE[:3], MINE, *WHOLE[4:]], [RUN[0], MINE["source"], *RUN[1:]], {"sum": 2, "product": 3},
     [MISSING.format("sum-check")]),
    ([*WHOLE[:3], MINE, PRODUCT, MINE], [RUN[0], RUN[2], RUN[1], RUN[2]], {"sum": 2, "product": 4},
     [MISSING.format("essay, sum-check, product-check")]),
    ([*WHOLE[:3], MINE, PRODUCT_CHECK, PRODUCT, MINE], [RUN[0], RUN[2], *RUN[1:]], {"sum": 2, "product": 2},
     [MISSING.format("essay, sum-check")]),
    ([*WHOLE[:3], *WHOLE[4:5], SUM, *WHOLE[5:]], [*RUN[:2], RUN[0], RUN[2]], {"sum": 3, "product": 3},
     [TWICE.format("sum"), MISSING.format("sum-check")]),
    ([*WHOLE[:3], cell("sum", "sum = 2"), *WHOLE[3:]], [RUN[0], "sum = 2", *RUN[1:]], {"sum": 2, "product": 3},
     [TWICE.format("sum")]),
    ([TITLE, IMPORTS, PRODUCT, PRODUCT_CHECK, SUM, SUM_CHECK, ESSAY], [RUN[1], RUN[0]], {"product": 1, "sum": 2},
     [ORDER]),
    ([TITLE, IMPORTS, SUM_CHECK, SUM, PRODUCT, PRODUCT_CHECK, ESSAY], RUN[:2], {"sum": 0, "product": 2}, []),
    ([*WHOLE, SUM_CHECK], RUN, {"sum": 3, "product": 2}, [TWICE.format("sum-check")]),
    (bare_cells(WHOLE), RUN, PLACES, [MISSING.format("sum, product, essay")]),
    (bare_cells([SUM, PRODUCT, MINE]), RUN, {"sum": 3, "product": 3},
     [MISSING.format("sum, product, essay, sum-check, product-check")]),
    ([TITLE, cell("imports", START.replace("\n", " \t\r\n") + "\n\n"), SUM, cell("sum-check", CHECK + "  \r"),
      *WHOLE[4:]],
     RUN, PLACES, []),
    ([*WHOLE[:6], cell("essay", "(write here)"), MINE], RUN, PLACES, []),
    ([*WHOLE[:6], cell("essay", "drawn = 5"), MINE], [*RUN[:2], "drawn = 5", RUN[2]], PLACES, []),
    ([cell("title", "# algebra"), *WHOLE[1:]], RUN, PLACES, []),
    ([cell("title", "mine too"), *WHOLE[1:]], ["mine too", *RUN], {"sum": 2, "product": 3}, [CHANGED.format("title")]),
    ([cell("sum"), ESSAY], ["x = 1"], {"sum": 1, "product": 1},
     [MISSING.format("product, sum-check, product-check")]),
    ([cell(None, "a"), cell(None, " \n"), cell(None, "b", "raw"), cell(None, "c", "markdown"), *WHOLE],
     ["a", *RUN], {"sum": 2, "product": 3}, []),
    ([None, {"cell_type": "code", "source": 5}, cell(None, ["a", 5]), cell(None, None), *WHOLE],
     RUN, PLACES, [BROKEN] * 4),
    ([{"cell_type": "code"}, *WHOLE], RUN, PLACES, []),
    ([{"cell_type": "code", "source": "odd", "metadata": odd} for odd in
      ([], {"nbgrader": []}, {"nbgrader": {"grade_id": 5}}, {"nbgrader": {"grade_id": "\x1b"}},
       {"nbgrader": {"grade_id": "x" * 100}}, {"nbgrader": {}}, None)] + WHOLE,
     ["odd"] * 7 + RUN, {"sum": 8, "product": 9}, []),
    ([cell("y" * 99), cell("y" * 99), cell("z" * 100), cell("z" * 100), *WHOLE],
     ["x = 1"] * 4 + RUN, {"sum": 5, "product": 6}, [TWICE.format("y" * 99)]),
], ids=["import added to ours", "answer in the check", "check copied for something else", "ours split",
        "answer turned to Markdown", "answer turned to raw", "check deleted", "answer goes on", "both go on",
        "answer goes on above a check", "check deleted, answer copied",
        "answer split", "moved", "answer below its check", "check copied", "no metadata", "no metadata, no check",
        "blanks and line endings", "question turned to code", "question answered by code", "text turned to code",
        "code in our text", "missing", "empty and other kinds", "broken", "no source", "odd marks", "long mark"])
def test_odd_cells(cells, run, places, notes):
    assert parsed(cells) == (run, places, notes)


@pytest.mark.parametrize(("source", "renamed"), [
    ('nn.exercises.check("sum", my_sum)', {"sum": "my_sum"}), ("check('sum', answer=my_sum)", {"sum": "my_sum"}),
    ('r = nn.exercises.check( "product" ,p2 )\nprint(r)', {"product": "p2"}), ('check("sum", 5)', {}),
    ('nn.exercises.check("sum", my_sum, variant=3)', {"sum": "my_sum"}), ('check("sum", my_sum, 3)', {}),
    ('check("sum", my.sum)', {}), ('recheck("sum", x)', {}), ('check("sum", x)\ncheck("sum", y)', {"sum": "y"}),
], ids=range(9))
def test_the_name_that_a_changed_check_hands_in(source, renamed):
    data = json.dumps({"cells": [*WHOLE[:3], cell("sum-check", source), *WHOLE[4:]]}).encode()
    assert submission.parse(data, TASK).renamed == renamed


@pytest.mark.parametrize(("number", "others"), [
    ("", []), (", variant=0", []), (",variant = 3", ["sum"]), (", variant=" + "9" * 5000, []), (", variant=x", []),
], ids=["page", "zero", "another", "endless", "no number"])
def test_a_check_that_we_handed_out_may_ask_another_variant(number, others):
    check = cell("sum-check", CHECK.replace(")", f"{number})"))
    read = submission.parse(json.dumps({"cells": [*WHOLE[:3], check, *WHOLE[4:]]}).encode(), TASK)
    assert read.others == others
    assert any("not what this section was asked: sum" in note for note in read.notes) == bool(others)


def test_versions_before_the_fourth():
    """Their lines may stand without line endings."""
    inputs = ["a = 1", ["a = 1", "", "b = 2"], ["a = 1\n", "b = 2"], []]
    sheets = [{"cells": [{"cell_type": "code", "input": text} for text in inputs]}, None, {},
              {"cells": [cell("sum", "b")]}]
    run = submission.parse(json.dumps({"worksheets": sheets}).encode(), TASK).cells
    assert run == ["a = 1", "a = 1\n\nb = 2", "a = 1\nb = 2", "b"]


def test_a_byte_order_mark_and_chinese():
    cells = [cell("essay", "因为", "markdown"), cell("sum", "'和'"), cell("product")]
    text = json.dumps({"cells": cells}, ensure_ascii=False)
    assert submission.parse(("\ufeff" + text).encode(), TASK).cells == ["'和'", "x = 1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_what_windows_calls_unicode(encoding):
    text = json.dumps({"cells": [cell("sum", "'和'")]}, ensure_ascii=False)
    assert submission.parse(text.encode(encoding), TASK).cells == ["'和'"]


EMPTY, PAGE = "文件是空的 | the file is empty", "是网页，不是笔记本 | a web page, not a notebook"
JSON, NOTEBOOK = "不是有效的 JSON | not valid JSON", "不是 Jupyter 笔记本 | not a Jupyter notebook"


@pytest.mark.parametrize(("data", "why"), [
    (b"", EMPTY), (b"\xef\xbb\xbf \r\n", EMPTY), ("\ufeff\n".encode("utf-16"), EMPTY), (b'{"cells": [', JSON),
    (b"\n<!DOCTYPE html>", PAGE), (b"\xef\xbb\xbf<html>", PAGE), ("<html>".encode("utf-16"), PAGE),
    (b"%PDF-1.7\n%\xe2\xe3", "是 PDF，不是笔记本 | a PDF, not a notebook"), (b"\x89PNG\r\n\xff", JSON),
    (b"PK\3\4\x14\0\xff", "是压缩包，不是笔记本 | a zip, not a notebook"),
    ('{"cells": []}'.encode("utf-16")[:-1], JSON), (b'{"cells": ["\xc4\xe3"]}', JSON), (b"\0" * 100, JSON),
    (b'"a', JSON), (b"[" * 100_000, JSON),
    (b"[]", NOTEBOOK), (b"{}", NOTEBOOK), (b'{"cells": {}}', NOTEBOOK), (b'{"worksheets": 5}', NOTEBOOK),
    (b'{"cells": 5, "worksheets": []}', NOTEBOOK),
    (b'{"cells": []}', "有 0 个单元格 | 0 cells"),
    (json.dumps({"cells": [0] * 2001}).encode(), "有 2001 个单元格 | 2001 cells"),
], ids=range(22))
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
