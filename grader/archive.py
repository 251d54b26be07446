"""The files in an LMS's download, be it a folder or a zip; the zips that students hand in are opened too."""

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path

from .owners import Owner
from .submission import MAX_BYTES

MAX_ZIPS = (50 << 20, 3 << 20)  # bytes of a zip in the download, and of a zip in that one
MAX_FILES = 1000  # in such a zip, those of the zips in it included


@dataclass(frozen=True)
class File:
    """One file, or an empty folder: its path, on which a zip stands like a folder, its content, or why it has none."""

    parts: tuple[str, ...]  # the last is empty for an empty folder
    content: Callable[[], bytes]
    why: str = ""
    encoding: str = ""  # in which its name was read, where that was a guess
    owner: Owner | None = None
    own: tuple[str, ...] = ()  # the end of the path, which is the student's; the rest is the LMS's

    def __str__(self) -> str:
        return repr("/".join(self.parts))

    def read(self) -> bytes:
        if self.why:
            raise ValueError(self.why)
        return self.content()


def files(source: Path) -> Iterator[File]:
    """All files and empty folders of `source`. Links are not followed; a file that cannot be read says why."""
    if source.is_dir():
        return _in_folder(source)
    if not zipfile.is_zipfile(source):
        raise ValueError(f"expected a folder or a zip file, got {source}. Check the path.")
    try:
        archive = zipfile.ZipFile(source)  # open for as long as its files are read
    except Exception as problem:  # zipfile raises almost anything
        raise ValueError(f"expected a zip file that can be read, got {source} ({problem}). "
                         "Unpack it with another program, and give the folder to `collect`.") from None
    return _in_zip(lambda: archive, (), 0)


def _in_folder(source: Path) -> Iterator[File]:
    problems: list[OSError] = []
    for folder, folders, names in os.walk(source, onerror=problems.append):
        folders.sort()
        links = [name for name in folders if Path(folder, name).is_symlink()]
        empty = [Path(folder)] if not folders and not names and Path(folder) != source else []
        for path in empty or sorted(Path(folder, name) for name in (*names, *links)):
            parts, guesses = zip(*(_text(os.fsencode(part)) for part in path.relative_to(source).parts), strict=True)
            status = path.lstat()
            file = File((*parts, ""), BytesIO().read, "", max(guesses)) if empty else File(
                parts, path.read_bytes, _why(parts, status.st_mode, status.st_size, 0), max(guesses))
            yield from _opened(file, 0)
    for problem in problems:
        yield File(Path(problem.filename).relative_to(source).parts, BytesIO().read, str(problem.strerror))


def _in_zip(archive: Callable[[], zipfile.ZipFile], above: tuple[str, ...], depth: int) -> Iterator[File]:
    entries = []
    for entry in archive().infolist():
        name, encoding = entry.filename or ".", ""
        if not entry.flag_bits & 0x800:  # such a name is in an encoding that only its maker knows
            with suppress(UnicodeEncodeError):
                name, encoding = _text(name.encode("cp437"))
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part != ".") or (".",)
        entries.append((entry, parts, encoding))
    following = dict(pairwise([*sorted({parts for _, parts, _ in entries}), ()]))  # a folder's first file, if any
    for entry, parts, encoding in entries:
        if parts[-1]:
            why = _why(parts, entry.external_attr >> 16, entry.file_size, depth)
            file = File((*above, *parts), lambda entry=entry: archive().read(entry), why, encoding)
            yield from _opened(file, depth)
        elif following[parts][: len(parts) - 1] != parts[:-1]:
            yield File((*above, *parts), BytesIO().read, "", encoding)


def _opened(file: File, depth: int) -> Iterator[File]:
    """The file itself; of a zip, the files in it, unless it is empty."""
    if file.why or not file.parts[-1].lower().endswith(".zip") or depth == len(MAX_ZIPS):
        yield file
        return
    try:
        archive = _in_zip(lambda: zipfile.ZipFile(BytesIO(file.content())), file.parts, depth + 1)
        inside = list(islice(archive, MAX_FILES + 1))
        if len(inside) > MAX_FILES:
            raise ValueError(f"it has more than {MAX_FILES} files")
        yield from inside or [file]
    except Exception as problem:  # as above; one broken zip costs one student a line
        yield replace(file, why=f"a zip that cannot be opened: {problem}")


def _text(name: bytes) -> tuple[str, str]:
    """A file's name: UTF-8, or else what Chinese Windows writes; a guess is told, with its encoding."""
    for encoding in ("utf-8", "gb18030", "cp437"):  # the last reads any bytes
        with suppress(UnicodeDecodeError):
            return name.decode(encoding), "" if encoding == "utf-8" else encoding


def _why(parts: tuple[str, ...], mode: int, size: int, depth: int) -> str:
    """Why a file is not read: where it lies, what it is, or how large it is; zips in zips may hold little."""
    most = MAX_ZIPS[depth] if parts[-1].lower().endswith(".zip") and depth < len(MAX_ZIPS) else MAX_BYTES
    if parts == (".",):
        return "it has no name"
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return "its path leads out of the archive"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "a link, or not a regular file"
    return f"larger than {most >> 20} MB" if size > most else ""
