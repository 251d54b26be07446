"""Files: written completely or not at all, and read without trusting their content."""

import io
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

PathLike = str | os.PathLike[str]


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
    closed = target.exists() and not target.stat().st_mode & 0o222
    if closed or target.is_dir() or not target.parent.is_dir():
        raise ValueError(f"Writing expected a file in an existing folder, got {'the folder ' * target.is_dir()}"
                         f"{os.fspath(path)!r}{', read-only' * closed}. Create the folder, or give another name.")
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


def read_arrays(path: Path, names: set[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The named arrays, and no others, of an uncompressed .npz; nothing is unpickled and nothing is decompressed.

    A broken or hostile file makes zipfile and NumPy raise almost anything.
    """
    import zipfile

    arrays = {}
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        if set(entries) != names:
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
    return arrays
