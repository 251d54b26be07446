"""A sweep: one function over a grid of settings and seeds, in parallel, as a tidy table."""

from __future__ import annotations

import copy
import itertools
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ._common.files import BadFile, PathLike, as_path, write_whole
from ._common.fingerprint import fingerprint
from ._common.progress import bar
from ._common.threads import start_worker

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Row = dict[str, Any]


def sweep(run: Callable[..., Any], grid: Mapping[str, Iterable[Any]] | Iterable[Mapping[str, Any]],
          executor: Executor | None = None, progress: bool = True, checkpoint: PathLike | None = None) -> list[Row]:
    """Call ``run(**settings)`` for every setting of a grid and collect what comes back.

    The list that it returns has one dict per setting, in the order of the grid: the settings, the results (a bare
    number as ``value``) and ``error``, None or what went wrong. pandas reads it as it is. If settings failed, a
    RuntimeWarning names the first of them, and they are tried again from the checkpoint.

    Parameters
    ----------
    run : callable
        Gives a number, or a dict of named numbers, strings, lists or arrays. Other processes must be able to import
        it: define it at the top level of a module. One that a notebook defines works where processes are forked (on
        Linux before Python 3.14) or with an executor of threads.
    grid : dict of lists, or iterable of dicts
        A dict means every combination of its values; a seed is a setting like any other.
    executor : concurrent.futures.Executor, optional
        Where to run: processes of this machine by default, one per core; for a cluster
        ``dask.distributed.Client(...).get_executor()``; on threads, runs may share a network that they only read.
        `sweep` does not shut it down.
    progress : bool
        Show a tqdm bar, if tqdm is installed.
    checkpoint : path, optional
        File that keeps every finished row, so that the same call goes on where an interrupted one stopped.
        A changed body of `run` needs a new file, as do other defaults, closures or attributes; changes in what
        `run` calls are not noticed.

    Raises
    ------
    ValueError
        If the grid is empty, settings repeat or are named error, or a checkpoint needs settings that JSON cannot hold.
    BadFile (a ValueError)
        If the checkpoint belongs to another sweep, or to another version of `run`.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> rows = sweep(lambda a, b: a * b, {"a": [1, 2], "b": [10, 20]}, ThreadPoolExecutor(), progress=False)
    >>> [row["value"] for row in rows]
    [10, 20, 20, 40]
    """
    if not callable(run) or not (executor is None or hasattr(executor, "submit")):
        raise ValueError("sweep expected a function and, if any, an executor such as concurrent.futures."
                         f"ThreadPoolExecutor(4), got {run!r} and {executor!r}. Write sweep(run, grid).")
    settings = _settings(grid)
    keyed = {_key(s, checkpoint): s for s in settings}
    if repeated := len(settings) - len(keyed):
        raise ValueError(f"sweep expected settings that differ{' in JSON' if checkpoint else ''}, got {repeated} "
                         "repeated. Add a seed to the grid, or remove duplicates.")
    done = read_checkpoint(checkpoint, run) if checkpoint else {}
    rows = {key: {name: s.get(name, value) for name, value in done[key].items()}  # JSON makes a tuple a list
            for key, s in keyed.items() if key in done}
    todo = {key: s for key, s in keyed.items() if key not in done}
    log = open(checkpoint, "a", encoding="utf-8") if checkpoint else nullcontext()  # noqa: SIM115
    with log as file, bar(progress, len(todo), "setting") as shown:
        for key, row in _finished(run, todo, executor):
            rows[key] = row
            if file and row["error"] is None:
                file.write(json.dumps([key, row], default=_plain) + "\n")
                file.flush()
            shown.update()
    table = [rows[key] for key in keyed]
    if failed := [row for row in table if row["error"] is not None]:
        warnings.warn(f"{len(failed)} of {len(table)} settings failed, first {failed[0]}", RuntimeWarning, 2)
    return table


