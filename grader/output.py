"""How the grader writes a file, in one step, in folders that it makes where they are missing, and reads it again."""

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from nnlib._common.files import write_whole

SEAL = "=sha256"  # no student is called so


def write_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`; a reader sees the old file or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(data))


def write_json(path: Path, content: Any) -> None:
    write_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def write_sealed(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with a digest, because a damaged file may still be JSON."""
    write_json(path, {**content, SEAL: sha256(json.dumps(content).encode()).hexdigest()})


def read_sealed(path: Path) -> dict[str, Any] | None:
    """The content of such a file, or None if there is none, or it is damaged."""
    with suppress(FileNotFoundError, ValueError, RecursionError, AttributeError, LookupError, TypeError):
        content = json.loads(path.read_text("utf-8"))
        digest = content.pop(SEAL)
        return content if digest == sha256(json.dumps(content).encode()).hexdigest() else None
    return None
