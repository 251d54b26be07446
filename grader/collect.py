"""Sorts what an LMS hands out, or a folder of notebooks, into one folder a student and assignment."""

import re
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from nnlib.files import write_whole

from .assignments import names
from .campaign import STUDENT
from .submission import MAX_BYTES

MOODLE = re.compile(r".+_(\d+)_assignsubmission_file_?")  # Full Name_123_assignsubmission_file_
CANVAS = re.compile(r"([^_]+)_(?:late_|LATE_)?\d+_\d+_(.+?)(?:-\d+)?\.ipynb", re.IGNORECASE)
PLAIN = re.compile(r"([\w.@+-]+?)_([a-z]+)\.ipynb")


def collect(source: Path, target: Path, assignment: str) -> tuple[list[str], list[str]]:
    """Copy every notebook to ``target/student/assignment``; whose were copied, and what was left out and why.

    `source` is a folder or a zip: one folder a student (also nbgrader's student/assignment), Moodle's folders
    ``Name_123_assignsubmission_file_``, Canvas's ``name_123_456_file.ipynb``, ``student_assignment.ipynb``.
    Links are never followed, a student who is there already is replaced as a whole.
    """
    if assignment not in names():
        raise ValueError(
            f"expected an assignment ({', '.join(names())}), got {assignment!r}. Check the spelling."
        )
    files = _zipped(source) if zipfile.is_zipfile(source) else _plain(source)
    taken: dict[str, list[tuple[str, Path | zipfile.ZipExtFile]]] = {}
    left = []
    for name, data, problem in files:
        student, file = _whose(PurePosixPath(name), assignment)
        if problem or not student:
            left.append(f"{name!r}: {problem or 'whose it is cannot be told from its name'}")
        elif file in dict(taken.get(student, ())):
            left.append(f"{name!r}: {student} has another file of this name")
        else:
            taken.setdefault(student, []).append((file, data))
    for student, found in taken.items():
        folder = target / student / assignment
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file, read in found:
            write_whole(folder / file, lambda out, read=read: out.write(read()))
    return sorted(taken), left


def _whose(path: PurePosixPath, assignment: str) -> tuple[str | None, str]:
    """The student that a file belongs to, and the file's plain name."""
    for part in path.parts[:-1]:
        if found := MOODLE.fullmatch(part):
            return found[1], path.name
    folders = [part for part in path.parts[:-1] if part not in (".", assignment)]
    if folders:
        student = folders[-1]
    elif found := CANVAS.fullmatch(path.name) or PLAIN.fullmatch(path.name):
        student = found[1]
    else:
        return None, path.name
    return (student if STUDENT.fullmatch(student) else None), path.name


def _plain(source: Path):
    if not source.is_dir():
        raise ValueError(f"expected a folder or a zip file, got {source}. Check the path.")
    for path in sorted(source.rglob("*.ipynb")):
        name = path.relative_to(source).as_posix()
        status = path.lstat()
        problem = ""
        if not stat.S_ISREG(status.st_mode) or any(parent.is_symlink() for parent in path.parents):
            problem = "a link or no plain file"
        elif status.st_size > MAX_BYTES:
            problem = f"larger than {MAX_BYTES >> 20} MB"
        yield name, path.read_bytes, problem


def _zipped(source: Path):
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(".ipynb") and not PurePosixPath(entry.filename).name.startswith("._"):
                large = entry.file_size > MAX_BYTES
                outside = entry.filename.startswith("/") or ".." in PurePosixPath(entry.filename).parts
                problem = (
                    f"larger than {MAX_BYTES >> 20} MB"
                    if large
                    else "a path that leads outside"
                    if outside
                    else ""
                )
                yield entry.filename, lambda entry=entry: zipfile.ZipFile(source).read(entry), problem
