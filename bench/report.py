"""The Markdown table and the plot of a run."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_info

from nnlib._common.files import write_whole

Row = dict[str, Any]
AXES = {"width": "hidden units", "batch": "samples in the batch", "depth": "hidden layers of 100 units",
        "networks": "networks (time per network)"}


def write(rows: list[Row], folder: Path, load: tuple[float, float], quick: bool, whole: bool) -> None:
    """Write results.md and results.png, each completely or not at all."""
    kind = "A quick run: it shows that everything works, and is too short for conclusions. " if quick else ""
    kind += "" if whole else "This run measured a part: workloads are missing. "
    tables: dict[str, list[Row]] = {}  # one for each workload or axis of growth
    for row in rows:
        axis = row["work"].split()[0]
        tables.setdefault(axis if axis in AXES else row["work"], []).append(row)
    lines = [f"# Results\n\n{kind}README.md says what the columns mean.\n\n{machine(load)}"]
    for name, mine in tables.items():
        lines += [f"## {'Growth: ' if name in AXES else ''}{name}\n",
                  "| threads | | CPU time, µs | ÷ nnlib | wall time, µs | ÷ nnlib | difference |",
                  "| --: | --- | --- | --- | --- | --- | --: |"]
        for row in mine:
            who = row["name"] if row["work"] == name else f"{row['work']}: {row['name']}"
            times = map(quartiles, np.multiply(row["spent"], 1e6))
            cpu, wall = map("{} | {}".format, times, map(quartiles, row["ratio"]))
            gap = "" if row["gap"] is None else f"{row['gap']:.0g}"
            lines.append(f"| {row['threads']} | {who} | {cpu} | {wall} | {gap} |")
        lines.append("")
    write_whole(folder / "results.md", lambda file: file.write("\n".join(lines).encode()))
    if tables.keys() & AXES:
        write_whole(folder / "results.png", lambda file: plot(tables).savefig(file, dpi=120, format="png"))


def machine(load: tuple[float, float]) -> str:
    """Describe what else the numbers depend on."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), cpu)
    blas = next(pool for pool in threadpool_info() if pool["internal_api"] == "openblas")
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "scikit-learn", "jax"))
    return (f"- CPU: {cpu}, {os.cpu_count()} cores; "
            f"NumPy's products: OpenBLAS {blas['version']} for {blas['architecture']}\n"
            f"- Python {platform.python_version()}, {packages}\n"
            f"- load of the machine (1 is our own): {load[0]:.1f} before, {load[1]:.1f} after\n")


def quartiles(values: Any) -> str:
    low, middle, high = np.percentile(values, (25, 50, 75))
    return f"{middle:,.2f} ({low:,.2f}–{high:,.2f})"


def plot(tables: dict[str, list[Row]]) -> Any:
    """Plot how the time of a step grows, one axis at a time."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 8), layout="constrained")
    for panel, (axis, label) in zip(panels.flat, AXES.items(), strict=True):
        mine = tables.get(axis, [])
        for name in dict.fromkeys(row["name"] for row in mine):
            points = [(int(row["work"].split()[1]), np.median(row["spent"][0])) for row in mine if row["name"] == name]
            panel.plot(*zip(*points, strict=True), "o-", label=name)
        panel.set(xscale="log", yscale="log", xlabel=label, ylabel="CPU seconds per step, one thread")
        if mine:
            panel.legend()
    figure.suptitle("64-100-10, batch of 100, float32; one number grows")
    return figure
