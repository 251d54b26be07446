"""Decision regions: where in the plane a network chooses which class."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from .._common import checks
from .._common.checks import Array
from .._common.docstrings import raises
from ..network import Network, check_network
from ..prediction import scores_on_grid
from .style import BLACK, COLORS, MARKERS, TINTS, both, fresh_axes, styled

PLACES = np.array([*TINTS, *map(to_rgb, COLORS)])  # of a palette: class c's tint is at c, its colour at 8 + c
OUTLINES = [style.get_path().transformed(style.get_transform()).to_polygons()[0] for style in map(MarkerStyle, MARKERS)]


def draw_points(image: Image.Image, centres: Array, labels: Any, size: float) -> None:
    """Draw on a picture of such places each class's own marker around its points' pixels, (N, 2)."""
    pen, black = ImageDraw.Draw(image), len(TINTS) + COLORS.index(BLACK)
    for centre, c in zip(centres, labels, strict=True):
        corners = centre + np.multiply(OUTLINES[c], (size, -size))
        pen.polygon(corners.ravel().tolist(), fill=len(TINTS) + int(c), outline=black)


def _regions(net: Network, X: ArrayLike, y: ArrayLike | None, resolution: int, size: int) -> tuple[Any, ...]:
    """Class at each of size by size pixels, the grid's [[x1, x2] low, [x1, x2] high], samples, labels.

    Between grid points the scores are interpolated: classes would give the boundaries stairs.
    """
    n_classes = max(check_network(net).n_out or 0, 2)
    if net.networks is not None or n_classes > len(COLORS):
        raise ValueError(f"a picture of regions expected one network and at most {len(COLORS)} classes, got "
                         f"{net.networks or 1} and {n_classes}. Select a network with net.select(r), or join classes.")
    scores, corners = scores_on_grid(net, X, resolution, "a picture of regions", margin=0.05)
    if (corners[0] == corners[1]).any():
        raise ValueError(f"a picture of regions expected samples that differ in both inputs as {net.params.dtype}, "
                         f"got only {corners[0].tolist()} to {corners[1].tolist()}. Add samples, or scale them.")
    samples = net.check_batch(X)
    labels = None if y is None else checks.as_labels(y, samples.shape[1], n_classes, "a picture of regions")
    margins: Any = scores.astype(float) / 4  # so that no difference overflows
    margins = margins[1:] - margins[:1] if len(margins) == 2 else margins  # one picture for two classes
    margins -= margins.max(axis=0) if len(margins) > 1 else 0
    margins = (margins / (abs(margins).max() or 1)).astype(np.float32).reshape(-1, resolution, resolution)
    finer = [np.asarray(Image.fromarray(row).resize((size, size), Image.Resampling.BILINEAR)) for row in margins]
    classes = np.argmax(finer, axis=0) if len(finer) > 1 else finer[0] > 0
    return classes.astype(np.uint8), corners.astype(float), samples, labels


@styled
def decision_regions(net: Network, X: ArrayLike, y: ArrayLike, ax: Axes | None = None, resolution: int = 150,
                     title: str | None = None) -> Figure:
    """Where in the plane the network chooses which class, and the samples with their true classes.

    A pixel has the colour of ``predict(net, x)`` at its centre; of 3 by 3 pixels the middle one is a grid point, and
    the scores of the others are interpolated. Source of the colours: Okabe & Ito (2008), Color Universal Design.

    The network has 2 inputs and at most 8 classes; X is (2, N), y (N,) integer labels. `resolution` counts the grid
    points per side, 300 for print; `title` is written ``中文 | English``.

    Examples
    --------
    >>> from nnlib import datasets, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> figure = decision_regions(mlp(2, 8, 2), X, y)
    >>> figure.axes[0].images[0].get_array().shape
    (450, 450)
    """
    heading, (classes, corners, samples, labels) = both(title or ""), _regions(net, X, y, resolution, 3 * resolution)
    figure, (panel,) = fresh_axes(ax, 1, 5, 4, "decision_regions")
    half = (corners[1] - corners[0]) / (resolution - 1) / 2  # a pixel reaches beyond its centre
    (left, bottom), (right, top) = corners[0] - half, corners[1] + half
    panel.imshow(classes, ListedColormap(TINTS), vmin=-0.5, vmax=len(TINTS) - 0.5, extent=(left, right, bottom, top),
                 origin="lower", aspect="auto", interpolation="nearest", interpolation_stage="data", gid="regions")
    for c in np.unique(labels):
        x1, x2 = samples[:, labels == c]
        label = both(f"类 {c} | class {c}")
        panel.scatter(x1, x2, s=30, c=COLORS[c], marker=MARKERS[c], edgecolors=BLACK, linewidths=0.5, label=label)
    panel.set(xlabel="$x_1$", ylabel="$x_2$", title=heading)
    panel.locator_params(nbins=5)
    if ax is None:  # lay out once, so that later frames in the same axes are 1.5 times as fast
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
    return figure


@raises("an argument is not as described")
def decision_image(net: Network, X: ArrayLike, y: ArrayLike | None = None, resolution: int = 150,
                   size: int = 450) -> bytes:
    """The same regions as a square PNG without axes, drawn ten times as fast, for explorers.

    `net`, `X`, `y` and `resolution` are as for decision_regions; without labels only the regions are drawn. `size` is
    the number of pixels per side.

    Examples
    --------
    >>> from nnlib import datasets, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> decision_image(mlp(2, 8, 2), X, y)[1:4]
    b'PNG'
    """
    size = checks.whole_number("decision_image size", size)
    classes, (low, high), samples, labels = _regions(net, X, y, resolution, size)
    image = Image.fromarray(classes[::-1])
    image.putpalette((255 * PLACES).round().astype(np.uint8).tobytes())
    if labels is not None:
        unit = (samples - low[:, None]) / (high - low)[:, None]
        centres = (np.stack([unit[0], 1 - unit[1]], axis=1) * (resolution - 1) + 0.5) * (size / resolution)
        order = np.argsort(labels, kind="stable")
        draw_points(image, centres[order], labels[order], size / 50)
    image.save(file := io.BytesIO(), "PNG", compress_level=1)
    return file.getvalue()
