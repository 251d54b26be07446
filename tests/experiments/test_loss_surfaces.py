"""The runs too long for a chapter: the script works, and its stored result says what the text says."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.book import notebooks

SCRIPT = Path(__file__).parents[2] / "experiments" / "loss_surfaces.py"


def rows(path):
    with path.open() as file:
        head, *body = csv.reader(file)
    return head, np.array(body, float)


def test_the_chapter_prints_the_correlations_of_the_complete_run():
    _, table = rows(SCRIPT.with_suffix(".csv"))
    sizes = np.unique(table[:, 0])
    pairs = [table[table[:, 0] == size, 2:4] for size in sizes]
    numbers = [f"{np.corrcoef(pair, rowvar=False)[0, 1]:.2f}" for pair in pairs]
    cells = {cell.id: cell.source for cell in notebooks()["overfitting"].cells}
    assert "、".join(numbers) in cells["overfitting-o6-theory-zh"]
    assert f"{', '.join(numbers[:-1])} and {numbers[-1]}" in cells["overfitting-o6-theory-en"]


def test_losses_concentrate_as_networks_grow():
    _, table = rows(SCRIPT.with_suffix(".csv"))
    sizes = np.unique(table[:, 0])
    assert sizes.tolist() == [25, 50, 100, 250, 500]
    tests = [table[table[:, 0] == size, 3] for size in sizes]
    assert [len(losses) for losses in tests] == [200] * 5
    assert (np.diff([losses.mean() for losses in tests]) < 0).all()
    assert (np.diff([losses.std() for losses in tests]) < 0).all()


def test_a_short_run(tmp_path):
    out = tmp_path / "short.csv"
    command = [sys.executable, SCRIPT, "--seeds", "2", "--epochs", "1", "--out", out]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    head, table = rows(out)
    assert head == ["hidden", "seed", "train_loss", "test_loss", "test_accuracy"]
    assert table.shape == (10, 5)
    assert (table[:, 2] < np.log(10) * 1.5).all()
    assert f"| 25 | {table[:2, 2].mean():.4f}" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["short.csv"]


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    done = {"train_loss": [1.5], "test_loss": [2.5], "test_accuracy": [0.25]}
    sizes = {"hidden": 500, "networks": 1, "epochs": 1}
    row = {**sizes, **done, "error": None}
    lines = [{"sweep": "__main__.losses"}, [json.dumps(sizes, sort_keys=True), row]]
    (tmp_path / "short.csv.1x1.unfinished").write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "short.csv"
    subprocess.run([sys.executable, SCRIPT, "--seeds", "1", "--epochs", "1", "--out", out], check=True)
    _, table = rows(out)
    assert table[:, 0].tolist() == [25, 50, 100, 250, 500]
    assert table[-1].tolist() == [500, 0, 1.5, 2.5, 0.25]
    assert table[0, 2] < np.log(10) * 1.5


def test_a_quick_look_does_not_replace_the_whole_run():
    before = SCRIPT.with_suffix(".csv").read_bytes()
    command = [sys.executable, SCRIPT, "--seeds", "1", "--epochs", "1"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2
    assert "expected --out FILE for a run of another size" in run.stderr
    assert SCRIPT.with_suffix(".csv").read_bytes() == before


def test_a_cluster_by_one_flag(tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        out = tmp_path / "short.csv"
        flags = ["--seeds", "1", "--epochs", "1", "--out", out, "--scheduler", cluster.scheduler_address]
        subprocess.run([sys.executable, SCRIPT, *flags], check=True)
    assert rows(out)[1].shape == (5, 5)
