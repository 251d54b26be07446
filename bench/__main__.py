"""Compares nnlib's speed with other libraries: python -m bench [--quick] [--only W1 growth ...]."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

POOLS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")


def child(threads: int) -> list[dict[str, object]]:
    """Measure in a process of its own, because libraries read their thread count when they are imported."""
    pools = {f"{pool}_NUM_THREADS": str(threads) for pool in POOLS}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "rows.json")
        own = ["--threads", str(threads), "--rows", str(out)]
        command = [sys.executable, "-m", "bench", *sys.argv[1:], *own]
        subprocess.run(command, env={**os.environ, **pools, "MPLBACKEND": "Agg"}, check=True)
        return json.loads(out.read_text())


def hold_to(threads: int) -> None:
    """Limit this process to as many cores as threads, because JAX uses every core it may run on."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few short rounds, as a check that it works")
    parser.add_argument("--only", nargs="+", help="W1 ... W5, width, batch, depth, networks")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path(__file__).parent)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rows:
        hold_to(options.threads)
        from .measure import measure

        options.rows.write_text(json.dumps(measure(options)))
        return
    before = os.getloadavg()[0]
    try:
        rows = child(1) + child(2)
    except subprocess.CalledProcessError:
        raise SystemExit("The run stopped early (see above); the old results stay.") from None
    from .report import write

    write(rows, options.out, (before, os.getloadavg()[0]), options.quick)
    print(f"Written: {options.out / 'results.md'} and its plot.")


if __name__ == "__main__":
    main()
