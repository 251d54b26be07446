"""Pictures of networks: regions, activations, diagrams, training curves, a neuron; all in one visual language."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Circle, Polygon
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from . import errors
from .activations import Activation
from .diagnostics import grid
from .errors import Array
from .network import Network
from .prediction import predict
from .training import History

P, T = ParamSpec("P"), TypeVar("T")

# Okabe & Ito's colours, told apart by colour-blind eyes too; each class also has its own marker.
BLUE, ORANGE, GREEN, RED, PINK, SKY, BLACK, YELLOW = COLORS = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000", "#F0E442",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
GREY = "#767676"
STYLE: dict[Any, Any] = {
    "figure.facecolor": "white", "figure.dpi": 120, "font.size": 12, "axes.titlesize": 13,
    "axes.facecolor": "white", "axes.spines.top": False, "axes.spines.right": False, "axes.labelsize": 12,
    "axes.prop_cycle": plt.cycler(color=COLORS), "lines.linewidth": 2, "legend.frameon": False,
    "legend.fontsize": 11, "mathtext.fontset": "cm",
}  # fmt: skip


def _styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Draw in our style without changing anyone else's."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> T:
        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


def _panels(axes: Any, n: int, columns: int, size: tuple[float, float], what: str) -> list[Axes]:
    """n empty axes: those given, or in a new figure of panels of `size` inches."""
    if axes is None:
        rows = -(-n // columns)
        shape = (size[0] * min(n, columns), size[1] * rows)
        _, made = plt.subplots(rows, min(n, columns), figsize=shape, layout="constrained", squeeze=False)
        for spare in made.flat[n:]:
            spare.set_axis_off()
        return list(made.flat[:n])
    panels = list(np.ravel(np.asarray(axes, dtype=object)))
    if len(panels) != n or not all(isinstance(ax, Axes) for ax in panels):
        raise ValueError(f"{what} expected {n} axes, got {axes!r}. Leave axes out, or make {n} with plt.subplots.")
    for ax in panels:
        ax.clear()
    return panels


def _root(ax: Axes) -> Figure:
    return ax.figure.figure  # type: ignore[return-value]  # also from inside a subfigure


def _tints() -> list[Array]:
    return [0.35 * np.array(to_rgb(c)) + 0.65 for c in COLORS]


def _classes(net: Network, X: ArrayLike, resolution: int) -> tuple[Array, Array, Any]:
    """x1 (n,), x2 (n,) and the class (n, n) at each pair; in float32, which is twice as fast."""
    if net.networks is not None:
        raise ValueError(
            f"a picture of regions expected one network, got a stack of {net.networks}. Select one with net.select(r)."
        )
    if net.n_out is not None and net.n_out > len(COLORS):
        raise ValueError(
            f"a picture of regions expected at most {len(COLORS)} classes, got {net.n_out}. Join some of them."
        )
    fast = net.copy("float32")
    x1, x2 = grid(fast, X, resolution, margin=0.05)
    if x1[0, 0] == x1[0, -1] or x2[0, 0] == x2[-1, 0]:
        raise ValueError(
            "a picture of regions expected points that differ in both features, got a box without area. Add points."
        )
    classes = predict(fast, np.stack([x1.ravel(), x2.ravel()])).astype(np.uint8)
    return x1[0], x2[:, 0], classes.reshape(x1.shape)


@_styled
def decision_regions(
    net: Network,
    X: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    resolution: int = 150,
    title: str | None = None,
) -> Figure:
    """Where in the plane the network chooses which class, with the samples on top.

    Examples
    --------
    >>> from nnlib import datasets, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> figure = decision_regions(mlp(2, 8, 2), X, y)
    >>> plt.close(figure)
    """
    x1, x2, classes = _classes(net, X, resolution)
    points = np.asarray(X)
    labels = errors.labels(y, points.shape[1], max(net.n_out or 2, 2), "decision_regions")
    (ax,) = _panels(ax, 1, 1, (5, 4), "decision_regions")
    h1, h2 = (x1[1] - x1[0]) / 2, (x2[1] - x2[0]) / 2
    ax.imshow(
        classes,
        extent=(x1[0] - h1, x1[-1] + h1, x2[0] - h2, x2[-1] + h2),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap(_tints()),
        vmin=-0.5,
        vmax=len(COLORS) - 0.5,
    )
    for c in np.unique(labels):
        ax.scatter(
            *points[:, labels == c], s=28, c=COLORS[c], marker=MARKERS[c], edgecolors="white", linewidths=0.7,
            label=f"class {c}",
        )  # fmt: skip
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title=title or "")
    return _root(ax)


def decision_image(
    net: Network, X: ArrayLike, y: ArrayLike | None = None, resolution: int = 150, size: int = 450
) -> bytes:
    """The same regions as a PNG without axes, fast enough for explorers."""
    x1, x2, classes = _classes(net, X, resolution)
    image = Image.fromarray(classes[::-1])
    palette = np.concatenate([_tints(), [to_rgb(c) for c in COLORS], [(1, 1, 1)]])
    image.putpalette((255 * palette).round().astype(np.uint8).tobytes())
    image = image.resize((size, size), Image.Resampling.NEAREST)
    if y is not None:
        points = np.asarray(X)
        labels = errors.labels(y, points.shape[1], max(net.n_out or 2, 2), "decision_image")
        pen = ImageDraw.Draw(image)
        for c in np.unique(labels):
            marker = MarkerStyle(MARKERS[c])
            shape = marker.get_path().transformed(marker.get_transform()).to_polygons()[0] * (1, -1)
            column = (points[0, labels == c] - x1[0]) / (x1[-1] - x1[0]) * (size - 1)
            row = (x2[-1] - points[1, labels == c]) / (x2[-1] - x2[0]) * (size - 1)
            for centre in np.stack([column, row], axis=1):
                corners = (centre + 9 * shape).ravel().tolist()
                pen.polygon(corners, fill=len(COLORS) + int(c), outline=2 * len(COLORS))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


@_styled
def activation(
    f: Activation | Sequence[Activation],
    lim: tuple[float, float] = (-6, 6),
    axes: Any = None,
    **parameters: Any,
) -> Figure:
    """Each function with its derivative."""
    functions = [f] if isinstance(f, Activation) else list(f)
    panels = _panels(axes, len(functions), 2, (3.2, 2.6), "activation")
    z = np.linspace(*lim, 601)
    for ax, g in zip(panels, functions):
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.axvline(0, color=GREY, linewidth=0.8)
        ax.plot(z, g(z, **parameters), color=BLUE, label="$f(z)$")
        ax.plot(z, g.derivative(z, **parameters), color=RED, linestyle="--", label="$f'(z)$")
        ax.set(xlabel="$z$", title=g.__name__)
        ax.legend()
    return _root(panels[0])


@_styled
def network(net: Network, ax: Axes | None = None) -> Figure:
    """The network's units and connections."""
    (ax,) = _panels(ax, 1, 1, (6, 4), "network")
    widths = [net.n_in or 0] + [layer.n_out for layer in net if layer.n_out]
    for k, n in enumerate(widths):
        ax.add_collection(PatchCollection([Circle((2 * k, i - n / 2), 0.3) for i in range(n)], facecolor=COLORS[k]))
    ax.add_collection(LineCollection([], colors=GREY))
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.autoscale_view()
    return _root(ax)


@_styled
def neuron(ax: Axes | None = None) -> Figure:
    """A biological neuron and the mathematical model of it."""
    (ax,) = _panels(ax, 1, 1, (6.4, 6), "neuron")
    ax.add_patch(Polygon([(0, 0), (1, 0), (0, 1)]))
    ax.set_axis_off()
    return _root(ax)


@_styled
def history(h: History, axes: Any = None) -> Figure:
    """Loss and accuracy by epoch, on training and on validation data."""
    kinds = ["loss", "accuracy"] if h.accuracy.size else ["loss"]
    panels = _panels(axes, len(kinds), 2, (3.2, 2.8), "history")
    for ax, kind in zip(panels, kinds):
        for name, label, style in ((kind, "train", "-"), (f"val_{kind}", "validation", "--")):
            values = getattr(h, name)
            if values.size:
                ax.plot(values, linestyle=style, label=label)
        ax.set(xlabel="epoch", ylabel=kind)
        ax.legend()
    return _root(panels[0])
