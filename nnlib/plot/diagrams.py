"""Diagrams: a network, drawn from the object itself, its computational graph, and a neuron next to its model."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Patch, Polygon
from numpy.typing import ArrayLike

from .._common import checks
from .._common.pair import BAR, Pair
from ..layers import Elementwise, Linear
from ..losses import CrossEntropy, Loss
from ..network import Network
from .style import BLACK, BLUE, COLORS, GREEN, GREY, ORANGE, PINK, RED, SKY, TINTS, both, fresh_axes, styled


@styled
def network(net: Network, ax: Axes | None = None) -> Figure:
    """Units as circles, weights as lines, layer by layer, with the shapes of the parameters.

    Of a layer with more than 8 units, only the first five and the last are drawn.

    Examples
    --------
    >>> from nnlib import mlp
    >>> figure = network(mlp(3, 4, 2))
    >>> figure.axes[0].get_title()
    '2 layers, 6 neurons, 26 parameters'
    """
    if not isinstance(net, Network) or not net.n_layers:
        raise ValueError(f"plot.network expected a Network with a layer that has units, got {net!r}. Make one, such "
                         "as nn.Network(nn.Linear(3, 4)).")
    columns: list[tuple[int, list[str], list[str]]] = [(net.n_in or 0, [], [])]  # size, names, shapes
    for layer in net:
        if layer.n_out is not None:
            columns.append((layer.n_out, [], []))
        if type(layer) is not Linear:
            columns[-1][1].append(type(layer).__name__ if layer.n_out else repr(layer).removesuffix("()"))
        for name, shape in layer.shapes().items():
            symbol = name.replace("alpha", r"\alpha")
            columns[-1][2].append(f"${symbol}$ {'×'.join(map(str, shape))}")
    last = len(columns) - 1
    rows = [list(range(n)) if n <= 8 else [0, 1, 2, 3, 4, 6] for n, _, _ in columns]
    # One unit of length is 0.45 inches, a line of text 0.45 units.
    gap = min(5.0, max(2.8, 11.6 / last))
    middle = (max(row[-1] for row in rows) + 1) / 2
    low = -middle - 0.45 * (2.8 + max(len(names) for _, names, _ in columns))
    high = middle + 0.45 * (1 + max(len(shapes) for _, _, shapes in columns))
    figure, (ax,) = fresh_axes(ax, 1, 0.45 * (gap * last + 2.6), 0.45 * (high - low + 0.8), "network")
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
        if k in (0, last):
            symbol, beside, side = ("x", x - 0.45, "right") if k == 0 else ("s", x + 0.45, "left")
            for i, (_, y) in zip([*range(1, len(nodes)), n], nodes, strict=True):
                ax.text(beside, y, f"${symbol}_{{{i}}}$", ha=side, va="center")
        number = f" {k}" * (last > 2)
        kind = "输入 | input" if k == 0 else "输出 | output" if k == last else f"隐藏层{number} | hidden{number}"
        below = "\n".join(["", f"{n:,}", *names])
        ax.text(x, -middle - 0.2, both(kind.replace(BAR, below + BAR) + below), ha="center", va="top")
        ax.text(x - gap / 2, middle + 0.1, "\n".join(shapes), ha="center", va="bottom")
        before = nodes
    counts = [(net.n_layers, "层 | layer"), (net.n_neurons, "个神经元 | neuron"), (net.n_params, "个参数 | parameter")]
    pairs = [(n, Pair.of(noun)) for n, noun in (*counts, (net.networks, "个网络 | network")) if n]
    title = ", ".join(checks.counted(n, noun.en) for n, noun in pairs)
    ax.set_title(both("，".join(f"{n:,} {noun.zh}" for n, noun in pairs) + BAR + title))
    return figure


# The start, bend and end of each dendrite, and its width at the start and at the end.
DENDRITES = (
    ((5.0, 7.7), (3.9, 8.2), (3.0, 8.9), 1.2, 0.2), ((3.0, 8.9), (2.5, 9.3), (1.6, 9.3), 0.2, 0.1),
    ((3.0, 8.9), (2.8, 9.5), (2.5, 9.9), 0.2, 0.08), ((5.0, 7.6), (3.7, 7.5), (2.9, 7.6), 1.2, 0.2),
    ((2.9, 7.6), (2.2, 7.7), (1.6, 7.7), 0.2, 0.1), ((2.9, 7.6), (2.5, 7.3), (2.3, 6.9), 0.2, 0.08),
    ((5.0, 7.5), (4.0, 6.9), (3.2, 6.3), 1.2, 0.2), ((3.2, 6.3), (2.5, 5.95), (1.6, 6.1), 0.2, 0.1),
    ((3.2, 6.3), (2.9, 5.8), (2.6, 5.5), 0.2, 0.08), ((5.1, 7.7), (5.3, 8.6), (5.0, 9.3), 1.2, 0.18),
    ((5.0, 9.3), (4.8, 9.6), (4.4, 9.9), 0.18, 0.08), ((5.0, 9.3), (5.2, 9.6), (5.5, 9.8), 0.16, 0.08),
    ((5.1, 7.5), (5.2, 6.7), (5.5, 6.0), 1.2, 0.18), ((5.5, 6.0), (5.6, 5.7), (5.4, 5.4), 0.18, 0.08),
)


def _limb(start: Any, bend: Any, end: Any, wide: float, thin: float) -> Polygon:
    """A limb along a quadratic Bezier curve, which tapers quickly near its start."""
    p, q, r = map(np.asarray, (start, bend, end))
    t = np.linspace(0, 1, 30)[:, None]
    middle = (1 - t) ** 2 * p + 2 * t * (1 - t) * q + t**2 * r
    along = (1 - t) * (q - p) + t * (r - q)
    side = along[:, ::-1] * (-1, 1) / np.linalg.norm(along, axis=1, keepdims=True)
    side *= (thin + (wide - thin) * (1 - t) ** 2) / 2
    return Polygon(np.concatenate([middle + side, (middle - side)[::-1]]))


@styled
def neuron(ax: Axes | None = None) -> Figure:
    """A biological neuron above its mathematical model; parts that correspond share a colour.

    The model is `Neuron`'s: ``y = f(sum_i w_i x_i + b)``. Source: McCulloch & Pitts (1943).

    Examples
    --------
    >>> figure = neuron()
    >>> "synapse" in [text.get_text() for text in figure.axes[0].texts]
    True
    """
    figure, (ax,) = fresh_axes(ax, 1, 6.4, 5.4, "neuron")
    ax.set(xlim=(-0.4, 12.9), ylim=(-0.2, 10.9), aspect="equal")
    ax.set_axis_off()
    sky, pink, green, red = (TINTS[COLORS.index(color)] for color in (SKY, PINK, GREEN, RED))

    def draw(color: Any, *parts: Patch) -> None:
        """Draw parts as one body: first every outline, then every inside on top of them."""
        ax.add_collection(PatchCollection(parts, facecolor=color, edgecolor=BLACK, linewidth=2.2))
        ax.add_collection(PatchCollection(parts, facecolor=color, edgecolor=color, linewidth=0.3))

    def box(x: float, y: float, width: float, height: float) -> Patch:
        return FancyBboxPatch((x, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.18")

    heights, ends = (9.3, 7.7, 6.1), ((11.5, 8.5), (11.8, 7.6), (11.5, 6.7))
    draw(sky, *(_limb((-0.5, y + 0.3), (0.5, y + 0.2), (1.3, y), 0.13, 0.13) for y in heights))
    draw(pink, _limb((7, 7.6), (9, 7.6), (10.5, 7.6), 0.2, 0.2),
         *(_limb((10.3, 7.6), (10.8, y), (x, y), 0.2, 0.1) for x, y in ends))
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
    for start, end in ((6.2, 7), (8.1, 12.3)):
        ax.annotate("", (end, 2.6), (start, 2.6), arrowprops={"arrowstyle": "-|>", "linewidth": 1.5, "color": BLACK})
    labels = [
        (0.7, 10.5, "其他神经元\n的轴突 | axons of\nother neurons"), (1.45, 8.65, "突触 | synapse"),
        (3.5, 10.4, "树突 | dendrites"), (6.7, 8.7, "细胞体 | cell body"), (8.9, 8.2, "轴突 | axon"),
        (6.8, 6.7, "轴丘 | axon hillock"), (11.3, 9.1, "轴突末梢 | axon terminals"),
        (0.4, 0, "输入 | inputs"), (2.0, 0.55, "权重 | weights"), (5.05, 1.0, "求和与偏置 | sum and bias"),
        (7.55, 1.6, "激活函数 | activation"), (10.2, 2.0, "发放率 | firing rate"),
        (10.2, 3.1, "$y=f(\\sum_i w_i x_i+b)$"), (5.05, 2.6, "$\\sum_i w_i x_i+b$"), (7.55, 2.6, "$f$"),
        (0.4, 1.9, "⋮"), (1.9, 2.1, "⋮"),
        *((0.4, y, f"$x_{i}$") for i, y in inputs),
        *((x, y, f"$w_{i}$") for (x, y), (i, _) in zip(weights, inputs, strict=True)),
    ]
    for x, y, label in labels:
        ax.text(x, y, both(label), ha="center", va="center")
    return figure


@styled
def graph(net: Network, x: ArrayLike, y: ArrayLike, loss: Loss = CrossEntropy(),  # noqa: B008 (stateless)
          step: int | None = None, ax: Axes | None = None) -> Figure:
    """The computational graph of a small network on one sample, with the numbers of a pass forwards and back.

    A node holds its value, an edge the derivative of its end by its start: a weight, or the slope of an activation
    or of the loss. Below a value, a weight and a bias stands, in orange, the gradient of the loss by it.

    The network has Linear layers and activations, with at most 4 units in a layer; `x` is (D, 1), `y` (1,) with an
    integer label, or (C, 1) real targets for MSE. `step` says how far the pass has come: over the E edges forwards
    (those of a layer in the order of ``net.params``), then over the same edges back, 2E at the end. The edge of the
    step is thick, and later numbers are left out.

    Examples
    --------
    >>> from nnlib import Sigmoid, mlp
    >>> figure = graph(mlp(2, 2, 2, activation=Sigmoid), [[1.0], [2.0]], [1], step=3)
    >>> figure.axes[0].get_title()
    '→ 3 / 16'
    """
    fits = isinstance(net, Network) and all(type(part) is Linear or isinstance(part, Elementwise) for part in net)
    if not fits or net.networks:
        raise ValueError(f"plot.graph expected one Network of Linear layers and activations, got {net!r}. "
                         "Make one, such as nn.mlp(2, 2, 2).")
    X, _ = (net := net.copy()).check_data(x, y, loss)  # the caller's net.grads stay as they are
    if max(len(X), *(layer.n_out or 0 for layer in net)) > 4 or X.shape[1] > 1:  # their numbers would overlap
        raise ValueError(f"plot.graph expected at most 4 units in a layer and 1 sample, got {net!r} and {X.shape[1]}. "
                         "Draw a smaller network, such as nn.mlp(2, 2, 2), on X[:, :1] and y[:1].")
    values = [X[:, 0], *((X := layer.forward(X))[:, 0].copy() for layer in net)]
    value, d = loss.value_and_grad(X, y)
    values.append(np.array([value]))
    gradients, edges = [d[:, 0].copy(), np.ones(1)], [(len(net), i, 0, slope, None) for i, slope in enumerate(d[:, 0])]
    for k in reversed(range(len(net))):  # an edge: column and row of its start, row of its end, both numbers
        layer, d = net[k], net[k].backward(d)
        gradients.insert(0, d[:, 0].copy())
        if isinstance(layer, Linear):
            W, b = (np.stack([layer.views[name], layer.grads[name]]) for name in "Wb")
            edges[:0] = [*((k, j, i, *W[:, i, j]) for i, j in np.ndindex(layer.W.shape)),
                         *((k, None, i, *b[:, i, 0]) for i in range(layer.n_out))]
        else:
            edges[:0] = [(k, i, i, slope, None) for i, slope in enumerate(layer.slope()[:, 0])]
    n, rows = len(edges), max(map(len, values))
    now = int(checks.real_number("plot.graph step", 2 * n if step is None else step, 0, 2 * n + 1))
    gaps = [0.54 * (rows + 1) if isinstance(layer, Linear) else 1.2 for layer in net]
    across, down = np.cumsum([0, *gaps, 1.3]), max(1.35, 0.39 * (rows + 1))
    width, height = across[-1] + 0.8, down * (rows - 1) + 1.45
    figure, (ax,) = fresh_axes(ax, 1, width, height + 0.3, "graph")
    ax.set(xlim=(-0.4, width - 0.4), ylim=(0.9 - height, 0.9), aspect="equal")
    ax.set_axis_off()
    places = {(k, i): np.array([across[k], -down * ((rows - len(column)) / 2 + i)])
              for k, column in enumerate(values) for i in range(len(column))}

    def write(x: float, y: float, number: float | None, color: str, va: str, since: int = 0) -> None:
        if number is not None and now >= since:
            ax.text(x, y, f"{number:z.2f}", color=color, ha="center", va=va, in_layout=False,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3})

    filled, returned = {}, {(len(net) + 1, 0): n}  # the step from which a node's value, its gradient is known
    for e, (k, j, i, slope, own) in enumerate(edges, 1):
        back = 2 * n + 1 - e
        filled[k + 1, i] = e  # in the end, the last edge that comes in
        returned.setdefault((k, j), back)  # the first edge that goes out, so the last on the way back
        start = places.get((k, j), places[k + 1, i] + np.array([0, 0.62]))
        way = places[k + 1, i] - start
        color = GREY if step is None or now not in (e, back) else BLUE if now == e else RED
        ax.plot(*np.transpose([start, start + way]), color=color, linewidth=1 if color == GREY else 4, zorder=0)
        at = start + way * (0 if j is None else 0.5 if own is None else 1 / (rows + 1))
        write(at[0], at[1] + 0.01, slope, BLACK, "bottom", back if own is None else 0)
        write(at[0], at[1] - 0.01, own, RED, "top", back)
    names = ["x", *("z" if isinstance(layer, Linear) else "h" for layer in net.layers[:-1]), r"\hat y"]
    for (k, i), (x1, x2) in places.items():
        ax.add_patch(Circle((x1, x2), 0.29, facecolor="white", edgecolor=BLACK))
        ax.text(x1, x2 + 0.12, f"${names[k]}_{i + 1}$" if k <= len(net) else "$L$", ha="center", va="center")
        write(x1, x2, values[k][i], BLACK, "top", filled.get((k, i), 0))
        write(x1, x2 - 0.31, gradients[k][i], RED, "top", returned[k, i])
    ax.set_title("" if step is None else f"→ {now} / {n}" if now <= n else f"← {now - n} / {n}")
    return figure
