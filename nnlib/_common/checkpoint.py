"""The file in which a sweep keeps its finished rows, and which says to which function they belong."""

import json
import re
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

from .files import BadFile, write_whole


def _fingerprint(run: Any) -> str:
    """A number that changes with the body of `run`, its defaults, and what a partial has filled in."""
    if isinstance(run, partial):
        return re.sub(r" at 0x\w+", "", f"{_fingerprint(run.func)} {run.args!r} {run.keywords!r}")
    if not hasattr(run, "__code__"):  # an object that can be called
        run = type(run).__call__
    code, constants = getattr(run, "__code__", None), [getattr(run, "__defaults__", None)]
    todo = [code] if code else []
    for code in todo:  # with the functions inside
        todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        plain = [sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
                 for constant in code.co_consts if not isinstance(constant, CodeType)]
        constants += [code.co_code.hex(), plain, code.co_names]
    text = re.sub(r" at 0x\w+", "", repr(constants))  # addresses are others in every process
    return f"{zlib.crc32(text.encode()):08x}"


def read_checkpoint(path: Path, run: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """The rows of a checkpoint; a new one is begun with the name of `run`."""
    if not path.parent.is_dir():
        raise ValueError(f"sweep expected an existing folder for the checkpoint, got {path.parent}. "
                         "Create it first, or correct the path.")
    name = getattr(run, "__qualname__", type(run).__name__)  # a partial has none
    old_head = json.dumps({"sweep": f"{run.__module__}.{name}"})
    head = json.dumps({"sweep": f"{run.__module__}.{name}", "code": _fingerprint(run)})
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    first, *lines = text.split("\n")
    if not lines and head.startswith(first):  # new, or cut short while the first line was written
        _write(path, [head])
        return {}
    if first not in (head, old_head):  # the older form, which does not say to which code it belongs
        raise BadFile(f"sweep expected a checkpoint of {head} in {path}, got one that starts {first[:200]!r}. "
                      "Give this sweep, or this version of the function, a file of its own.")
    rows = {}
    if lines and lines[-1]:  # cut short while it was written
        _write(path, [first, *lines[:-1]])
    for number, line in enumerate(lines[:-1], 2):
        try:
            key, row = json.loads(line)
        except ValueError:
            raise BadFile(f"sweep expected a row on line {number} of the checkpoint {path}, got {line[:80]!r}. "
                          "Delete that line: its setting is then computed again.") from None
        rows[key] = row
    return rows


def _write(path: Path, lines: list[str]) -> None:
    write_whole(path, lambda file: file.write("".join(f"{line}\n" for line in lines).encode()))
