"""The file in which a sweep keeps its finished rows, and which says to which function they belong."""

import json
from collections.abc import Callable
from typing import Any

from .files import BadFile, PathLike, as_path, write_whole
from .fingerprint import fingerprint


def read_checkpoint(place: PathLike, run: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """The rows of a checkpoint; a new one is begun with the name of `run`."""
    path = as_path(place, "sweep checkpoint")
    if not path.parent.is_dir() or path.is_dir():
        raise ValueError(f"sweep expected a file in an existing folder for the checkpoint, got {str(place)!r}. "
                         "Create the folder first, or correct the path.")
    name = getattr(run, "__qualname__", type(run).__name__)  # a partial has none
    old_head = json.dumps({"sweep": f"{run.__module__}.{name}"})
    try:
        head = json.dumps({"sweep": f"{run.__module__}.{name}", "code": fingerprint(run)})
    except Exception as problem:  # whatever an object raises that cannot be pickled
        raise ValueError(f"sweep with a checkpoint expected a function whose data can be compared with that of a later "
                         f"call, got {run!r} ({problem}). Create it inside the function, or leave out the checkpoint."
                         ) from None
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    first, *lines = text.split("\n")
    new = not lines and head.startswith(first)  # or cut short while the first line was written
    if not new and first not in (head, old_head):  # the older form, which does not say to which code it belongs
        raise BadFile(f"sweep expected a checkpoint of {head} in {path}, got one that starts {first[:200]!r}. "
                      "Give this sweep, or this version of the function, a file of its own.")
    *whole, rest = lines or [first]
    if new or rest:  # the last line was cut short while it was written
        text = "".join(f"{line}\n" for line in (head if new else first, *whole))
        write_whole(path, lambda file: file.write(text.encode()))
    rows = {}
    for number, line in enumerate(whole, 2):
        try:
            key, row = json.loads(line)
            rows[key] = {**row}
        except (ValueError, TypeError, RecursionError):
            raise BadFile(f"sweep expected a row on line {number} of the checkpoint {path}, got {line[:80]!r}. "
                          "Delete that line: its setting is then computed again.") from None
    return rows
