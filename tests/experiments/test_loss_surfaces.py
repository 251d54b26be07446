"""The runs too long for a chapter: the script works, and its stored result says what the text says."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).parents[2] / "experiments" / "loss_surfaces.py"


def rows(path):
    with path.open() as file:
        head, *body = csv.reader(file)
    return head, np.array(body, float)


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
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    head, table = rows(out)
    assert head == ["hidden", "seed", "train_loss", "test_loss", "test_accuracy"]
    assert table.shape == (10, 5)
    assert (table[:, 2] < np.log(10) * 1.5).all()
    assert f"| 25 | {table[:2, 2].mean():.4f}" in told
