"""The look of all pictures: one palette, one style, and the axes to draw in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from .._common.docstrings import with_sections
from .._common.pair import Pair
from .._common.threads import lock

P = ParamSpec("P")
T = TypeVar("T")
LOCK = lock()  # the style and the list of figures are matplotlib's, and all threads share them

# Okabe & Ito (2008): colour-blind readers can tell these apart. Class c has colour c and marker c.
COLORS = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000"
BLUE, ORANGE, GREEN, RED, PINK, SKY, YELLOW, BLACK = COLORS
GREY = "#6E6E6E"
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
TINTS = tuple(tuple(0.35 * x + 0.65 for x in to_rgb(color)) for color in COLORS)
STYLE: dict[Any, Any] = {
    "figure.dpi": 120, "figure.facecolor": "white",
    "axes.facecolor": "white", "axes.prop_cycle": f"cycler(color={list(COLORS)})",
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "font.size": 12, "axes.titlesize": 12, "legend.fontsize": 11, "mathtext.fontset": "cm",
}
COMMON = """\
Returns
-------
matplotlib Figure

Raises
------
ValueError
    If an argument is not as described.

"""  # what the docstrings of all plots have in common


class Both(str):
    """The English words of a figure, which know their Chinese twin: the page shows the reader's."""

    zh: str

    def __str__(self) -> str:
        return self  # else matplotlib would keep a plain copy, without the twin


def both(text: str) -> Both:
    """A label ``中文 | English`` for any text of a figure.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> both("轮 | epoch"), both("轮 | epoch").zh
    ('epoch', '轮')
    """
    pair = Pair.of(text)
    words = Both(pair.en)
    words.zh = pair.zh
    return words


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Make `draw` use our style without changing the style of other figures, in one thread at a time."""

    @with_sections(COMMON)
    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with LOCK, plt.rc_context(STYLE):
            before = plt.get_fignums()
            try:
                figure = draw(*args, **kwargs)
            except Exception:  # else a notebook would show the half-drawn figure below the error
                for number in set(plt.get_fignums()) - set(before):
                    plt.close(number)
                raise
            interactive = plt.isinteractive()
        plt.rcParams["interactive"] = interactive  # a notebook's first figure turns it on; keep that
        return figure

    return drawn


def fresh_axes(axes: Any, n: int, width: float, height: float, what: str) -> list[Axes]:
    """Clear the n axes given, or make n in a new figure, two per row, each `width` by `height` inches."""
    if axes is None:
        columns, rows = min(n, 2), -(-n // 2)
        _, made = plt.subplots(rows, columns, figsize=(columns * width, rows * height), layout="constrained",
                               squeeze=False)
        for spare in made.flat[n:]:
            spare.remove()
        axes = made.flat[:n]
    panels = list(np.ravel(np.asarray(axes, dtype=object)))
    if len(panels) != n or not all(isinstance(ax, Axes) for ax in panels):
        raise ValueError(f"plot.{what} expected {n} matplotlib axes, got {axes!r}. "
                         "Leave them out, or make them with plt.subplots.")
    for ax in panels:
        ax.clear()
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=STYLE["font.size"])  # ticks are made at drawing time, after our style ended
    return panels


def whole_figure(ax: Axes) -> Figure:
    return ax.figure.figure  # the whole figure, even if the axes are in a subfigure
