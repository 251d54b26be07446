"""Sorts what an LMS hands out, or a folder of notebooks, into one folder a student and assignment."""

import re
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from nnlib._common.files import write_whole

from .assignments import load
from .batch import STUDENT
from .submission import MAX_BYTES

MOODLE = re.compile(r".+_(\d+)_assignsubmission_file_?")  # Full Name_123_assignsubmission_file_
CANVAS = re.compile(r"([^_]+)_(?:late_)?\d+_\d+_.+\.ipynb", re.IGNORECASE)
PLAIN = re.compile(r"([\w.@+-]+?)_[a-z]+\.ipynb", re.IGNORECASE)
Found = Iterator[tuple[str, int | None, Callable[[], bytes]]]  # name, size of a plain file, and its content


def collect(source: Path, target: Path, assignment: str) -> tuple[list[str], list[str]]:
    """Copy every notebook to ``target/student/assignment``; whose were copied, and what was left out and why.

    `source` is a folder or a zip: one folder a student (also nbgrader's student/assignment), Moodle's folders
    ``Name_123_assignsubmission_file_``, Canvas's ``name_123_456_file.ipynb``, ``student_assignment.ipynb``.
    Links are never followed, a student who is there already is replaced as a whole.
    """
    load(assignment)  # an error if there is none
    taken: dict[str, dict[str, Callable[[], bytes]]] = {}
    left = []
    for name, size, content in _zipped(source) if zipfile.is_zipfile(source) else _plain(source):
        path = PurePosixPath(name)
        student = _whose(path, assignment)
        if size is None:
            left.append(f"{name!r}: a link or no plain file")
        elif size > MAX_BYTES:
            left.append(f"{name!r}: larger than {MAX_BYTES >> 20} MB")
        elif not student:
            left.append(f"{name!r}: whose it is cannot be told from its name")
        elif path.name in taken.get(student, ()):
            left.append(f"{name!r}: {student} has another file of this name")
        else:
            taken.setdefault(student, {})[path.name] = content
    for student, files in taken.items():
        read = {file: content() for file, content in files.items()}  # all of it, before anything is replaced
        folder = target / student / assignment
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, content in read.items():
            write_whole(folder / file, lambda out, content=content: out.write(content))
    return sorted(taken), left


def _whose(path: PurePosixPath, assignment: str) -> str | None:
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


def _plain(source: Path) -> Found:
    if not source.is_dir():
        raise ValueError(f"expected a folder or a zip file, got {source}. Check the path.")
    for path in sorted(source.rglob("*")):
        if path.suffix.lower() == ".ipynb":
            status = path.lstat()
            size = status.st_size if stat.S_ISREG(status.st_mode) else None
            yield path.relative_to(source).as_posix(), size, path.read_bytes


def _zipped(source: Path) -> Found:
    archive = zipfile.ZipFile(source)  # open for as long as its files are read
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if path.suffix.lower() == ".ipynb" and not path.name.startswith("._") and not entry.is_dir():
            yield entry.filename, entry.file_size, partial(archive.read, entry)
