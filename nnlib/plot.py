"""Pictures: decision regions, activations, network diagrams, training curves and the neuron.

Every function returns its figure and shows nothing. Axes that are handed in are cleared first, so that
a picture can be drawn again in the same place.
"""

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
from matplotlib.patches import Circle, FancyBboxPatch, Patch, Polygon
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

P = ParamSpec("P")
T = TypeVar("T")

# Okabe & Ito (2008): told apart by colour-blind eyes too. Class c has colour c and marker c.
BLUE, ORANGE, GREEN, RED, PINK, SKY, YELLOW, BLACK = COLORS = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000",
)  # fmt: skip
GREY = "#6E6E6E"
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
TINTS = tuple(tuple(0.35 * x + 0.65 for x in to_rgb(color)) for color in COLORS)
STYLE: dict[Any, Any] = {
    "figure.dpi": 120, "figure.facecolor": "white",
    "axes.facecolor": "white", "axes.prop_cycle": f"cycler(color={list(COLORS)})",
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "font.size": 12, "axes.titlesize": 12, "legend.fontsize": 11, "mathtext.fontset": "cm",
}  # fmt: skip


def _styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Draw in our style and leave everyone else's alone."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> T:
        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


def _panels(axes: Any, n: int, width: float, height: float, what: str) -> list[Axes]:
    """The n axes given, cleared, or n in a new figure, two a row, each `width` by `height` inches."""
    if axes is None:
        columns, rows = min(n, 2), -(-n // 2)
        size = (columns * width, rows * height)
        _, made = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
        for spare in made.flat[n:]:
            spare.remove()
        axes = made.flat[:n]
    panels = list(np.ravel(np.asarray(axes, dtype=object)))
    if len(panels) != n or not all(isinstance(ax, Axes) for ax in panels):
        raise ValueError(
            f"plot.{what} expected {n} matplotlib axes, got {axes!r}. "
            "Leave them out, or make them with plt.subplots."
        )
    for ax in panels:
        ax.clear()
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=STYLE["font.size"])  # ticks are made when drawn, when our style is over
    return panels


def _figure(ax: Axes) -> Figure:
    return ax.figure.figure  # the whole one, also for a subfigure's axes


def _regions(net: Network, X: ArrayLike, y: ArrayLike | None, resolution: int) -> tuple[Any, Array, Any, Any]:
    """Class at each grid point, the grid's [[x1, x2] low, [x1, x2] high], samples, labels."""
    if net.networks is not None:
        raise ValueError(
            f"a picture of regions expected one network, got a stack of {net.networks}. "
            "Select one with net.select(r)."
        )
    fast = net.copy("float32")  # 2.6 times as fast as float64, and looks the same
    x1, x2 = grid(fast, X, resolution, margin=0.05)
    n_classes = max(net.n_out or 0, 2)
    if n_classes > len(COLORS):
        raise ValueError(
            f"a picture of regions expected at most {len(COLORS)} classes, got {n_classes}. "
            "Join some of them, or draw a part."
        )
    corners = np.array([[x1[0, 0], x2[0, 0]], [x1[-1, -1], x2[-1, -1]]], float)
    if (corners[0] == corners[1]).any():
        raise ValueError(
            "a picture of regions expected samples that differ in both inputs, "
            f"got only {corners[0].tolist()} to {corners[1].tolist()}. Add samples."
        )
    classes = predict(fast, np.stack([x1.ravel(), x2.ravel()])).astype(np.uint8)
    samples = net.check_batch(X)
    labels = None if y is None else errors.labels(y, samples.shape[1], n_classes, "a picture of regions")
    return classes.reshape(x1.shape), corners, samples, labels


