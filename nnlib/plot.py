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
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from . import errors
from .activations import Activation
from .diagnostics import grid
from .errors import Array
from .layers import Linear
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
SHOWN = 8  # units a column shows before it is shortened
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


def _tint(color: str) -> Array:
    return 0.35 * np.array(to_rgb(color)) + 0.65


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
        cmap=ListedColormap([_tint(c) for c in COLORS]),
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
    palette = np.concatenate([[_tint(c) for c in COLORS], [to_rgb(c) for c in COLORS], [(1, 1, 1)]])
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
    """Draw the units and connections of a network, layer by layer, with the shapes of its parameters."""
    columns: list[tuple[int, list[str], list[str]]] = [(net.n_in or 0, ["input"], [])]
    for layer in net:
        if layer.n_out is not None:
            columns.append((layer.n_out, [], []))
        size, names, shapes = columns[-1]
        if not isinstance(layer, Linear):
            names.append(repr(layer))
        shapes += [f"{name} {'×'.join(map(str, shape))}" for name, shape in layer.shapes().items()]
    last = len(columns) - 1
    if not last:
        raise ValueError(f"a diagram expected a layer with units, got {net!r}. Add one such as nn.Linear(3, 4).")
    (ax,) = _panels(ax, 1, 1, (max(6.4, 1.3 * last), 4), "network")
    tallest = min(SHOWN, max(size for size, _, _ in columns))
    gap = 9 / max(last, 3)
    previous: Array = np.empty((0, 2))
    for k, (size, names, shapes) in enumerate(columns):
        drawn = np.arange(size) if size <= SHOWN else np.array([0, 1, 2, 3, 4, size - 1])
        height = (len(drawn) - 1 + (size > SHOWN)) / 2
        y = height - np.arange(len(drawn))
        if size > SHOWN:
            y[-1] = -height
            ax.text(gap * k, 1 - height, "$\\vdots$", ha="center", va="center", fontsize=15)
        nodes = np.stack([np.full(len(drawn), gap * k), y], axis=1)
        kind = "input" if k == 0 else "output" if k == last else "hidden"
        edges = [(a, b) for a in previous for b in nodes]
        ax.add_collection(LineCollection(edges, colors=GREY, linewidths=0.8, zorder=1, label="edges"))
        color = {"input": "white", "hidden": SKY, "output": ORANGE}[kind]
        circles = PatchCollection([Circle((a, b), 0.27) for a, b in nodes], facecolor=color, edgecolor=BLACK)
        circles.set(zorder=2, label=kind)
        ax.add_collection(circles)
        for i, (a, b) in zip(drawn + 1, nodes):
            if k == 0:
                ax.text(a - 0.4, b, f"$x_{{{i}}}$", ha="right", va="center")
            elif k == last:
                ax.text(a + 0.4, b, f"$s_{{{i}}}$", ha="left", va="center")
        lines = [kind if kind != "hidden" or last == 2 else f"hidden {k}", f"{size}"]
        ax.text(gap * k, -tallest / 2 - 0.2, "\n".join(lines + names), ha="center", va="top")
        ax.text(gap * (k - 0.5), tallest / 2 + 0.1, "\n".join(shapes), ha="center", va="bottom", color=GREY)
        previous = nodes
    ax.set(xlim=(-1.2, gap * last + 1.2), ylim=(-tallest / 2 - 2, tallest / 2 + 1), aspect="equal")
    ax.set_axis_off()
    return _root(ax)


def _limb(start: Any, bend: Any, end: Any, wide: float, thin: float) -> Array:
    """Outline (60, 2) of a limb that tapers along a quadratic Bezier curve."""
    p, q, r = map(np.asarray, (start, bend, end))
    t = np.linspace(0, 1, 30)[:, None]
    middle = (1 - t) ** 2 * p + 2 * t * (1 - t) * q + t**2 * r
    along = 2 * (1 - t) * (q - p) + 2 * t * (r - q)
    side = along[:, ::-1] * (-1, 1) / np.linalg.norm(along, axis=1, keepdims=True)
    side *= (wide + (thin - wide) * t) / 2
    return np.concatenate([middle + side, (middle - side)[::-1]])


