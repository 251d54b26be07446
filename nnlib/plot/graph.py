"""The computational graph of a small network: the numbers of one pass forwards and back."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from .._common import checks
from ..layers import Elementwise, Linear
from ..losses import CrossEntropy, Loss
from ..network import Network
from .style import BLACK, BLUE, GREY, RED, fresh_axes, styled


@styled
def graph(net: Network, x: ArrayLike, y: ArrayLike, loss: Loss = CrossEntropy(),  # noqa: B008 (stateless)
          step: int | None = None, ax: Axes | None = None) -> Figure:
    """The computational graph of a small network on one sample, with the numbers of a pass forwards and back.

    A node holds its value, an edge the derivative of its end by its start: a weight, or the slope of an activation
    or of the loss. Below a value, a weight and a bias stands, in red, the gradient of the loss by it.

    Parameters
    ----------
    net : Network of Linear layers and activations, with at most 4 units in a layer
    x : (D, 1)
    y : (1,) integer label, or (C, 1) real targets for MSE
    step : int, optional
        How far the pass has come: over the E edges forwards (those of a layer in the order of ``net.params``), then
        over the same edges back, 2E at the end. The edge of the step is thick, and later numbers are left out.

    Examples
    --------
    >>> from nnlib import Sigmoid, mlp
    >>> figure = graph(mlp(2, 2, 2, activation=Sigmoid), [[1.0], [2.0]], [1], step=3)
    >>> figure.axes[0].get_title()
    '→ 3 / 16'
    """
    if not isinstance(net, Network) or net.networks or not all(isinstance(part, Linear | Elementwise) for part in net):
        raise ValueError(f"plot.graph expected one Network of Linear layers and activations, got {net!r}. "
                         "Make one, such as nn.mlp(2, 2, 2).")
    X, _ = net.check_data(x, y, loss)
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
    across, down = np.cumsum([0, *gaps, 1.35]), max(1.35, 0.39 * (rows + 1))
    width, height = across[-1] + 0.8, down * (rows - 1) + 1.45
    figure, (ax,) = fresh_axes(ax, 1, width, height + 0.3, "graph")
    ax.set(xlim=(-0.4, width - 0.4), ylim=(0.9 - height, 0.9), aspect="equal")
    ax.set_axis_off()
    places = {(k, i): np.array([across[k], -down * ((rows - len(column)) / 2 + i)])
              for k, column in enumerate(values) for i in range(len(column))}

    def write(x: float, y: float, number: float | None, color: str, va: str, since: int = 0) -> None:
        if number is not None and now >= since:
            ax.text(x, y, f"{number:z.2f}", color=color, ha="center", va=va, fontsize=11, in_layout=False,
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