@_styled
def decision_regions(
    net: Network,
    X: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    resolution: int = 150,
    title: str | None = None,
) -> Figure:
    """Where in the plane the network chooses which class, and the samples with their true classes.

    Parameters
    ----------
    net : Network with 2 inputs and at most 8 classes
    X : (2, N)
    y : (N,) integer labels
    ax : matplotlib Axes, optional
    resolution : int
        Grid points a side; 300 for print.
    title : str, optional

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        If the network is a stack or does not have 2 inputs, or X, y, ax are not as described.

    Notes
    -----
    A pixel has the colour of ``predict(net, x)`` at its centre, computed in float32.
    Source of the colours: Okabe & Ito (2008), Color Universal Design. Taught in: overfitting.

    Examples
    --------
    >>> from nnlib import datasets, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> figure = decision_regions(mlp(2, 8, 2), X, y)
    >>> figure.axes[0].images[0].get_array().shape
    (150, 150)
    >>> plt.close(figure)
    """
    classes, corners, samples, labels = _regions(net, X, y, resolution)
    (panel,) = _panels(ax, 1, 5, 4, "decision_regions")
    half = (corners[1] - corners[0]) / (resolution - 1) / 2  # a pixel reaches beyond its centre
    (left, bottom), (right, top) = corners[0] - half, corners[1] + half
    panel.imshow(
        classes,
        cmap=ListedColormap(TINTS),
        vmin=-0.5,
        vmax=len(TINTS) - 0.5,
        extent=(left, right, bottom, top),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        interpolation_stage="data",
    )
    for c in np.unique(labels):
        x1, x2 = samples[:, labels == c]
        label = f"class {c}"
        panel.scatter(
            x1, x2, s=30, c=COLORS[c], marker=MARKERS[c], edgecolors=BLACK, linewidths=0.5, label=label
        )
    panel.set(xlabel="$x_1$", ylabel="$x_2$", title=title or "")
    panel.locator_params(nbins=5)
    figure = _figure(panel)
    if ax is None:  # lay out once: later frames in the same axes are 1.5 times as fast
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
    return figure


