"""W4, a picture of decision regions, and W5, the wait for an import."""

import io
import resource
import subprocess
import sys
import time

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
    """The trained network's 150×150 regions with the samples on top, as a PNG in memory."""

    def __init__(self, work: Workload) -> None:
        trained = Nnlib(work)
        trained.train(EPOCHS)
        self.net, self.X, self.y = trained.net, work.X, work.y
        sides = [np.linspace(row.min(), row.max(), 150) for row in work.X]
        self.grid = np.stack([side.ravel() for side in np.meshgrid(*sides)])

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            self.frame()

    def frame(self) -> None:
        raise NotImplementedError

    def result(self) -> float:
        """The share of class 1 in the picture."""
        return float(np.mean(nn.predict(self.net, self.grid)))


def png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


class Image(Picture):
    name = "nnlib, decision_image"

    def frame(self) -> None:
        nn.plot.decision_image(self.net, self.X, self.y)


class SameAxes(Picture):
    name = "nnlib, decision_regions in the same axes"

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self.figure = nn.plot.decision_regions(self.net, self.X, self.y)

    def frame(self) -> None:
        png(nn.plot.decision_regions(self.net, self.X, self.y, ax=self.figure.axes[0]))


class NewFigure(Picture):
    name = "nnlib, decision_regions in a new figure"

    def frame(self) -> None:
        figure = nn.plot.decision_regions(self.net, self.X, self.y)
        png(figure)
        plt.close(figure)


class SklearnPicture(Picture):
    name = "scikit-learn, DecisionBoundaryDisplay"

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        trained = Sklearn(work)
        trained.train(EPOCHS)
        self.model, self.rows = trained.model, work.X.T

    def frame(self) -> None:
        display = DecisionBoundaryDisplay.from_estimator(self.model, self.rows, grid_resolution=150,
                                                         response_method="predict")
        display.ax_.scatter(*self.X, c=self.y, edgecolors="black")
        png(display.figure_)
        plt.close(display.figure_)

    def result(self) -> float:
        return float(np.mean(self.model.predict(self.grid.T)))


class Import(Contender):
    """A fresh interpreter that imports one module and ends."""

    def __init__(self, module: str) -> None:
        self.name = self.module = module

    def train(self, epochs: int) -> tuple[float, float]:
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        for _ in range(epochs):
            subprocess.run([sys.executable, "-c", f"import {self.module}"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, time.perf_counter() - wall
