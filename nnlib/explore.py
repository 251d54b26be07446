"""One draw function, two lives: live controls under a kernel, views drawn ahead in a page."""

from __future__ import annotations

import base64
import inspect
import io
import itertools
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MIME = "application/vnd.nnlib.explorer+json"
MAX_VIEWS = 64  # what a page may carry for one explorer


@dataclass(frozen=True)
class Control:
    """One thing the reader can set: its values, and which one it starts with."""

    name: str
    label: str
    kind: str  # "slider" | "play", a slider that also runs by itself | "choice" | "check"
    values: tuple[Any, ...]
    start: int

    @property
    def shown(self) -> list[str]:
        return [f"{value:g}" if isinstance(value, float) else str(value) for value in self.values]


def _name(draw: Callable[..., Any]) -> str:
    return getattr(draw, "__name__", type(draw).__name__)  # a partial has none


def _control(name: str, offered: Any, label: str, default: Any) -> Control:
    if isinstance(offered, bool):
        offered, default = [False, True], offered
    items = list(offered) if isinstance(offered, Iterable) and not isinstance(offered, str | Mapping) else []
    values = tuple(item.item() if isinstance(item, np.generic) else item for item in items)
    numbers = all(isinstance(value, int | float) for value in values)
    if not values or not (numbers or all(isinstance(value, str) for value in values)):
        raise ValueError(
            f"explore expected {name} to be True, False, a range, or a list of numbers or of texts, "
            f"got {offered!r}. Write for example {name}=[1, 3, 20]."
        )
    if len(set(values)) < len(values):
        raise ValueError(
            f"explore expected each value of {name} once, got {offered!r}. Leave the repeated ones out."
        )
    if default is inspect.Parameter.empty:
        default = values[0]
    if default not in values:
        raise ValueError(
            f"explore expected the draw function's default of {name} among {list(values)}, got {default!r}. "
            "Offer it too, or change the default."
        )
    if set(values) == {False, True} and isinstance(values[0], bool):
        kind, values = "check", (False, True)
    elif numbers:
        kind = "play" if isinstance(offered, range) else "slider"
    else:
        kind = "choice"
    return Control(name, label, kind, values, values.index(default))


def _controls(
    draw: Callable[..., Any], offered: Mapping[str, Any], labels: Mapping[str, str]
) -> list[Control]:
    if not callable(draw):
        raise ValueError(
            f"explore expected a function that draws, got {draw!r}. "
            "Define one, say draw(hidden), and call explore(draw, hidden=[1, 3, 20])."
        )
    if not offered:
        raise ValueError(
            "explore expected at least one control, got none. Add one, say explore(draw, hidden=[1, 3, 20])."
        )
    signature = inspect.signature(draw)
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    try:
        signature.bind(**offered)
    except TypeError as error:
        raise ValueError(
            f"explore expected a control for each argument of {_name(draw)}({', '.join(defaults)}), "
            f"got {', '.join(offered)}: {error}. Make the two agree."
        ) from error
    if unknown := set(labels) - set(offered):
        raise ValueError(
            f"explore expected labels of its controls {', '.join(offered)}, got one for "
            f"{', '.join(sorted(unknown))}. Correct the name."
        )
    return [
        _control(
            name,
            values,
            labels.get(name, name.replace("_", " ")),
            defaults.get(name, inspect.Parameter.empty),  # none for what **more takes in
        )
        for name, values in offered.items()
    ]