def decision_image(
    net: Network, X: ArrayLike, y: ArrayLike | None = None, resolution: int = 150, size: int = 450
) -> bytes:
    """The same regions as a square PNG without axes, ten times as fast: for explorers.

    Parameters
    ----------
    net : Network with 2 inputs and at most 8 classes
    X : (2, N)
    y : (N,) integer labels, optional
        Without them only the regions are drawn.
    resolution : int
        Grid points a side.
    size : int
        Pixels a side.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        As `decision_regions`.

    Notes
    -----
    Taught in: overfitting.

    Examples
    --------
    >>> from nnlib import datasets, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> decision_image(mlp(2, 8, 2), X, y)[1:4]
    b'PNG'
    """
    classes, (low, high), samples, labels = _regions(net, X, y, resolution)
    size = errors.whole("decision_image size", size)
    image = Image.fromarray(classes[::-1])
    palette = np.array([*TINTS, *map(to_rgb, COLORS)])
    image.putpalette((255 * palette).round().astype(np.uint8).tobytes())
    image = image.resize((size, size), Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(image)
    unit = (samples - low[:, None]) / (high - low)[:, None]
    centres = (np.stack([unit[0], 1 - unit[1]], axis=1) * (resolution - 1) + 0.5) * (size / resolution)
    black = len(TINTS) + COLORS.index(BLACK)
    for c in np.unique(labels) if labels is not None else ():
        marker = MarkerStyle(MARKERS[c])
        outline = marker.get_path().transformed(marker.get_transform()).to_polygons()[0]
        shape = np.asarray(outline) * (size / 50, -size / 50)
        for centre in centres[labels == c]:
            corners = (centre + shape).ravel().tolist()
            pen.polygon(corners, fill=len(TINTS) + int(c), outline=black)
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
    """Activation functions, each in its own panel with its derivative.

    Parameters
    ----------
    f : function such as ``nn.sigmoid``, or a list of them
    lim : (low, high)
        Range of z.
    axes : matplotlib Axes, optional
        One for each function.
    **parameters
        For the functions, e.g. ``alpha=0.1``.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        If an argument is not as described.

    Notes
    -----
    Taught in: activations.

    Examples
    --------
    >>> from nnlib import relu, sigmoid
    >>> figure = activation([sigmoid, relu])
    >>> [ax.get_title() for ax in figure.axes]
    ['sigmoid', 'relu']
    >>> plt.close(figure)
    """
    functions = list(f) if isinstance(f, Sequence) else [f]
    if not functions or not all(isinstance(g, Activation) for g in functions):
        raise ValueError(
            f"plot.activation expected functions such as nn.relu, got {f!r}. "
            "They are written small; the layer nn.ReLU is another thing."
        )
    ends = errors.real_array(lim, None, "plot.activation lim")
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise ValueError(
            f"plot.activation expected lim (low, high) with low < high, got {lim!r}. Write (-6, 6)."
        )
    low, high = ends
    panels = _panels(axes, len(functions), 3.2 if len(functions) > 1 else 5, 2.9, "activation")
    z = np.linspace(low, high, 601)
    for ax, g in zip(panels, functions, strict=True):
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.axvline(0, color=GREY, linewidth=0.8)
        ax.plot(z, g(z, **parameters), color=BLUE, linewidth=2.5, label="$f(z)$")
        slope = g.derivative(z, **parameters)
        ax.plot(z, slope, color=RED, linewidth=2, linestyle="--", label="$f'(z)$")
        ax.set(xlabel="$z$", title=g.__name__, xlim=(low, high))
        ax.legend(loc="upper left")
    return _figure(panels[0])


@_styled
def network(net: Network, ax: Axes | None = None) -> Figure:
    """Units as circles, weights as lines, layer by layer, with the shapes of the parameters.

    Parameters
    ----------
    net : Network
        Of a layer with more than 8 units, five and the last are drawn.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        If `net` is not a Network, no layer has units of its own, or `ax` is not one Axes.

    Notes
    -----
    Taught in: intro, architecture.

    Examples
    --------
    >>> from nnlib import mlp
    >>> figure = network(mlp(3, 4, 2))
    >>> figure.axes[0].get_title()
    '2 layers, 6 neurons, 26 parameters'
    >>> plt.close(figure)
    """
    if not isinstance(net, Network):
        raise ValueError(f"plot.network expected a Network, got {net!r}. Wrap layers in nn.Network.")
    columns: list[tuple[int, list[str], list[str]]] = [(net.n_in or 0, [], [])]  # size, names, shapes
    for layer in net:
        if layer.n_out is not None:
            columns.append((layer.n_out, [], []))
        if not isinstance(layer, Linear):
            what = type(layer).__name__ if layer.n_out else repr(layer).removesuffix("()")
            columns[-1][1].append(what)
        for name, shape in layer.shapes().items():
            symbol = name.replace("alpha", r"\alpha")
            columns[-1][2].append(f"${symbol}$ {'×'.join(map(str, shape))}")
    last = len(columns) - 1
    if not last:
        raise ValueError(
            f"plot.network expected a layer with units of its own, got {net!r}. Start with nn.Linear."
        )
    rows = [list(range(n)) if n <= 8 else [0, 1, 2, 3, 4, 6] for n, _, _ in columns]
    # One unit of length is 0.45 inches, a line of text 0.45 units.
    gap = min(5.0, max(2.8, 11.6 / last))
    middle = (max(row[-1] for row in rows) + 1) / 2
    low = -middle - 0.45 * (2.8 + max(len(names) for _, names, _ in columns))
    high = middle + 0.45 * (1 + max(len(shapes) for _, _, shapes in columns))
    (ax,) = _panels(ax, 1, 0.45 * (gap * last + 2.6), 0.45 * (high - low + 0.8), "network")
    ax.set(xlim=(-1.3, gap * last + 1.3), ylim=(low, high), aspect="equal")
    ax.set_axis_off()
    before: list[tuple[float, float]] = []
    for k, (n, names, shapes) in enumerate(columns):
        x, top = gap * k, rows[k][-1] / 2
        nodes = [(x, top - row) for row in rows[k]]
        if n > 8:
            ax.text(x, top - 5, "⋮", ha="center", va="center", fontsize=16)
        edges = [(a, b) for a in before for b in nodes]
        ax.add_collection(LineCollection(edges, colors=GREY, linewidths=0.8, zorder=1))
        color = "white" if k == 0 else ORANGE if k == last else SKY
        circles = [Circle(node, 0.3) for node in nodes]
        ax.add_collection(PatchCollection(circles, facecolor=color, edgecolor=BLACK, zorder=2))
        for i, (_, y) in zip([*range(1, len(nodes)), n], nodes, strict=True):
            if k == 0:
                ax.text(-0.45, y, f"$x_{{{i}}}$", ha="right", va="center")
            elif k == last:
                ax.text(x + 0.45, y, f"$s_{{{i}}}$", ha="left", va="center")
        kind = "input" if k == 0 else "output" if k == last else f"hidden {k}" if last > 2 else "hidden"
        ax.text(x, -middle - 0.2, "\n".join([kind, f"{n:,}", *names]), ha="center", va="top")
        ax.text(x - gap / 2, middle + 0.1, "\n".join(shapes), ha="center", va="bottom", fontsize=11)
        before = nodes
    many = f", {net.networks} networks" if net.networks else ""
    counts = (net.n_layers, "layer"), (net.n_neurons, "neuron"), (net.n_params, "parameter")
    ax.set_title(", ".join(f"{n:,} {what}{'s' * (n > 1)}" for n, what in counts) + many)
    return _figure(ax)


# Start, bend and end of each dendrite, and its width there and there.
DENDRITES = (
    ((5.0, 7.7), (3.9, 8.2), (3.0, 8.9), 1.2, 0.2), ((3.0, 8.9), (2.5, 9.3), (1.6, 9.3), 0.2, 0.1),
    ((3.0, 8.9), (2.8, 9.5), (2.5, 9.9), 0.2, 0.08), ((5.0, 7.6), (3.7, 7.5), (2.9, 7.6), 1.2, 0.2),
    ((2.9, 7.6), (2.2, 7.7), (1.6, 7.7), 0.2, 0.1), ((2.9, 7.6), (2.5, 7.3), (2.3, 6.9), 0.2, 0.08),
    ((5.0, 7.5), (4.0, 6.9), (3.2, 6.3), 1.2, 0.2), ((3.2, 6.3), (2.5, 5.95), (1.6, 6.1), 0.2, 0.1),
    ((3.2, 6.3), (2.9, 5.8), (2.6, 5.5), 0.2, 0.08), ((5.1, 7.7), (5.3, 8.6), (5.0, 9.3), 1.2, 0.18),
    ((5.0, 9.3), (4.8, 9.6), (4.4, 9.9), 0.18, 0.08), ((5.0, 9.3), (5.2, 9.6), (5.5, 9.8), 0.16, 0.08),
    ((5.1, 7.5), (5.2, 6.7), (5.5, 6.0), 1.2, 0.18), ((5.5, 6.0), (5.6, 5.7), (5.4, 5.4), 0.18, 0.08),
)  # fmt: skip


def _limb(start: Any, bend: Any, end: Any, wide: float, thin: float) -> Polygon:
    """A limb along a quadratic Bezier curve, tapering fast at first."""
    p, q, r = map(np.asarray, (start, bend, end))
    t = np.linspace(0, 1, 30)[:, None]
    middle = (1 - t) ** 2 * p + 2 * t * (1 - t) * q + t**2 * r
    along = (1 - t) * (q - p) + t * (r - q)
    side = along[:, ::-1] * (-1, 1) / np.linalg.norm(along, axis=1, keepdims=True)
    side *= (thin + (wide - thin) * (1 - t) ** 2) / 2
    return Polygon(np.concatenate([middle + side, (middle - side)[::-1]]))


@_styled
def neuron(ax: Axes | None = None) -> Figure:
    """A biological neuron above its mathematical model; parts that correspond share a colour.

    Parameters
    ----------
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        If `ax` is not one Axes.

    Notes
    -----
    The model is `Neuron`'s: ``y = f(sum_i w_i x_i + b)``. Source: McCulloch & Pitts (1943).
    Taught in: intro.

    Examples
    --------
    >>> figure = neuron()
    >>> "synapse" in [text.get_text() for text in figure.axes[0].texts]
    True
    >>> plt.close(figure)
    """
    (ax,) = _panels(ax, 1, 6.4, 5.4, "neuron")
    ax.set(xlim=(-0.4, 12.9), ylim=(-0.2, 10.9), aspect="equal")
    ax.set_axis_off()
    sky, pink, green, red = (TINTS[COLORS.index(color)] for color in (SKY, PINK, GREEN, RED))

    def draw(color: Any, *parts: Patch) -> None:
        """Parts as one body: all outlines first, then all insides over them."""
        ax.add_collection(PatchCollection(parts, facecolor=color, edgecolor=BLACK, linewidth=2.2))
        ax.add_collection(PatchCollection(parts, facecolor=color, edgecolor=color, linewidth=0.3))

    def box(x: float, y: float, width: float, height: float) -> Patch:
        return FancyBboxPatch((x, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.18")

    def arrow(start: float, end: float) -> None:
        look = {"arrowstyle": "-|>", "linewidth": 1.5, "color": BLACK}
        ax.annotate("", (end, 2.6), (start, 2.6), arrowprops=look)

    heights, ends = (9.3, 7.7, 6.1), ((11.5, 8.5), (11.8, 7.6), (11.5, 6.7))
    draw(sky, *(_limb((-0.5, y + 0.3), (0.5, y + 0.2), (1.3, y), 0.13, 0.13) for y in heights))
    draw(pink, _limb((7, 7.6), (9, 7.6), (10.5, 7.6), 0.2, 0.2),
         *(_limb((10.3, 7.6), (10.8, y), (x, y), 0.2, 0.1) for x, y in ends))  # fmt: skip
    draw(red, _limb((5.4, 7.6), (6.2, 7.6), (7.3, 7.6), 1.6, 0.2))
    draw(green, Circle((5.05, 7.6), 0.9), *(_limb(*dendrite) for dendrite in DENDRITES))
    draw(GREEN, Circle((5.05, 7.6), 0.33))
    draw("white", *(box(x, 7.6, 0.75, 0.42) for x in (7.55, 8.5, 9.45)))
    draw(ORANGE, *(Circle((1.45, y), 0.18) for y in heights))
    draw(PINK, *(Circle(end, 0.15) for end in ends))

    inputs = (("1", 4.4), ("2", 2.9), ("D", 0.9))
    for _, y in inputs:
        ax.plot([0.4, 5.05], [y, 2.6], color=BLACK, linewidth=1.5, zorder=0)
    draw(sky, *(Circle((0.4, y), 0.45) for _, y in inputs))
    weights = [(1.9, y + (2.6 - y) * 1.5 / 4.65) for _, y in inputs]
    draw(ORANGE, *(Circle(weight, 0.4) for weight in weights))
    draw(green, Circle((5.05, 2.6), 1.15))
    draw(red, box(7, 2.6, 1.1, 1.1))
    arrow(6.2, 7)
    arrow(8.1, 12.3)
    labels = [
        (0.7, 10.5, "axons of\nother neurons"), (1.45, 8.65, "synapse"), (3.5, 10.4, "dendrites"),
        (6.7, 8.7, "cell body"), (8.9, 8.2, "axon"), (6.8, 6.7, "axon hillock"),
        (11.3, 9.1, "axon terminals"),
        (0.4, 0, "inputs"), (2.0, 0.55, "weights"), (5.05, 1.0, "sum and bias"), (7.55, 1.6, "activation"),
        (10.2, 2.0, "firing rate"), (10.2, 3.1, "$y=f(\\sum_i w_i x_i+b)$"),
        (5.05, 2.6, "$\\sum_i w_i x_i+b$"), (7.55, 2.6, "$f$"), (0.4, 1.9, "⋮"), (1.9, 2.1, "⋮"),
        *((0.4, y, f"$x_{i}$") for i, y in inputs),
        *((x, y, f"$w_{i}$") for (x, y), (i, _) in zip(weights, inputs, strict=True)),
    ]  # fmt: skip
    for x, y, label in labels:
        ax.text(x, y, label, ha="center", va="center")
    return _figure(ax)


@_styled
def history(h: History, axes: Any = None) -> Figure:
    """Loss and accuracy by epoch, on training and on validation data.

    Parameters
    ----------
    h : History
        Of R networks: the median as a line, the range from the 10th to the 90th percentile as a band.
    axes : matplotlib Axes, optional
        Two, or one if accuracy was not measured.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    ValueError
        If `h` is not what `fit` returns, or the number of axes does not fit.

    Notes
    -----
    A dotted line marks the best epoch (the networks' median) where it is not the last.
    Taught in: intro, overfitting.

    Examples
    --------
    >>> from nnlib import datasets, fit, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> figure = history(fit(mlp(2, 8, 2), X, y, epochs=5))
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['loss', 'accuracy']
    >>> plt.close(figure)
    """
    if not isinstance(h, History):
        raise ValueError(f"plot.history expected what nn.fit returns, got {h!r}. Write h = nn.fit(...).")
    kinds = ["loss", "accuracy"] if h.accuracy.size or h.val_accuracy.size else ["loss"]
    panels = _panels(axes, len(kinds), 3.2 if len(kinds) > 1 else 5, 3.2, "history")
    epochs = np.arange(len(h.loss))
    best = float(np.median(h.best_epoch))
    for ax, kind in zip(panels, kinds, strict=True):
        for name, color, line, marker in ((kind, BLUE, "-", "o"), (f"val_{kind}", RED, "--", "s")):
            values = getattr(h, name)
            if not values.size:
                continue
            if values.ndim == 2:
                low, values, high = np.nanquantile(values, (0.1, 0.5, 0.9), axis=1)
                ax.fill_between(epochs, low, high, color=color, alpha=0.2, linewidth=0)
            label = "validation" if name.startswith("val_") else "train"
            every = max(1, len(epochs) // 8)
            ax.plot(
                epochs, values, line, color=color, label=label, marker=marker, markevery=every, markersize=4
            )
        if best < len(epochs) - 1:
            ax.axvline(best, color=BLACK, linewidth=1.2, linestyle=":", label=f"best epoch {best:g}")
        if h.loss.ndim == 2:
            ax.set_title(f"median of {h.loss.shape[1]} networks\nband: 10–90 %")
        ax.set(xlabel="epoch", ylabel=kind)
        ax.locator_params(axis="x", integer=True)
    panels[-1].legend(frameon=True, framealpha=0.8, edgecolor="none")
    return _figure(panels[0])
