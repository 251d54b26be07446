"""How the grader writes a file: in one step, in folders that it makes where they are missing."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from nnlib._common.files import write_whole


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`; a reader sees the old file or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(data))


def write_json(path: Path, content: Any) -> None:
    write_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


@contextmanager
def tidied(folder: Path) -> Iterator[None]:
    """Remove what a killed run left half written in `folder`, unless another run is at work there."""
    import fcntl  # Windows, which builds the book but does not mark, has none

    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until it is closed
            for path in folder.rglob("*.json.*"):
                if re.fullmatch(r".+\.json\.[0-9a-f]{8}", path.name):
                    path.unlink()
        yield
    finally:
        os.close(handle)
