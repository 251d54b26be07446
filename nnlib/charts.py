"""Charts of numbers: lines with bands, distributions, paths of descent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from . import errors
from .errors import Array
from .plot import BLACK, COLORS, GREY, MARKERS, _figure, _panels, _styled


@_styled
def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    xlabel: str = "",
    ylabel: str = "",
    xlog: bool = False,
    ylog: bool = False,
    ax: Axes | None = None,
) -> Figure:
    """Lines over a common x; for repeated runs the median and the band from the 10th to the 90th percentile.

    Parameters
    ----------
    x : (n,)
    lines : dict of label to (n,), or to (n, R) for R repetitions
    xlabel, ylabel : str
    xlog, ylog : bool
        Logarithmic axes.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a line does not have one value, or one row, a point of x.

    Notes
    -----
    Taught in: activations, overfitting.

    Examples
    --------
    >>> figure = curves([1, 2, 3], {"squares": [1, 4, 9]}, xlabel="n")
    >>> plt.close(figure)
    """
    x = errors.real_array(x, None, "curves x")
    (ax,) = _panels(ax, 1, 5.6, 3.6, "curves")
    for k, (label, values) in enumerate(lines.items()):
        y = np.asarray(values, dtype=float)
        if y.ndim not in (1, 2) or x.shape != y.shape[:1]:
            raise ValueError(
                f"curves expected {label!r} of shape ({x.size},) or ({x.size}, R), got {y.shape}. "
                "Give one value, or one row of repetitions, a point of x."
            )
        if y.ndim == 2:
            low, y, high = np.nanquantile(y, [0.1, 0.5, 0.9], axis=1)
            ax.fill_between(x, low, high, color=COLORS[k % len(COLORS)], alpha=0.2, linewidth=0)
        ax.plot(x, y, color=COLORS[k % len(COLORS)], marker=MARKERS[k % len(MARKERS)], markersize=5, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if xlog else "linear", yscale="log" if ylog else "linear")
    if len(lines) > 1:
        ax.legend()
    return _figure(ax)


@_styled
def distributions(
    groups: Mapping[str, ArrayLike], xlabel: str = "", ylabel: str = "", ax: Axes | None = None
) -> Figure:
    """Every value of several groups as a dot, and each group's mean with one standard deviation.

    Parameters
    ----------
    groups : dict of label to (R,) values
    xlabel, ylabel : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a group has no values or values that are not finite.

    Notes
    -----
    Taught in: overfitting.

    Examples
    --------
    >>> figure = distributions({"small": [1.0, 3.0], "large": [1.9, 2.1]}, ylabel="loss")
    >>> plt.close(figure)
    """
    (ax,) = _panels(ax, 1, 5.6, 3.6, "distributions")
    for k, (label, values) in enumerate(groups.items()):
        y = errors.real_array(values, None, f"distributions {label!r}")
        if y.ndim != 1 or not y.size:
            raise ValueError(f"distributions expected {label!r} of shape (R,), got {y.shape}. Give one row of values.")
        spread = np.linspace(-0.18, 0.18, y.size)[np.random.default_rng(0).permutation(y.size)]
        ax.scatter(k + spread, y, s=14, color=COLORS[k % len(COLORS)], alpha=0.5, linewidths=0)
        ax.errorbar(k + 0.3, y.mean(), y.std(), color=BLACK, marker="o", markersize=5, capsize=4, linewidth=1.5)
    ax.set(xlabel=xlabel, ylabel=ylabel, xticks=range(len(groups)), xticklabels=list(groups))
    return _figure(ax)


@_styled
def descent(
    loss: Callable[[Array, Array], Array],
    paths: Mapping[str, ArrayLike],
    lim: tuple[float, float, float, float] = (-1, 1, -1, 1),
    ax: Axes | None = None,
) -> Figure:
    """The path of gradient descent over the contours of a loss of two weights.

    Parameters
    ----------
    loss : callable
        ``loss(w1, w2)`` on arrays of equal shape.
    paths : dict of label to (steps, 2) weights
    lim : (low w1, high w1, low w2, high w2)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a path is not made of pairs of weights.

    Notes
    -----
    Taught in: activations.

    Examples
    --------
    >>> figure = descent(lambda w1, w2: w1**2 + w2**2, {"path": [[1.0, 1.0], [0.5, 0.5]]})
    >>> plt.close(figure)
    """
    (ax,) = _panels(ax, 1, 5, 4, "descent")
    w1, w2 = np.meshgrid(np.linspace(*lim[:2], 100), np.linspace(*lim[2:], 100))
    ax.contour(w1, w2, loss(w1, w2), levels=15, colors=GREY, linewidths=0.7, alpha=0.7)
    for k, (label, values) in enumerate(paths.items()):
        path = errors.real_array(values, None, f"descent {label!r}")
        if path.ndim != 2 or path.shape[1] != 2:
            raise ValueError(f"descent expected {label!r} of shape (steps, 2), got {path.shape}. Stack the pairs (w1, w2).")
        color, marker = COLORS[k % len(COLORS)], MARKERS[k % len(MARKERS)]
        ax.plot(*path.T, color=color, marker=marker, markersize=5, linewidth=1.5, label=label)
    ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=lim[:2], ylim=lim[2:])
    ax.legend()
    return _figure(ax)
