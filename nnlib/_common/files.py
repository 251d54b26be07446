"""Files: written completely or not at all, and read without trusting their content."""

import io
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from .threads import lock

PathLike = str | os.PathLike[str]
_WARNINGS = lock()  # Python's warning filters are one for all threads


class BadFile(ValueError):
    """The content of a file is not what it should be."""


def as_path(path: Any, what: str) -> Path:
    """`path` as a Path."""
    if not isinstance(path, str | os.PathLike):
        raise ValueError(f"{what} expected a path, got {path!r}. Give a str or a pathlib.Path.")
    return Path(path)


def write_whole(path: PathLike, write: Callable[[IO[bytes]], object]) -> None:
    """Let `write` fill a temporary file next to `path`, then move it there in one step."""
    target = Path(os.path.realpath(as_path(path, "Writing")))  # a link stays one
    if not target.parent.is_dir():
        raise ValueError(f"Writing {target.name} expected an existing folder, got {str(target.parent)!r}. "
                         "Create it first, or correct the path.")
    if target.is_dir():
        raise ValueError(f"Writing expected the path of a file, got the folder {os.fspath(path)!r}. Add a file name.")
    if target.exists() and not target.stat().st_mode & 0o222:
        raise ValueError(f"Writing expected a file that may change, got the read-only {os.fspath(path)!r}. Give "
                         "another name, or allow writing with os.chmod.")
    temporary = target.with_name(f"{target.name[:40]}.{os.urandom(4).hex()}")  # not longer than a name may be
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_arrays(path: PathLike, names: tuple[str, ...]) -> dict[str, np.ndarray[Any, Any]]:
    """The named arrays, and no others, of an uncompressed .npz; nothing is unpickled and nothing is decompressed."""
    import warnings
    import zipfile

    path = as_path(path, "load")
    arrays = {}
    if path.is_dir():
        raise BadFile(f"load expected the path of a file, got the folder {os.fspath(path)!r}. Add the file's name.")
    try:
        with _WARNINGS, zipfile.ZipFile(path) as archive, warnings.catch_warnings(action="error"):
            entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            if set(entries) != set(names):
                raise BadFile(f"entries {sorted(entries)[:5]}")
            for name, entry in entries.items():
                # An uncompressed entry takes as many bytes as it claims, so no small file can fill memory.
                if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > os.path.getsize(path):
                    raise BadFile(f"a compressed or oversized entry {name!r}")
                stream = io.BytesIO(data := archive.read(entry))
                np.lib.format.read_magic(stream)
                shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
                if math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
                    raise BadFile(f"{len(data) - stream.tell()} bytes for an array of shape {shape}")
                arrays[name] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as problem:  # a hostile file makes zipfile and NumPy raise almost anything
        raise BadFile(f"load expected an .npz file written by net.save in {os.fspath(path)!r}, got a broken or foreign "
                      f"file ({problem}). Save the network again, or check that this is the right file.") from None
    return arrays