CELL = [  # start, bend, end, width there and there: dendrites, then the axon's root
    ((5.0, 7.7), (3.9, 8.2), (3.0, 8.9), 0.75, 0.20),
    ((3.0, 8.9), (2.5, 9.3), (1.7, 9.3), 0.20, 0.10),
    ((3.0, 8.9), (2.8, 9.5), (2.5, 9.95), 0.18, 0.08),
    ((5.0, 7.6), (3.7, 7.5), (2.9, 7.6), 0.75, 0.20),
    ((2.9, 7.6), (2.2, 7.7), (1.7, 7.7), 0.20, 0.10),
    ((2.9, 7.6), (2.5, 7.3), (2.3, 6.95), 0.18, 0.08),
    ((5.0, 7.5), (4.0, 6.9), (3.2, 6.3), 0.75, 0.20),
    ((3.2, 6.3), (2.5, 5.95), (1.7, 6.1), 0.20, 0.10),
    ((3.2, 6.3), (2.9, 5.8), (2.6, 5.5), 0.18, 0.08),
    ((5.1, 7.7), (5.3, 8.6), (5.0, 9.3), 0.65, 0.18),
    ((5.0, 9.3), (4.8, 9.6), (4.4, 9.9), 0.18, 0.08),
    ((5.0, 9.3), (5.2, 9.6), (5.5, 9.8), 0.16, 0.08),
    ((5.1, 7.5), (5.2, 6.7), (5.5, 6.0), 0.65, 0.16),
    ((5.5, 6.0), (5.6, 5.7), (5.4, 5.4), 0.16, 0.08),
    ((5.0, 7.6), (6.0, 7.6), (7.2, 7.6), 1.0, 0.22),
]


@_styled
def neuron(ax: Axes | None = None) -> Figure:
    """A biological neuron above the mathematical model of it; parts that correspond share a colour."""
    (ax,) = _panels(ax, 1, 1, (6.4, 6), "neuron")
    ax.set(xlim=(-0.3, 13.3), ylim=(0, 10.8), aspect="equal")
    ax.set_axis_off()
    soma = Circle((5.05, 7.6), 0.85)
    limbs = [Polygon(_limb(*limb)) for limb in CELL]
    ends = [(11.7, 8.5), (12.0, 7.6), (11.7, 6.7)]
    for color, parts in (
        (SKY, [Polygon(_limb((-0.2, y + 0.3), (0.5, y + 0.2), (1.4, y), 0.12, 0.12)) for y in (9.3, 7.7, 6.1)]),
        (PINK, [Polygon(_limb((7.1, 7.6), (9, 7.6), (10.6, 7.6), 0.2, 0.2)),
                *(Polygon(_limb((10.5, 7.6), (11, y), (x, y), 0.18, 0.08)) for x, y in ends)]),
        (GREEN, [soma, *limbs]),
    ):
        for z, edge in ((2, 2.0), (3, 0.0)):
            ax.add_collection(PatchCollection(
                parts, facecolor=_tint(color), edgecolor=BLACK if edge else "none", linewidth=edge, zorder=z))
    ax.add_patch(Circle((5.05, 7.6), 0.33, facecolor=GREEN, edgecolor=BLACK, zorder=4))
    for x in (7.6, 8.6, 9.6):
        ax.add_patch(FancyBboxPatch((x, 7.4), 0.7, 0.4, boxstyle="round,pad=0,rounding_size=0.2",
            facecolor="white", edgecolor=BLACK, zorder=4))
    for y in (9.3, 7.7, 6.1):
        ax.add_patch(Circle((1.5, y), 0.17, facecolor=ORANGE, edgecolor=BLACK, zorder=4))
    for x, y in ends:
        ax.add_patch(Circle((x, y), 0.14, facecolor=PINK, edgecolor=BLACK, zorder=4))
    # The model
    for y, i in ((4.2, "1"), (2.6, "2"), (1.0, "D")):
        ax.plot([0.3, 5.05], [y, 2.6], color=BLACK, linewidth=1.5, zorder=1)
        ax.add_patch(Circle((0.4, y), 0.45, facecolor=_tint(SKY), edgecolor=BLACK, zorder=4))
        ax.text(0.4, y, f"$x_{i}$", ha="center", va="center", zorder=5)
        x = 2.3
        yy = y + (2.6 - y) * (x - 0.3) / 4.75
        ax.add_patch(Circle((x, yy), 0.42, facecolor=ORANGE, edgecolor=BLACK, zorder=4))
        ax.text(x, yy, f"$w_{i}$", ha="center", va="center", zorder=5)
    ax.add_patch(Circle((5.05, 2.6), 1.25, facecolor=_tint(GREEN), edgecolor=BLACK, zorder=4))
    ax.text(5.05, 2.6, "$\\sum_i w_i x_i + b$", ha="center", va="center", zorder=5)
    ax.add_patch(FancyBboxPatch((7.4, 1.9), 1.4, 1.4, boxstyle="round,pad=0,rounding_size=0.2",
            facecolor=_tint(RED), edgecolor=BLACK, zorder=4))
    ax.text(8.1, 2.6, "$f$", ha="center", va="center", zorder=5)
    ax.annotate("", (7.4, 2.6), (6.3, 2.6), arrowprops={"arrowstyle": "-|>", "color": BLACK})
    ax.annotate("", (12, 2.6), (8.8, 2.6), arrowprops={"arrowstyle": "-|>", "color": BLACK})
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
