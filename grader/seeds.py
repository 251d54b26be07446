"""The instructor's secret seed: a file in no repository that draws the tests' inputs, and may choose variants, too."""

import hashlib
import secrets
from pathlib import Path

SHORTEST = 16  # bytes
VARIED = b"variants "  # so begins a seed that chooses variants


def create(path: Path, varied: bool = False) -> None:
    """Write a new seed that only its owner can read; an existing file is left as it is."""
    if path.is_dir():
        raise ValueError(f"expected a file's name, got the folder {path}. Add one: python -m grader seed {path}/seed")
    if path.exists():
        raise ValueError(f"expected a new file, got {path}, which exists. Keep it: another seed gives other tests.")
    path.touch(0o600)
    path.write_bytes(VARIED * varied + secrets.token_hex(32).encode() + b"\n")


def read(path: Path) -> int:
    """The number that a seed file stands for."""
    if not path.is_file():
        new = path / "seed" if path.is_dir() else path
        raise ValueError(f"expected a seed file, found none at {path}. Make one: python -m grader seed {new}")
    data = _clean(path)
    if (count := len(data.removeprefix(VARIED))) < SHORTEST:
        raise ValueError(f"expected a seed of at least {SHORTEST} bytes in {path}, got {count}: "
                         f"it could be guessed. Make one: python -m grader seed {path}.new")
    return int.from_bytes(hashlib.sha256(data).digest())


def varied(path: Path) -> bool:
    """Whether the seed in a file chooses variants."""
    return _clean(path).startswith(VARIED)


def _clean(path: Path) -> bytes:
    """What a file holds, without what editors add to it."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf").strip()
    return b" ".join(data.split()) if data.startswith(VARIED) else data
