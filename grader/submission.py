"""A submitted notebook: brought into one form, or refused with a reason. Nothing in it is run here."""

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from .assignments import Assignment

MAX_BYTES, MAX_CELLS = 10 << 20, 2000


class Refused(Exception):
    """A submission that cannot be marked, and why, as ``中文 | English``."""


@dataclass
class Submission:
    """The code to run, in order, the answers in words by cell, and what was odd about the notebook."""

    cells: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find(folder: Path, name: str) -> tuple[Path, list[str]]:
    """The notebook in a student's folder, whatever it is called, and what was odd about that."""
    if folder.is_symlink():
        raise Refused("文件夹是符号链接 | the folder is a symbolic link")
    files = (
        sorted(path for path in folder.iterdir() if path.suffix.lower() == ".ipynb")
        if folder.is_dir()
        else []
    )
    exact = [path for path in files if path.name == f"{name}.ipynb"]
    if exact or len(files) == 1:
        path = (exact or files)[0]
        return path, [] if exact else [f"文件名应为 {name}.ipynb | the file should be called {name}.ipynb"]
    if files:
        raise Refused(
            f"有 {len(files)} 个笔记本，没有一个叫 {name}.ipynb | "
            f"{len(files)} notebooks, none of them called {name}.ipynb"
        )
    raise Refused("没有交笔记本 | no notebook was handed in")


def read(path: Path) -> bytes:
    """The bytes of a submitted file: a plain file of bearable size, not a link to someone else's."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise Refused(
            "不是普通文件（可能是符号链接） | not a plain file (a symbolic link, perhaps)"
        ) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Refused("不是普通文件 | not a plain file")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > MAX_BYTES:
            raise Refused(
                f"文件有 {status.st_size >> 20} MB，上限是 {MAX_BYTES >> 20} MB，清除输出再交 | "
                f"{status.st_size >> 20} MB, more than {MAX_BYTES >> 20} MB: clear the outputs"
            )
        return file.read(MAX_BYTES)


def parse(data: bytes, assignment: Assignment) -> Submission:
    """The parts of a notebook that the student wrote; cells we gave out are ours and are not run again."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("不是有效的 JSON | not valid JSON") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]  # before version 4
        cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise Refused("不是 Jupyter 笔记本 | not a Jupyter notebook")
    if not cells or len(cells) > MAX_CELLS:
        raise Refused(f"有 {len(cells)} 个单元格 | {len(cells)} cells")
    found, seen = Submission(), set()
    for cell in cells:
        source = _source(cell)
        if source is None:
            found.notes.append("跳过一个坏单元格 | a broken cell was skipped")
            continue
        mark = _grade_id(cell)
        if mark in seen:
            found.notes.append(f"单元格 {mark} 出现两次 | cell {mark} stands twice")
        seen.add(mark)
        if mark in assignment.written:
            found.written[mark] = source
        elif cell.get("cell_type") == "code" and mark not in assignment.fixed and source.strip():
            found.cells.append(source)
    lost = [id for id in (*assignment.exercises, *assignment.written) if id not in seen]
    if lost:
        found.notes.append(f"缺少单元格 {', '.join(lost)} | missing cells: {', '.join(lost)}")
    return found


def _source(cell: object) -> str | None:
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source if isinstance(source, str) else None


def _grade_id(cell: dict) -> str | None:
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return grade_id if isinstance(grade_id, str) and grade_id.isprintable() and len(grade_id) < 100 else None
