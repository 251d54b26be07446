"""W4, a picture of decision regions, and W5, the wait for an import."""

import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.inspection import DecisionBoundaryDisplay

import nnlib as nn

from .clock import Contender
from .peers import Sklearn
from .workloads import Nnlib, Workload

EPOCHS = 500  # how long the networks train before their pictures are drawn


class Picture(Contender):
    """A trained network's 150×150 regions with the samples on top, as a PNG in memory."""

    def __init__(self, name: str, draw: Callable[[], object], share: float) -> None:
        """Take what draws the picture once, and the share of class 1 in it."""
        self.name, self.draw, self.share = name, draw, share

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            self.draw()

    def result(self) -> float:
        return self.share


def pictures(work: Workload) -> list[Contender]:
    ours, theirs = Nnlib(work), Sklearn(work)
    for trained in (ours, theirs):
        trained.train(EPOCHS)
    net, model, X, y = ours.net, theirs.model, work.X, work.y
    sides = [np.linspace(row.min(), row.max(), 150) for row in X]
    grid = np.stack([side.ravel() for side in np.meshgrid(*sides)])

    def sklearn_figure() -> Figure:
        display = DecisionBoundaryDisplay.from_estimator(model, X.T, grid_resolution=150, response_method="predict")
        display.ax_.scatter(*X, c=y, edgecolors="black")
        return display.figure_

    share, sklearn_share = nn.predict(net, grid).mean(), model.predict(grid.T).mean()
    return [Picture("nnlib, decision_image", lambda: nn.plot.decision_image(net, X, y), share),
            Picture("nnlib, decision_regions", lambda: png(nn.plot.decision_regions(net, X, y)), share),
            Picture("scikit-learn, DecisionBoundaryDisplay", lambda: png(sklearn_figure()), sklearn_share)]


def png(figure: Figure) -> None:
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


class Import(Contender):
    """A fresh interpreter that imports one module and ends."""

    def __init__(self, module: str) -> None:
        self.name = module

    def train(self, epochs: int) -> tuple[float, float]:
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        for _ in range(epochs):
            subprocess.run([sys.executable, "-c", f"import {self.name}"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, time.perf_counter() - wall
