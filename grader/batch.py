"""Marks a whole class: one result file per student and submission, so that a run can be resumed."""

import fcntl
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import active_children, get_context, resource_tracker
from pathlib import Path
from typing import Any
from unicodedata import category

from tqdm import tqdm

from nnlib._common.threads import start_worker

from .assignments import Assignment, load, names
from .marking import Conditions, key, mark, refused
from .output import read_sealed, write_sealed
from .submission import Refused, read

CLAIMS = "folders.json"  # in a results folder: from where each assignment was marked
MAX_NAME = 200  # bytes, of the 255 that a file system allows for a result's name
JOINERS = "\u200c\u200d"  # which join letters in Persian and Indian names
Results = dict[str, dict[str, dict[str, Any]]]  # the result of each student, by assignment


@dataclass
class Run:
    """How a run went: how many results there are, how many of them are new, whom the grader failed, and who is refused.

    What else lies in the folder is `left_out` if somebody may miss it, otherwise `aside`.
    """

    results: int = 0
    marked: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # whose notebook asks other variants than the section's
    wrong: list[str] = field(default_factory=list)  # assignments that most notebooks ask in other variants


def why_no_name(student: str) -> str:
    """Why `student` cannot be a file's name and a cell of a table; a name of any script can.

    A spreadsheet takes what begins with = + - @ for a formula; signs that cannot be seen hide what a name is.
    """
    unseen = any(category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in JOINERS for sign in student)
    fits = 0 < len(student.encode(errors="replace")) <= MAX_NAME and student == student.strip() and "/" not in student
    return "" if fits and not unseen and student[0] not in "=+-@." else (
        f"expected a name of at most {MAX_NAME} bytes, with no = + - @ . or blank in front, none behind, "
        f"and no sign that cannot be seen, got {student!r}. Rename it")


@contextmanager
def workers(count: int) -> Iterator[Executor]:
    """Processes that mark. They inherit a block of Ctrl-C, which reaches this process alone; with it they end, too."""
    resource_tracker.ensure_running()  # or its start would end the block
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=start_worker)
    for _ in range(count):
        pool.submit(int)  # starts one of them
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        yield pool
    except BaseException:
        for process in active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)  # what has not begun is left for the next run


def grade(folder: Path, out: Path, conditions: Conditions, executor: Executor) -> Run:
    """Mark what is in `folder/student/assignment` and has no result in `out` yet."""
    run = Run()
    submitted = _submitted(folder, out, run, conditions.seed if conditions.varied else None)
    keys: dict[str, dict[str, str]] = defaultdict(dict)
    read_well = Counter()
    run.faults = dict.fromkeys((f"{student}/{one.name}" for one, student in submitted), "no process was left")
    _claim(out, folder, {assignment.name for assignment, _ in submitted})
    with ExitStack() as stack, tqdm(total=len(submitted), unit="submission", disable=None) as bar:  # None: a terminal
        handle, running = os.open(out, os.O_RDONLY), {}
        stack.callback(os.close, handle)
        with suppress(OSError):  # another run is at work there; otherwise a killed one may have left half a file
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in out.rglob("*.json." + "[0-9a-f]" * 8):
                path.unlink()
        with suppress(RuntimeError):  # the pool has lost a process: the next run marks what is missing
            for assignment, student in submitted:
                running[executor.submit(_mark, folder, out, assignment, student, conditions)] = student, assignment.name
        for job in as_completed(running):
            student, name = running[job]
            if fault := job.exception():
                run.faults[f"{student}/{name}"] = f"{type(fault).__name__}: {fault}"
            else:
                del run.faults[f"{student}/{name}"]
                keys[name][student], new, result = job.result()
                run.marked += new
                read_well[name] += result["status"] != "refused"
                run.others += [f"{student}/{name}"] * (result["status"] == "other variants")
                run.refused += [f"{student}/{name}: {''.join(result['notes'][:1])}"] * (result["status"] == "refused")
            bar.update()
    run.results = sum(map(len, keys.values()))
    for name in keys:
        missing = sorted(set(read_sealed(out / f"{name}.json") or ()) - {student for _, student in submitted})
        run.aside += [f"{student!r}: handed in {name} before, and is no longer in {folder}" for student in missing]
        others = [one for one in run.others if one.endswith(f"/{name}")]
        if 2 * len(others) > read_well[name]:  # that is no fault of the students
            run.wrong.append(f"expected {name} as this seed gives it, got other variants in {len(others)} notebooks, "
                             f"such as {min(others)}, and wrote no grades for it. Give the seed of their release, "
                             "or one that chooses no variants if they have the page's exercises.")
            continue
        write_sealed(out / f"{name}.json", dict(sorted(keys[name].items())))
    return run