class Explorer:
    """What `explore` returns: notebooks and pages show it as a panel of controls over a picture."""

    def __init__(self, draw: Callable[..., Any], controls: list[Control]) -> None:
        self.draw, self.controls = draw, controls
        self.start = tuple(control.start for control in controls)
        self.n_views = math.prod(len(control.values) for control in controls)
        self.ahead = "NNLIB_FRAMES" in os.environ
        self.frames = {choice: self.frame(choice) for choice in self.choices()} if self.ahead else {}

    def choices(self) -> Iterable[tuple[int, ...]]:
        """Every view that a page carries, as the indices of its values; the last control is the fastest."""
        if self.n_views > MAX_VIEWS:
            raise ValueError(
                f"a page expected at most {MAX_VIEWS} views of an explorer, got {self.n_views}. "
                "Offer fewer values."
            )
        return itertools.product(*(range(len(control.values)) for control in self.controls))

    def frame(self, choice: Sequence[int]) -> dict[str, Any]:
        """Draw one view.

        Parameters
        ----------
        choice : sequence of int
            For each control, in order, the index of its value.

        Returns
        -------
        dict
            "image": the picture as PNG bytes, or None; "text": the line that says what it shows.
        """
        values = {c.name: c.values[i] for c, i in zip(self.controls, choice, strict=True)}
        drawn = self.draw(**values)
        figure, text = drawn if isinstance(drawn, tuple) and len(drawn) == 2 else (drawn, None)
        if isinstance(figure, str) and text is None:
            return {"image": None, "text": figure}
        if not hasattr(figure, "savefig") or not isinstance(text, str | None):
            raise ValueError(
                f"{self.name} expected to return a matplotlib Figure, a text, or both, got {drawn!r}. "
                "End it with `return figure` or `return figure, text`."
            )
        import matplotlib.pyplot as plt

        picture = io.BytesIO()
        figure.savefig(picture, format="png")
        plt.close(figure)  # or the notebook would show it once more below the panel
        if text is None:
            text = ", ".join(f"{c.name} = {c.shown[i]}" for c, i in zip(self.controls, choice, strict=True))
        return {"image": picture.getvalue(), "text": text}

    def first(self) -> dict[str, Any]:
        """The view at the start; what `draw` raises becomes its text, so that the panel still comes up."""
        if self.start not in self.frames:
            try:
                self.frames[self.start] = self.frame(self.start)
            except Exception as error:
                self.frames[self.start] = {"image": None, "text": f"{type(error).__name__}: {error}"}
        return self.frames[self.start]

    @property
    def name(self) -> str:
        return _name(self.draw)

    def spec(self) -> dict[str, Any]:
        """What a page needs to show the panel: the controls, and the pictures where they are made ahead."""
        controls = [
            {"name": c.name, "label": c.label, "kind": c.kind, "values": c.shown, "start": c.start}
            for c in self.controls
        ]
        frames = [
            {"image": frame["image"] and base64.b64encode(frame["image"]).decode(), "text": frame["text"]}
            for frame in self.frames.values()
        ]
        return {"name": self.name, "controls": controls, "frames": frames if self.ahead else []}

    def __repr__(self) -> str:
        lines = [f"explore {self.name}: {self.n_views} views"]
        for c in self.controls:
            values = [f"[{v}]" if i == c.start else v for i, v in enumerate(c.shown)]
            lines.append(f"  {c.name}: {' '.join(values)}")
        return "\n".join([*lines, f"  {self.first()['text']}"])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        text = {"text/plain": repr(self)}
        if not self.ahead:
            try:
                from .panel import panel
            except ImportError:  # no ipywidgets: the page that runs the cell builds the panel from the spec
                pass
            else:
                return {**panel(self)._repr_mimebundle_(), **text}
        return {**text, MIME: self.spec()}


def explore(draw: Callable[..., Any], labels: Mapping[str, str] | None = None, **controls: Any) -> Explorer:
    """Let a reader set the arguments of a draw function and see what changes.

    Under a kernel the panel's controls call `draw` live. In the published page the same cell shows the
    same controls over pictures drawn when the book was built (the environment variable NNLIB_FRAMES
    asks for them; at most 64 views then).

    Parameters
    ----------
    draw : function
        Called with one value for each control; returns a matplotlib Figure, a text, or both as
        ``figure, text``. The text is a line that says what the picture shows, ``中文 | English``.
        Its default arguments are what the panel starts with, else each control's first value.
    labels : dict, optional
        What stands beside a control, ``中文 | English``; else its name.
    **controls
        A list of numbers gives a slider; a range, a slider with a play button; a list of texts, a
        choice; True or False, a check box.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If the controls do not fit the arguments of `draw`, or offer nothing to choose from.

    Notes
    -----
    Taught in: every chapter.

    Examples
    --------
    >>> from nnlib import mlp
    >>> def parameters(hidden=3, deep=False):
    ...     sizes = (2, hidden, hidden, 1) if deep else (2, hidden, 1)
    ...     return f"{mlp(*sizes, rng=0).n_params} parameters"
    >>> explore(parameters, hidden=[1, 3, 20], deep=False)
    explore parameters: 6 views
      hidden: 1 [3] 20
      deep: [False] True
      13 parameters
    """
    return Explorer(draw, _controls(draw, controls, labels or {}))
