"""Choromanska et al. (2015) on handwritten digits: do losses concentrate as networks grow?

The chapter on overfitting trains 32 networks of each size for 20 epochs; this is the whole run, with the
same data and optimiser. It writes one row a network and prints mean and spread.
Run it from the project's folder: .venv/bin/python experiments/loss_surfaces.py
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

import numpy as np

import nnlib as nn
from nnlib._common.files import write_whole

SIZES = (25, 50, 100, 250, 500)
COLUMNS = ("hidden", "seed", "train_loss", "test_loss", "test_accuracy")


def losses(hidden: int, seeds: int, epochs: int) -> list[tuple[float, ...]]:
    """Final losses and test accuracy of `seeds` networks with one hidden layer, one tuple a network."""
    X, Xt, y, yt = nn.datasets.train_test_split(*nn.datasets.digits(), test=2 / 3, rng=0)
    net = nn.mlp(64, hidden, 10, rng=0, dtype="float32", networks=seeds)
    nn.fit(net, X, y, optimizer=nn.SGD(lr=0.1, momentum=0.9), epochs=epochs, batch_size=100, rng=0,
           measure_accuracy=False, progress=True)
    loss = nn.CrossEntropy()
    found = (loss(net(X), y), loss(net(Xt), yt), nn.accuracy(net, Xt, yt))
    return [(hidden, seed, *map(float, row)) for seed, row in enumerate(zip(*found, strict=True))]


def table(rows: np.ndarray) -> str:
    """Mean and spread of each size's losses, as Markdown."""
    lines = ["| hidden units | train loss, mean ± sd | test loss, mean ± sd | worst test loss |"]
    lines.append("|---:|---:|---:|---:|")
    for hidden in np.unique(rows[:, 0]):
        train, test = rows[rows[:, 0] == hidden, 2:4].T
        lines.append(
            f"| {hidden:.0f} | {train.mean():.4f} ± {train.std(ddof=1):.4f} "
            f"| {test.mean():.4f} ± {test.std(ddof=1):.4f} | {test.max():.4f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="networks of each size (200)")
    parser.add_argument("--epochs", type=int, default=200, help="passes over the training data (200)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".csv"))
    options = parser.parse_args()
    rows = [row for hidden in SIZES for row in losses(hidden, options.seeds, options.epochs)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([*row[:2], *(f"{number:.5f}" for number in row[2:])] for row in rows)
    write_whole(options.out, lambda file: file.write(text.getvalue().encode()))
    print(table(np.array(rows)))


if __name__ == "__main__":
    main()
