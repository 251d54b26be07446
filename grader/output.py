"""How the grader writes a file: in one step, in folders that it makes where they are missing."""

import json
from pathlib import Path
from typing import Any

from nnlib._common.files import write_whole


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`; a reader sees the old file or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(data))


def write_json(path: Path, content: Any) -> None:
    write_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
