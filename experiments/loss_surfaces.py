"""Choromanska et al. (2015) on handwritten digits: do losses concentrate as networks grow?

The chapter on overfitting trains 32 networks of each size for 20 epochs; this is the whole run, with the
same data and optimiser. It writes one row per network and prints mean and spread. Each of the five sizes is a
process of its own; an interrupted run repeats only the sizes that were not finished. Run it from the
project's folder, on this machine or on a dask cluster:

    .venv/bin/python experiments/loss_surfaces.py [--scheduler tcp://...]
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

import nnlib as nn
from nnlib._common.files import write_whole

SIZES = (500, 250, 100, 50, 25)  # the longest run starts first, so that no core waits for it at the end
MEASURED = ("train_loss", "test_loss", "test_accuracy")


def losses(hidden: int, networks: int, epochs: int) -> dict[str, np.ndarray]:
    """Final losses and test accuracy of networks with one hidden layer, each (networks,)."""
    X, Xt, y, yt = nn.datasets.train_test_split(*nn.datasets.digits(), test=2 / 3, rng=0)
    net = nn.mlp(64, hidden, 10, rng=0, dtype="float32", networks=networks)
    nn.fit(net, X, y, optimizer=nn.SGD(lr=0.1, momentum=0.9), epochs=epochs, batch_size=100, rng=0,
           measure_accuracy=False, workers=1)
    loss = nn.CrossEntropy()
    return dict(zip(MEASURED, (loss(net(X), y), loss(net(Xt), yt), nn.accuracy(net, Xt, yt)), strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200, help="networks of each size (200)")
    parser.add_argument("--epochs", type=int, default=200, help="passes over the training data (200)")
    parser.add_argument("--out", type=Path, help="the table (loss_surfaces.csv for the whole run)")
    parser.add_argument("--scheduler", help="address of a dask scheduler whose workers share the runs")
    options = parser.parse_args()
    if options.out is None:
        if (options.seeds, options.epochs) != (parser.get_default("seeds"), parser.get_default("epochs")):
            parser.error("expected --out FILE for a run of another size; loss_surfaces.csv is the whole run")
        options.out = Path(__file__).with_suffix(".csv")
    unfinished = options.out.with_name(f"{options.out.name}.{options.seeds}x{options.epochs}.unfinished")
    grid = {"hidden": SIZES, "networks": [options.seeds], "epochs": [options.epochs]}
    executor = None  # the processes of this machine
    if options.scheduler:
        from distributed import Client

        executor = Client(options.scheduler).get_executor(pure=False)
    sizes = nn.sweep(losses, grid, executor, checkpoint=unfinished)
    if failed := [size for size in sizes if size["error"]]:
        raise SystemExit(f"{len(failed)} of {len(sizes)} sizes failed, the first with {failed[0]['error']}. "
                         "The others are kept: run it again to repeat only these.")
    rows = np.array([(size["hidden"], seed, *measured) for size in sorted(sizes, key=lambda size: size["hidden"])
                     for seed, measured in enumerate(zip(*(size[name] for name in MEASURED), strict=True))])
    write_whole(options.out, partial(np.savetxt, X=rows, fmt=["%d", "%d", *["%.5f"] * len(MEASURED)], delimiter=",",
                                     header=",".join(("hidden", "seed", *MEASURED)), comments=""))
    unfinished.unlink()
    print("| hidden units | train loss, mean ± sd | test loss, mean ± sd | worst test loss |\n|---:|---:|---:|---:|")
    for hidden in np.unique(rows[:, 0]):
        train, test = rows[rows[:, 0] == hidden, 2:4].T
        print(f"| {hidden:.0f} | {train.mean():.4f} ± {train.std(ddof=1):.4f} "
              f"| {test.mean():.4f} ± {test.std(ddof=1):.4f} | {test.max():.4f} |")
