"""A submitted notebook: normalised, or refused with a reason. Nothing in it is run here."""

import json
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .assignments import Assignment, bare
from .guard import is_guard

MAX_BYTES, MAX_CELLS = 10 << 20, 2000
CHECKED = re.compile(r"""\bcheck\(\s*['"]([\w-]+)['"]\s*,\s*(?:answer\s*=\s*)?([A-Za-z_]\w*)\s*\)""")
VARIANT = re.compile(r",\s*variant\s*=\s*(\d{1,9})")  # in a self-check, which else is the page's
KINDS = {"<": "是网页，不是笔记本 | a web page, not a notebook", "%PDF": "是 PDF，不是笔记本 | a PDF, not a notebook",
         "PK": "是压缩包，不是笔记本 | a zip, not a notebook", "": "不是有效的 JSON | not valid JSON"}  # by its start


class Refused(ValueError):
    """A submission that cannot be marked, and why, as ``中文 | English``."""


def read(folder: Path) -> tuple[bytes, list[str]]:
    """The notebook in a student's folder for an assignment, and notes about its name."""
    if folder.is_symlink():
        raise Refused("文件夹是符号链接 | the folder is a symbolic link")
    name, inside = f"{folder.name}.ipynb", folder.iterdir() if folder.is_dir() else ()
    files = [path for path in inside if path.suffix.lower() == ".ipynb"]
    if folder / name in files:
        return _bytes(folder / name), []
    if not files:
        raise Refused("没有交笔记本 | no notebook was handed in")
    if (count := len(files)) > 1:
        raise Refused(f"有 {count} 个笔记本，没有一个叫 {name} | {count} notebooks, none called {name}")
    return _bytes(files[0]), [f"文件名应为 {name} | the file should be called {name}"]


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file no larger than MAX_BYTES; a link could lead to somebody else's file."""
    try:
        with open(path, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError("a pipe or a device")
            if status.st_size > MAX_BYTES:
                raise Refused(f"文件有 {status.st_size >> 20} MB，上限是 {MAX_BYTES >> 20} MB，清除输出再交 | "
                              f"{status.st_size >> 20} MB, more than {MAX_BYTES >> 20} MB: clear the outputs")
            return file.read(MAX_BYTES)
    except OSError:
        raise Refused("不是普通文件，可能是符号链接 | not a regular file, perhaps a symbolic link") from None


@dataclass(frozen=True)
class Submission:
    """The cells to run; before which of them each exercise is asked; notes; and other names that checks hand in."""

    cells: list[str]
    places: dict[str, int]
    notes: list[str]
    renamed: dict[str, str]
    others: list[str]  # exercises with the self-check of another variant than the section's


def parse(data: bytes, assignment: Assignment) -> Submission:
    """What a student wrote.

    A cell is ours, and not run, if its text is. The tests of an exercise stand where its self-check does; if that is
    missing, they stand below all that follows the exercise's cell up to the next exercise, or at the end.
    """
    try:
        notebook = json.loads(data)  # in UTF-8, or in what Windows calls Unicode
    except (ValueError, RecursionError):
        begin = data.decode(json.detect_encoding(data), "replace").lstrip("\ufeff \t\r\n")
        why = next(kind for start, kind in KINDS.items() if begin.startswith(start))
        raise Refused(why if begin else "文件是空的 | the file is empty") from None
    cells = _cells(notebook)
    if not cells or len(cells) > MAX_CELLS:
        raise Refused(f"有 {len(cells)} 个单元格 | {len(cells)} cells")
    code, notes, seen, places, renamed, asked, current = [], [], [], {}, {}, {}, ""
    for source, id, is_code in map(_read, cells):
        if source is None:
            notes.append("跳过一个坏单元格 | a broken cell was skipped")
            continue
        if is_guard(bare(source)):
            continue
        if id in seen:
            notes.append(f"单元格 {id} 出现两次 | cell {id} occurs twice")
        seen += [id] * bool(id)
        ours = assignment.given.get(bare(checked := VARIANT.sub("", source)))
        current = next((one for one in assignment.exercises if f"{ours or id}-".startswith(f"{one}-")), current)
        if ours:
            places[ours.removesuffix("-check")] = len(code)
            asked.setdefault(ours.removesuffix("-check"), []).append(int((VARIANT.findall(source) or [0])[0]))
            continue
        if not is_code and id in assignment.exercises:
            notes.append(f"单元格 {id} 不是代码单元格，仍当作代码运行 | "
                         f"cell {id} is not a code cell; it ran as code all the same")
        elif is_code and id in assignment.given.values() and id not in assignment.written:
            notes.append(f"我们发的单元格 {id} 被改过，当作你的代码运行 | "
                         f"cell {id}, which we handed out, was changed: it ran as your code")
        if (is_code or id in assignment.exercises) and source.strip():
            code.append(source)
            renamed |= CHECKED.findall(checked)
        if current not in asked:
            places[current] = len(code)
    unchecked = (f"{id}-check" for id in assignment.exercises if id not in asked)
    if missing := ", ".join(id for id in (*assignment.exercises, *assignment.written, *unchecked) if id not in seen):
        notes.append(f"缺少单元格 {missing} | missing cells: {missing}")
    order = [id for id in dict.fromkeys(seen) if id in assignment.exercises]
    if order != sorted(order, key=assignment.exercises.index):
        notes.append("题目的次序变了 | the exercises stand in another order")
    if others := [id for id, number in assignment.variants.items() if number not in asked.get(id, [number])]:
        notes.insert(0, f"不是发给本班的题：{'、'.join(others)} | not what this section was asked: {', '.join(others)}")
    return Submission(code, {id: places.get(id, len(code)) for id in assignment.exercises}, notes, renamed, others)


def answer(folder: Path, part: str) -> list[tuple[str, list[object]]]:
    """A part's cell and those that the student has added below it: each one's text, and its pictures, in base64."""
    found, id = [], ""
    for cell in _cells(json.loads(read(folder)[0])):
        source, own, _ = _read(cell)
        id = own or id
        if id == part and source is not None:
            found.append((source, pictures := []))
            with suppress(AttributeError, TypeError):  # a student can write anything there
                bundles = [one.get("data", {}) for one in cell.get("outputs", ())]
                bundles += cell.get("attachments", {}).values()
                pictures += [data for bundle in bundles for kind, data in bundle.items() if kind.startswith("image/")]
    return found


def _cells(notebook: object) -> list:
    """The cells; before version 4 of the format, worksheets held them."""
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    holders = [notebook, *sheets] if isinstance(sheets, list) else [notebook]
    found = [holder.get("cells") for holder in holders if isinstance(holder, dict)]
    lists = [cells for cells in found if isinstance(cells, list)]
    if not lists:
        raise Refused("不是 Jupyter 笔记本 | not a Jupyter notebook")
    return [cell for cells in lists for cell in cells]


def _read(cell: object) -> tuple[str | None, str, bool]:
    """A cell's text, or None if it is broken; its grade id, if it has one; and whether it is code."""
    if not isinstance(cell, dict):
        return None, "", False
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        split = "input" in cell and not "".join(source[:1]).endswith(("\n", "\r"))
        source = ("\n" if split else "").join(source)  # before version 4, lines stood without their ends
    match cell:
        case {"metadata": {"nbgrader": {"grade_id": str(id)}}} if id.isprintable() and len(id) < 100:
            pass
        case _:
            id = ""
    return source if isinstance(source, str) else None, id, cell.get("cell_type") == "code"
