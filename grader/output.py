"""How the grader writes a file, in one step, in folders that it makes where they are missing, and reads it again."""

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from nnlib._common.files import write_whole


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`; a reader sees the old file or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(data))


def write_json(path: Path, content: Any) -> None:
    write_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file, or None if there is no such file or it is damaged."""
    with suppress(FileNotFoundError, ValueError, RecursionError):
        content = json.loads(path.read_text("utf-8"))
        return content if isinstance(content, dict) else None
    return None


def write_sealed(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with a digest, because a damaged file may still be JSON."""
    write_json(path, {**content, "digest": sha256(json.dumps(content).encode()).hexdigest()})


def read_sealed(path: Path) -> dict[str, Any] | None:
    """As `read_json`, of a file that `write_sealed` wrote and that nobody has changed."""
    content = read_json(path) or {}
    digest = content.pop("digest", "")
    return content if digest == sha256(json.dumps(content).encode()).hexdigest() else None