def _mark(folder: Path, out: Path, assignment: Assignment, student: str, how: Conditions) -> tuple[str, bool, dict]:
    """Mark one submission unless its result is there, whole: its key, whether it is new, and the result."""
    try:
        data, notes = read(folder / student / assignment.name)
        result = partial(mark, data, assignment, how, notes)
    except Refused as why:
        data, notes, result = str(why).encode(), [], partial(refused, assignment, str(why))
    name = key(data, assignment, how, notes)
    path = _path(out, assignment.name, student, name)
    if new := not (found := read_sealed(path)):
        write_sealed(path, found := result())
    return name, new, found


def _submitted(folder: Path, out: Path, run: Run, seed: int | None) -> list[tuple[Assignment, str]]:
    """What there is to mark; `run` gets a line for everything else in the folder."""
    if not folder.is_dir():
        raise ValueError(f"expected a folder with one folder per student, got {folder}. Run `collect` first.")
    assignments, found = {name: load(name, seed) for name in names()}, {}
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        try:
            inside = sorted(os.listdir(path))
        except OSError as problem:  # a file, or a folder that cannot be read
            aside = path.is_file() and path.suffix.lower() not in (".ipynb", ".zip")
            (run.aside if aside else run.left_out).append(f"{path.name!r}: {problem.strerror}")
            continue
        mine = [name for name in inside if name in assignments]
        other = f"{path.name!r}: {[name for name in inside if name not in assignments][:5]} is no assignment"
        if os.path.realpath(path) == os.path.realpath(out) or any(f"{name}.json" in inside for name in assignments):
            run.aside.append(f"{path.name!r}: results of the grader")
        elif why := why_no_name(path.name):
            run.left_out.append(f"{path.name!r}: {why}")
        elif not mine:
            run.left_out.append(f"{other}, and {', '.join(assignments)} are missing")
        else:
            found[path.name] = mine
            run.aside += [other] if len(mine) < len(inside) else []
    if not found:
        raise ValueError(f"expected folders student/assignment in {folder}, found none: "
                         f"{'; '.join(run.left_out[:5]) or 'nothing'}. Name the folder that `collect` wrote.")
    return [(one, student) for name, one in assignments.items() for student in found if name in found[student]]


def _claim(out: Path, folder: Path, assignments: set[str]) -> None:
    """Refuse results that were made from another folder: there, somebody else may have the same name."""
    here, claims = str(folder.resolve()), read_sealed(out / CLAIMS) or {}
    for other in (claims[name] for name in sorted(assignments) if claims.get(name, here) != here):
        raise ValueError(f"expected the folder whose results are in {out} ({other}), got {folder}. Choose another "
                         f"--out; if that folder has moved, or has been merged into this one, delete {out / CLAIMS}.")
    write_sealed(out / CLAIMS, {**claims, **dict.fromkeys(sorted(assignments), here)})


def _path(out: Path, assignment: str, student: str, key: str) -> Path:
    return out / assignment / f"{student}.{key}.json"


def read_results(folder: Path, assignment: str = "*") -> Results:
    """The current results."""
    results: Results = {}
    for index in sorted(set(folder.glob(f"{assignment}.json")) - {folder / CLAIMS}):
        if not (keys := read_sealed(index)):
            raise ValueError(f"expected results in {folder}, got a damaged or foreign file {index.name}. "
                             "Name the folder that `grade` wrote, or run `grade` again.")
        results[index.stem] = {}
        for student in sorted(keys):
            path = _path(folder, index.stem, student, keys[student])
            if not (result := read_sealed(path)):
                raise ValueError(f"expected a result in {path}, got a damaged file or none. "
                                 "Run `grade` again: it makes that result anew.")
            results[index.stem][student] = result
    if not results:
        raise ValueError(f"expected results in {folder}, found none. Run `grade` first.")
    return results
