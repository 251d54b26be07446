"""Compares nnlib's speed with other libraries: python -m bench [--quick] [--only W1 width ...]."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

POOLS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few short rounds, as a check that it works")
    parser.add_argument("--only", nargs="+", choices=("W1", "W2", "W3", "width", "batch", "depth", "networks"))
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path(__file__).parent)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads:
        if hasattr(os, "sched_setaffinity"):  # JAX uses every core that it may run on
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-options.threads:])
        from .measure import measure

        for rows in measure(options):
            print(json.dumps(rows), flush=True)
        return
    options.out.mkdir(parents=True, exist_ok=True)  # before minutes of work need it
    rows: list[dict[str, object]] = []
    before, stopped = os.getloadavg()[0], 0
    for threads in "12":  # each in a process of its own: libraries read their thread count when they are imported
        command = [sys.executable, "-m", "bench", *sys.argv[1:], "--threads", threads]
        environment = os.environ | {f"{pool}_NUM_THREADS": threads for pool in POOLS}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                for line in process.stdout or ():
                    rows += json.loads(line)  # which count also if the process does not come to its end
            except KeyboardInterrupt:
                process.terminate()  # it may have had no Ctrl-C of its own
        if stopped := process.returncode:
            break
    if not rows:
        raise SystemExit("The run stopped before anything was measured; the old results stay.")
    from .report import write

    write(rows, options.out, (before, os.getloadavg()[0]), options.quick, not stopped and not options.only)
    print(f"Written: {options.out / 'results.md'} and its plot{', as far as the run came' if stopped else ''}.")


if __name__ == "__main__":
    main()
