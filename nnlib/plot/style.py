"""The look of all pictures: one palette, one style, and the axes to draw in."""

import os
from collections.abc import Callable
from functools import wraps
from itertools import zip_longest
from typing import Any, ParamSpec, Self, TypeVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cbook import is_math_text
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from .._common.docstrings import raises, with_sections
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
    "figure.dpi": 120, "figure.facecolor": "white", "axes.facecolor": "white", "legend.frameon": False,
    "axes.prop_cycle": f"cycler(color={list(COLORS)})", "axes.spines.top": False, "axes.spines.right": False,
    "font.size": 12, "axes.titlesize": 12, "legend.fontsize": 12, "mathtext.fontset": "cm",
}
SIZES = {key: size for key, size in STYLE.items() if "size" in key}
# Fonts with Chinese letters, in the order in which `language` looks for them.
FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP", "Source Han Sans SC", "Microsoft YaHei", "SimHei",
         "PingFang SC", "Hiragino Sans GB", "Heiti TC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Arial Unicode MS")
RETURNS = "matplotlib Figure\n    That of the axes that the caller passes, which are cleared first, or else a new one."


class Both(str):
    """The words of a figure, which know both languages: a page shows the reader's."""

    pair: Pair

    @classmethod
    def of(cls, pair: Pair) -> Self:
        words = cls(pair.zh if {*FONTS} & {*plt.rcParams["font.family"]} else pair.en)
        words.pair = pair
        return words

    def __str__(self) -> str:
        return self  # else matplotlib would keep a plain copy, without the pair

    def split(self, *args: Any) -> list[str]:
        """Matplotlib splits a text into its lines."""
        lines = zip_longest(*(half.split(*args) for half in self.pair), fillvalue="")
        return [self.of(Pair(*line)) for line in lines]

    def replace(self, *args: Any) -> str:
        return self.of(self.pair.map(lambda half: half.replace(*args)))


@raises("words in two languages hold a formula")
def both(text: object) -> Both:
    """A label ``中文 | English``: a page shows the reader's half, a kernel the English one or as `language` says.

    What you give a function of ``nn.plot`` needs no ``both``; what you give matplotlib itself does.

    Examples
    --------
    >>> both("轮 | epoch"), both("轮 | epoch").pair.zh
    ('epoch', '轮')
    """
    pair = text.pair if isinstance(text, Both) else Pair.of(str(text))
    if pair.zh != pair.en and is_math_text(str(pair)):
        raise ValueError(f"plot.both expected words without formulas, got {text!r}. Write letters: λ, x₁.")
    return Both.of(pair)


@raises("the key is another one, or no Chinese font is installed")
def language(key: str) -> None:
    """Draw the labels of the following figures in Chinese ("zh") or English ("en"); in a page its own switch does that.

    Examples
    --------
    >>> language("en")
    """
    if key not in Pair._fields:
        raise ValueError(f"plot.language expected 'zh' or 'en', got {key!r}. Write plot.language('en').")
    if os.environ.get("NNLIB_LANG") == "page":
        return
    installed = {font.name for font in fontManager.ttflist}
    found = [font for font in FONTS if font in installed][:1]
    if key == "zh" and not found:
        raise ValueError(f"plot.language expected a Chinese font, one of {', '.join(FONTS)}, got none of them. "
                         "Install one and restart the kernel, or write plot.language('en').")
    families = [family for family in plt.rcParams["font.family"] if family not in FONTS]
    plt.rcParams["font.family"] = families + (found if key == "zh" else [])


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Make `draw` use our style without changing the style of other figures, in one thread at a time."""

    @raises("an argument is not as described")
    @with_sections(f"Returns\n-------\n{RETURNS}\n\n")
    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with LOCK, plt.rc_context(STYLE):
            figure = draw(*args, **kwargs)
            interactive = plt.isinteractive()
        plt.rcParams["interactive"] = interactive  # a notebook's first figure turns it on; keep that
        return figure

    return drawn


def fresh_axes(axes: Any, n: int, width: float, height: float, what: str) -> tuple[Figure, list[Axes]]:
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
    return panels[0].figure.figure, panels  # the whole figure, even if the axes are in a subfigure
