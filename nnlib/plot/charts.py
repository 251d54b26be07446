"""Charts of numbers: activations, training histories, lines with bands, distributions, descent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._common import checks
from .._common.checks import Array
from ..activations import Activation
from ..training import History
from .style import BLACK, BLUE, COLORS, GREY, MARKERS, RED, both, fresh_axes, styled


@styled
def activation(f: Activation | Sequence[Activation], lim: tuple[float, float] = (-6, 6), axes: Any = None,
               **parameters: Any) -> Figure:
    """Plot activation functions, each in its own panel together with its derivative.

    `f` is a function such as ``nn.sigmoid``, or a list of them; `lim`, (low, high), is the range of z, and `axes` are
    one for each function. Further parameters are those of the functions, e.g. ``alpha=0.1``.

    Examples
    --------
    >>> from nnlib import relu, sigmoid
    >>> figure = activation([sigmoid, relu])
    >>> [ax.get_title() for ax in figure.axes]
    ['sigmoid', 'relu']
    """
    functions = list(f) if isinstance(f, Sequence) else [f]
    if not functions or not all(isinstance(g, Activation) for g in functions):
        raise ValueError(f"plot.activation expected functions such as nn.relu, got {f!r}. "
                         "Write nn.relu or nn.tanh, not the layer nn.ReLU and not np.tanh.")
    ends = _limits(lim, "activation", (-6, 6))
    z = np.linspace(ends[0], ends[1], 601)
    drawn = [(g.__name__, g(z, **parameters), g.derivative(z, **parameters)) for g in functions]
    figure, panels = fresh_axes(axes, len(functions), 3.2 if len(functions) > 1 else 5, 2.9, "activation")
    for ax, (name, y, slope) in zip(panels, drawn, strict=True):
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.axvline(0, color=GREY, linewidth=0.8)
        ax.plot(z, y, color=BLUE, linewidth=2.5, label="$f(z)$")
        ax.plot(z, slope, color=RED, linewidth=2, linestyle="--", label="$f'(z)$")
        ax.set(xlabel="$z$", title=name, xlim=ends)
        ax.legend(loc="upper left")
    return figure


def _limits(lim: Any, what: str, example: tuple[int, ...]) -> list[float]:
    """`lim` as numbers: low and high of each axis."""
    ends = checks.as_floats(lim, None, f"plot.{what} lim").ravel().tolist()
    widths = [b - a for a, b in pairwise(ends)][::2]
    if np.shape(lim) != np.shape(example) or not all(0 < width < np.inf for width in widths):
        raise ValueError(f"plot.{what} expected lim as {len(example)} numbers, each low below its high at a finite "
                         f"distance, got {lim!r}. Write lim={example}.")
    return ends


def _labelled(groups: Any, what: str, shape: str, fits: Callable[[Array], Any], remedy: str) -> list[tuple[Any, Array]]:
    """Labels and values of a dict, all checked before axes of the caller are cleared."""
    if not hasattr(groups, "items"):
        raise ValueError(f"plot.{what} expected a dict from labels to values, got {type(groups).__name__}. Give each "
                         'its label: {"name": x}.')
    pairs: list[tuple[Any, Array]] = []
    for label, values in groups.items():
        y = checks.as_floats(values, float, f"{what} {label!r}", finite=what != "curves")
        if not fits(y):
            raise ValueError(f"{what} expected {label!r} of shape {shape}, got {y.shape}. {remedy}")
        pairs.append((both(label), y))
    return pairs


def _line(ax: Axes, x: ArrayLike, y: Array, marks: int, **look: Any) -> None:
    """Draw a line with about `marks` markers; for R repeated runs, (n, R), their median and a band."""
    if y.ndim == 2:
        measured = ~np.isnan(y).all(axis=1)  # else every network had diverged or stopped
        x, y = np.asarray(x)[measured], y[measured]
        low, y, high = np.nanquantile(y, (0.1, 0.5, 0.9), axis=1) if y.size else np.empty((3, 0))
        ax.fill_between(x, low, high, color=look["color"], alpha=0.2, linewidth=0)
    ax.plot(x, y, markevery=max(1, len(y) // marks), **look)  # a marker on every point would hide the line


@styled
def history(h: History, axes: Any = None) -> Figure:
    """Loss and accuracy by epoch, on training and on validation data, as `fit` returned them.

    For R networks, a line shows the median and a band the 10th to 90th percentiles. A dotted line marks the best
    epoch (the networks' median) if it is not the last one. `axes` are two, or one if accuracy was not measured.

    Examples
    --------
    >>> from nnlib import datasets, fit, mlp
    >>> X, y = datasets.moons(n=40, noise=0.1, rng=0)
    >>> figure = history(fit(mlp(2, 8, 2), X, y, epochs=5))
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['loss', 'accuracy']
    """
    if not isinstance(h, History):
        raise ValueError(f"plot.history expected the History that nn.fit returns, got {h!r}. Keep it: h = nn.fit(...).")
    measured = h.accuracy.size or h.val_accuracy.size
    kinds = {"loss": "损失 | loss"} | ({"accuracy": "准确率 | accuracy"} if measured else {})
    figure, panels = fresh_axes(axes, len(kinds), 3.2 if len(kinds) > 1 else 5, 3.2, "history")
    epochs = np.arange(len(h.loss))
    best = float(np.median(h.best_epoch))
    looks = ({"label": both("训练 | train"), "color": BLUE, "linestyle": "-", "marker": "o"},
             {"label": both("验证 | validation"), "color": RED, "linestyle": "--", "marker": "s"})
    for ax, (kind, words) in zip(panels, kinds.items(), strict=True):
        for name, look in zip((kind, f"val_{kind}"), looks, strict=True):
            if (values := getattr(h, name)).size:
                _line(ax, epochs, values, marks=8, markersize=4, **look)
        if 0 <= best < len(epochs) - 1:
            ax.axvline(best, color=BLACK, linewidth=1.2, linestyle=":",
                       label=both(f"最佳轮 {best:g} | best epoch {best:g}"))
        if h.loss.ndim == 2:
            n = h.loss.shape[1]
            ax.set_title(both(f"{n} 个网络的中位数\n色带：10–90 % | median of {n} networks\nband: 10–90 %"))
        ax.set(xlabel=both("轮 | epoch"), ylabel=both(words))
        ax.locator_params(axis="x", integer=True)
    panels[-1].legend(frameon=True, framealpha=0.8, edgecolor="none")
    return figure


@styled
def curves(x: ArrayLike, lines: Mapping[str, ArrayLike], xlabel: str = "", ylabel: str = "", xlog: bool = False,
           ylog: bool = False, ax: Axes | None = None) -> Figure:
    """Lines over a common x; for repeated runs, the median and a band from the 10th to the 90th percentile.

    `x` is (n,); `lines` maps each label to (n,), or to (n, R) for R repetitions. Labels, `xlabel` and `ylabel` are
    written ``中文 | English``; `xlog` and `ylog` make an axis logarithmic.

    Examples
    --------
    >>> figure = curves([1, 2, 3], {"squares": [1, 4, 9]}, xlabel="n")
    """
    x = checks.as_floats(x, None, "curves x")
    if x.ndim != 1:
        raise ValueError(f"curves expected x of shape (n,), got {x.shape}. Use np.ravel(x).")
    pairs = _labelled(lines, "curves", f"({x.size},) or ({x.size}, R)", lambda y: y.shape[:1] == x.shape and y.ndim < 3,
                      "Give one value, or one row of repetitions, per point of x.")
    words = {"xlabel": both(xlabel), "ylabel": both(ylabel)}
    figure, (ax,) = fresh_axes(ax, 1, 5.6, 3.6, "curves")
    for (label, y), color, marker in zip(pairs, cycle(COLORS), cycle(MARKERS), strict=False):
        _line(ax, x, y, marks=12, color=color, marker=marker, markersize=5, label=label)
    ax.set(**words, xscale="log" if xlog else "linear", yscale="log" if ylog else "linear")
    if len(pairs) > 1:
        ax.legend()
    return figure


@styled
def distributions(groups: Mapping[str, ArrayLike], xlabel: str = "", ylabel: str = "",
                  ax: Axes | None = None) -> Figure:
    """Every value of several groups as a dot, and each group's mean with one standard deviation.

    `groups` maps each label to (R,) values. Labels, `xlabel` and `ylabel` are written ``中文 | English``.

    Examples
    --------
    >>> figure = distributions({"small": [1.0, 3.0], "large": [1.9, 2.1]}, ylabel="loss")
    """
    pairs = _labelled(groups, "distributions", "(R,)", lambda y: y.ndim == 1 and y.size, "Give a list of values.")
    words = {"xlabel": both(xlabel), "ylabel": both(ylabel)}
    figure, (ax,) = fresh_axes(ax, 1, 5.6, 3.6, "distributions")
    for k, (_, y) in enumerate(pairs):
        spread = np.linspace(-0.18, 0.18, y.size)[np.random.default_rng(0).permutation(y.size)]
        ax.scatter(k + spread, y, s=14, color=COLORS[k % len(COLORS)], alpha=0.7, linewidths=0)
        ax.errorbar(k + 0.3, y.mean(), y.std(), color=BLACK, marker="o", markersize=5, capsize=4, linewidth=1.5)
    ax.set(**words, xticks=range(len(pairs)), xticklabels=[label for label, _ in pairs])
    return figure


@styled
def descent(loss: Callable[[Array, Array], Array], paths: Mapping[str, ArrayLike],
            lim: tuple[float, float, float, float] = (-1, 1, -1, 1), ax: Axes | None = None) -> Figure:
    """The path of gradient descent over the contours of a loss of two weights.

    ``loss(w1, w2)`` is called on arrays of equal shape; `paths` maps each label, ``中文 | English``, to (steps, 2)
    weights; `lim` is (low w1, high w1, low w2, high w2).

    Examples
    --------
    >>> figure = descent(lambda w1, w2: w1**2 + w2**2, {"path": [[1.0, 1.0], [0.5, 0.5]]})
    """
    pairs = _labelled(paths, "descent", "(steps, 2)", lambda path: path.shape[1:] == (2,), "Stack the pairs (w1, w2).")
    left, right, bottom, top = _limits(lim, "descent", (-1, 1, -1, 1))
    w1, w2 = np.meshgrid(np.linspace(left, right, 100), np.linspace(bottom, top, 100))
    heights = checks.as_floats(loss(w1, w2) if callable(loss) else 0, float, "descent loss", finite=False)
    if heights.shape != w1.shape:
        raise ValueError(f"descent expected a function loss(w1, w2) that gives {w1.shape} numbers for {w1.shape} "
                         f"pairs, got {loss!r} and {heights.shape}. Write def loss(w1, w2): return w1**2 + w2**2.")
    figure, (ax,) = fresh_axes(ax, 1, 5, 4, "descent")
    ax.contour(w1, w2, heights, levels=15, colors=GREY, linewidths=0.7, alpha=0.7)
    for (label, path), color, marker in zip(pairs, cycle(COLORS), cycle(MARKERS), strict=False):
        ax.plot(*path.T, color=color, marker=marker, markersize=5, linewidth=1.5, label=label)
    ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(left, right), ylim=(bottom, top))
    ax.legend()
    return figure
