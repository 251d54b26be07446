"""``python -m grader``: from the exercises to grades in the LMS."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from zipfile import BadZipFile

from nnlib._common.checks import real_number, whole_number

from . import assignments, batch, collect, seeds
from .reports import export, feedback
from .sandbox import box


@contextmanager
def executor(kind: str, workers: int, scheduler: str | None):
    """Processes of this machine, or a dask cluster: the one at `scheduler`, or one on this machine."""
    if kind == "process":
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)  # what was not begun is left for the next run
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "expected the package distributed for --executor dask. pip install distributed"
        ) from None
    here = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    with Client(scheduler) if scheduler else Client(**here) as client:
        yield client.get_executor(pure=False)


def grade(args: argparse.Namespace) -> int:
    workers = whole_number("--workers", args.workers)
    seconds = real_number("--seconds", args.seconds, 0, open_low=True)
    seed, how = seeds.read(args.seed_file), {"sandboxed": args.sandboxed, "seconds": seconds}
    if args.sandboxed and (why := box.missing()):
        raise ValueError(
            f"{why}. Student code is only run inside a sandbox. On Debian or Ubuntu: "
            "apt-get install bubblewrap. To run it without any protection, on a machine that you can lose: "
            "--unsafe-no-sandbox"
        )
    with executor(args.executor, workers, args.scheduler) as pool:
        run = batch.grade(args.folder, args.out, seed, pool, **how)
    print(f"{run.results} results in {args.out}, {run.marked} of them new")
    for who, why in list(run.faults.items())[:20]:
        print(f"NOT MARKED {who}: {why[:300]!r}", file=sys.stderr)
    if run.faults:
        print(
            f"{len(run.faults)} were not marked, through no fault of the students. "
            "Run the same command again: only what is missing is marked.",
            file=sys.stderr,
        )
    return 1 if run.faults else 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m grader", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, help, *arguments):
        sub = verbs.add_parser(name, help=help, description=help)
        for flag, options in arguments:
            sub.add_argument(flag, **options)

    out = ("--out", {"type": Path, "required": True, "metavar": "PATH"})
    results = ("results", {"type": Path, "help": "the folder that `grade` wrote"})
    verb("source", "make the notebooks in assignments/source anew from the exercises page")
    verb("release", "write the notebooks that students get, without solutions", out)
    verb("seed", "make a secret seed", ("file", {"type": Path}))
    verb(
        "collect",
        "sort an LMS's download into one folder a student",
        ("folder", {"type": Path, "help": "a folder or a zip file"}),
        ("--assignment", {"required": True}),
        out,
    )
    verb(
        "grade",
        "mark what was collected; run it again to mark what is missing",
        ("folder", {"type": Path, "help": "the folder that `collect` wrote"}),
        ("--seed-file", {"type": Path, "required": True}),
        out,
        ("--executor", {"choices": ("process", "dask"), "default": "process"}),
        ("--workers", {"type": int, "default": 2}),
        ("--scheduler", {"help": "address of a running dask scheduler"}),
        ("--seconds", {"type": float, "default": 5.0, "help": "for one call of a student's function"}),
        ("--unsafe-no-sandbox", {"dest": "sandboxed", "action": "store_false",
                                 "help": "run student code with your own rights"}),
    )
    verb("feedback", "write one page a student", results, out)
    verb(
        "export",
        "write the grades",
        results,
        out,
        ("--format", {"choices": export.FORMATS, "default": "csv"}),
        ("--manual", {"type": Path, "help": "CSV with student,assignment,part,points"}),
    )
    args = parser.parse_args(argv)
    try:
        return run(args)
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again: only what is missing is marked.", file=sys.stderr)
        return 130
    except OSError as problem:
        print(
            f"grader {args.verb}: expected paths to read and write, got {problem}. "
            "Correct the path, or make room for it.",
            file=sys.stderr,
        )
        return 2
    except (ValueError, BadZipFile) as problem:
        print(f"grader {args.verb}: {problem}", file=sys.stderr)
        return 2


def run(args: argparse.Namespace) -> int:
    if args.verb == "source":
        for path in assignments.write_sources():
            print(path)
    elif args.verb == "release":
        for name in assignments.names():
            print(assignments.release(name, args.out))
    elif args.verb == "seed":
        seeds.create(args.file)
        print(f"A new seed is in {args.file}. Keep it secret, and keep it: it decides the tests.")
    elif args.verb == "collect":
        taken, left = collect.collect(args.folder, args.out, args.assignment)
        print(f"{len(taken)} students in {args.out}")
        for line in left:
            print(f"left out {line}", file=sys.stderr)
    elif args.verb == "grade":
        return grade(args)
    elif args.verb == "feedback":
        print(f"{len(feedback.write_pages(args.results, args.out))} pages in {args.out}")
    elif args.verb == "export":
        count, waiting = export.write_grades(args.results, args.format, args.out, args.manual)
        print(f"{count} grades in {args.out}")
        if waiting:
            print(
                f"{waiting} of them have parts in words that are not marked yet and count as 0 so far: "
                "give their points with --manual FILE (student,assignment,part,points).",
                file=sys.stderr,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