def _settings(grid: Any) -> list[Row]:
    try:
        settings = grid
        if isinstance(grid, Mapping):
            if any(isinstance(values, str | bytes | Mapping) for values in grid.values()):
                raise TypeError("letters or keys, which nobody means to vary")
            settings = (dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values()))
        settings = [dict(**dict(s)) for s in settings]  # names are strings
        if not settings or not all(settings) or any("error" in s for s in settings):
            raise ValueError("nothing to vary, or a name that the table has itself")
    except (TypeError, ValueError):
        raise ValueError("sweep expected a grid as a dict of lists or a list of dicts, none empty, none with the name "
                         f'error (a column), got {grid!r}. Write, say, {{"l2": [0, 0.1], "seed": range(5)}}.') from None
    return settings


def _plain(value: Any) -> Any:
    """NumPy numbers and arrays as Python ones, which JSON can hold."""
    if isinstance(value, np.generic | np.ndarray):
        return float(value) if isinstance(value, np.longdouble) else value.tolist()  # tolist leaves it as it is
    raise TypeError(f"a {type(value).__name__} is no number, string, list or array")


def _key(settings: Row, checkpoint: Any) -> str:
    if checkpoint is None:
        try:
            return fingerprint(settings)
        except Exception:  # whatever an object raises that cannot be pickled
            return repr(sorted(settings.items()))
    try:
        return json.dumps(settings, sort_keys=True, default=_plain)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"sweep with a checkpoint expected settings that JSON can hold, got {settings} ({problem}). "
                         "Use numbers, strings and lists.") from None


def read_checkpoint(place: PathLike, run: Callable[..., Any]) -> dict[str, Row]:
    """The rows of a checkpoint; a new one is begun with the name of `run`."""
    path = as_path(place, "sweep checkpoint")
    name = getattr(run, "__qualname__", type(run).__name__)  # a partial has none
    owner = {"sweep": f"{run.__module__}.{name}"}
    try:
        head = json.dumps({**owner, "code": fingerprint(run)})
    except Exception as problem:  # whatever an object raises that cannot be pickled
        raise ValueError("sweep with a checkpoint expected a function whose data can be pickled, got "
                         f"{run!r} ({problem}). Make them inside the function, or leave out the checkpoint.") from None
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    first, *lines = text.split("\n")
    new = not lines and head.startswith(first)  # or cut short while the first line was written
    if not new and first not in (head, json.dumps(owner)):  # the older form, which names no code
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


def _finished(run: Callable[..., Any], todo: dict[str, Row], executor: Executor | None) -> Iterator[tuple[str, Row]]:
    """Keys and rows, in the order in which they are ready."""
    if executor is None and sys.platform == "emscripten":  # browsers have no processes
        for key, settings in todo.items():
            yield key, _row(settings, partial(_plain_results, run, **settings))
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed  # only who sweeps waits for it

    pool = executor or ProcessPoolExecutor(initializer=start_worker)
    try:
        futures: dict[Future[Row], str] = {pool.submit(partial(_plain_results, run), **todo[key]): key for key in todo}
        for future in as_completed(futures):
            key = futures.pop(future)
            yield key, _row(todo[key], future.result)
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)  # else an interrupted sweep would compute all the rest first


def _plain_results(run: Callable[..., Any], /, **settings: Any) -> Row:
    """What `run` gives, by name; converted where it runs, because the next call may overwrite its arrays."""
    found = run(**{name: copy.deepcopy(value) if isinstance(value, list | dict | set | np.ndarray) else value
                   for name, value in settings.items()})  # in threads, another run may have the same list
    named = found if isinstance(found, Mapping) else {"value": found}
    plain: Row = json.loads(json.dumps(named, default=_plain))
    return plain


def _row(settings: Row, result: Callable[[], Row]) -> Row:
    try:
        plain = result()
    except Exception as problem:  # whatever student code or a lost worker raises: the others go on
        return {**settings, "error": f"{type(problem).__name__}: {problem}"}
    if clash := sorted(set(plain) & {*settings, "error"}):
        return {**settings, "error": f"ValueError: result names {clash} are settings already. Rename them."}
    return {**settings, **plain, "error": None}
