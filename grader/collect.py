"""Sorts what an LMS hands out, or a folder of notebooks, into one folder per student and assignment."""

import re
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from .assignments import load
from .batch import STUDENT
from .output import write_file
from .submission import MAX_BYTES

MOODLE = re.compile(r".+_(\d+)_assignsubmission_file_?")  # Full Name_123_assignsubmission_file_
CANVAS = re.compile(r"([^_]+)_(?:late_)?\d+_\d+_.+\.ipynb", re.IGNORECASE)
PLAIN = re.compile(r"([\w.@+-]+?)_[a-z]+\.ipynb", re.IGNORECASE)
Files = Iterator[tuple[str, int | None, Callable[[], bytes]]]  # name, size of a regular file, and its content


def collect(source: Path, target: Path, assignment: str) -> tuple[list[str], list[str]]:
    """Copy every notebook to ``target/student/assignment``; return the students, and what was left out.

    `source` is a folder or a zip: one folder per student (also nbgrader's student/assignment), Moodle's
    ``Name_123_assignsubmission_file_`` folders, Canvas's ``name_123_456_file.ipynb``, or
    ``student_assignment.ipynb``. Links are never followed. A student's earlier files are replaced as a whole.
    """
    load(assignment)  # an error if there is none
    taken: dict[str, dict[str, Callable[[], bytes]]] = {}  # by student and file name
    left_out = []
    for name, size, content in _in_zip(source) if zipfile.is_zipfile(source) else _in_folder(source):
        path = PurePosixPath(name)
        student = _owner(path, assignment)
        if size is None:
            left_out.append(f"{name!r}: a link, or not a regular file")
        elif size > MAX_BYTES:
            left_out.append(f"{name!r}: larger than {MAX_BYTES >> 20} MB")
        elif not student:
            left_out.append(f"{name!r}: its name does not say whose it is")
        elif path.name in taken.get(student, ()):
            left_out.append(f"{name!r}: {student} has another file of this name")
        else:
            taken.setdefault(student, {})[path.name] = content
    for student, files in taken.items():
        read = {file: content() for file, content in files.items()}  # may fail, so nothing is replaced yet
        folder = target / student / assignment
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, data in read.items():
            write_file(folder / file, data)
    return sorted(taken), left_out


def _owner(path: PurePosixPath, assignment: str) -> str | None:
    """The student that a file belongs to."""
    *above, name = path.parts
    if path.is_absolute() or ".." in above:
        return None
    for part in above:
        if found := MOODLE.fullmatch(part):
            return found[1]
    if folders := [part for part in above if part != assignment]:
        student = folders[-1]
    elif found := CANVAS.fullmatch(name) or PLAIN.fullmatch(name):
        student = found[1]
    else:
        return None
    return student if STUDENT.fullmatch(student) else None


def _in_folder(source: Path) -> Files:
    if not source.is_dir():
        raise ValueError(f"expected a folder or a zip file, got {source}. Check the path.")
    for path in sorted(source.rglob("*")):
        if path.suffix.lower() == ".ipynb":
            status = path.lstat()
            size = status.st_size if stat.S_ISREG(status.st_mode) else None
            yield path.relative_to(source).as_posix(), size, path.read_bytes


def _in_zip(source: Path) -> Files:
    archive = zipfile.ZipFile(source)  # open for as long as its files are read
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if path.suffix.lower() == ".ipynb" and not path.name.startswith("._") and not entry.is_dir():
            yield entry.filename, entry.file_size, partial(archive.read, entry)
