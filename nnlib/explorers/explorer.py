"""One draw function for two places: live controls under a kernel, and views drawn in advance for a page."""

import base64
import contextlib
import inspect
import io
import itertools
import math
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._common.checks import counted
from .._common.docstrings import raises
from .._common.pair import spoken
from .control import Control, control

MIME, WIDGET = "application/vnd.nnlib.explorer+json", "application/vnd.jupyter.widget-view+json"
MAX_VIEWS = 64  # that a page may hold of one explorer


def coded(image: bytes | str | None) -> str | None:
    return base64.b64encode(image).decode() if isinstance(image, bytes) else image


class Explorer:
    """What `explore` returns: notebooks and pages show it as a panel of controls over a picture."""

    def __init__(self, draw: Callable[..., Any], controls: list[Control], ahead: bool, clicked: Any) -> None:
        self.draw, self.controls, self.ahead, self.clicked = draw, controls, ahead, clicked
        self.name = getattr(draw, "__name__", type(draw).__name__)  # a partial has none
        self.runs = inspect.isgeneratorfunction(draw)
        self.live = self.runs or any(c.kind == "text" for c in controls)  # views that nobody can draw in advance
        self.run: tuple[Any, Any] = None, None  # what began the generator that is running, and it
        self.start = tuple(c.start for c in controls)
        self.n_views = math.prod(len(c.values) for c in controls)
        self.frames = {choice: self.frame(choice) for choice in self.choices()} if ahead else {}

    def choices(self) -> Iterable[tuple[Any, ...]]:
        """Every view of a page, as the indices of its values; the last control's index changes fastest."""
        if self.live:
            return [self.start]
        if self.n_views > MAX_VIEWS:
            raise ValueError(f"a page expected at most {MAX_VIEWS} views of an explorer, got {self.n_views}. "
                             "Offer fewer values.")
        return itertools.product(*(range(len(c.values)) for c in self.controls))

    def values(self, choice: Sequence[Any]) -> dict[str, Any]:
        """What the controls say: for each, in order, the index of its value, or its text."""
        return {c.name: c.values[chosen] if c.values else chosen
                for c, chosen in zip(self.controls, choice, strict=True)}

    def frame(self, choice: Sequence[Any]) -> dict[str, Any]:
        """Draw one view, of a generator the first, at a `choice` as in `values`.

        The view has an "image" (PNG bytes, in a page a figure as SVG text, or None), the "text" that says what it
        shows, and "code" if `draw` gives any.
        """
        drawn = self.draw(**(values := self.values(choice)))
        if self.runs:
            self.run = {c.name: values[c.name] for c in self.controls if not c.aside}, drawn
            drawn = next(drawn, None)
        return self.view(drawn, choice)

    def more(self, choice: Sequence[Any], once: bool = False) -> dict[str, Any] | None:
        """The next view of the generator at these values, or None at its end; its `yield` gives `once` back."""
        values = self.values(choice)
        aside = {c.name: values.pop(c.name) for c in self.controls if c.aside}
        if self.run[0] != values:
            self.frame(choice)
        try:
            return self.view(self.run[1].send((once, aside) if aside else once), choice)
        except StopIteration:
            return None

    def view(self, drawn: Any, choice: Sequence[Any]) -> dict[str, Any]:
        figure, text, *code = drawn if isinstance(drawn, tuple) and len(drawn) in (2, 3) else (drawn, None)
        if isinstance(figure, str) and text is None:
            return {"image": None, "text": figure}
        if not (isinstance(figure, bytes) or hasattr(figure, "savefig")) or not isinstance(text, str | None):
            raise ValueError(f"{self.name} expected to return a matplotlib Figure, a text, or both, got {drawn!r}. "
                             f"End it with `{'yield' if self.runs else 'return'} figure, text`.")
        if not isinstance(figure, bytes):
            import matplotlib.pyplot as plt

            if os.environ.get("NNLIB_LANG") == "page":
                from ..plot.inline import inline_svg

                image: bytes | str = inline_svg(figure, tight=False)
            else:
                figure.savefig(picture := io.BytesIO(), format="png")
                image = picture.getvalue()
            plt.close(figure)  # else the notebook would show it again below the panel
            figure = image
        if text is None:
            text = ", ".join(f"{c.name} = {c.shown[i] if c.values else i}"
                             for c, i in zip(self.controls, choice, strict=True))
        return {"image": figure, "text": text} | dict(zip(["code"], code, strict=False))

    def first(self) -> dict[str, Any]:
        """The first view; if `draw` raises, the error becomes its text, so that the panel still appears."""
        if self.start not in self.frames:
            try:
                self.frames[self.start] = self.frame(self.start)
            except Exception as error:
                self.frames[self.start] = {"image": None, "text": f"{type(error).__name__}: {error}"}
        return self.frames[self.start]

    def spec(self) -> dict[str, Any]:
        """All that a page needs to show the panel: the controls, and the pictures if drawn in advance."""
        controls = [vars(c) | {"values": c.shown} for c in self.controls]
        frames = [frame | {"image": coded(frame["image"])} for frame in self.frames.values()]
        return {"name": self.name, "controls": controls, "frames": frames if self.ahead else [],
                "live": self.live, "runs": self.runs, "clicks": self.clicked is not None}

    def __repr__(self) -> str:
        lines = [f"explore {self.name}" + ("" if self.live else f": {counted(self.n_views, 'view')}")]
        for c in self.controls:
            values = [f"[{v}]" if i == c.start else v for i, v in enumerate(c.shown)] or [repr(c.start)]
            lines.append(f"  {c.name}: {' '.join(values)}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        first = self.first()
        text = {"text/plain": f"{self!r}\n  {spoken(first['text'])}"}
        picture = {"image/png": coded(first["image"])} if isinstance(first["image"], bytes) else {}
        if not self.ahead and not isinstance(first["image"], str):
            with contextlib.suppress(ImportError):  # without ipywidgets, the page that runs the cell builds the panel
                from .widgets import panel

                shown = panel(self.controls, first, self.frame, self.more if self.runs else None)
                # asked for its id: Colab's ipywidgets 7 has no bundle
                view = {"version_major": 2, "version_minor": 0, "model_id": shown.model_id}
                return {WIDGET: view, **picture, **text}  # the picture remains where no kernel moves the panel
        return {**text, MIME: self.spec()}


@raises("the controls do not fit the arguments of `draw`, or offer nothing to choose from")
def explore(draw: Callable[..., Any], labels: Mapping[str, str] | None = None,
            clicked: Callable[..., Mapping[str, str]] | None = None, start: Mapping[str, Any] | None = None,
            aside: Collection[str] = (), **controls: Any) -> Explorer:
    """Let a reader set the arguments of a draw function and see what changes.

    Under a kernel the panel's controls call `draw` live. In the published page the same cell shows the same controls
    over pictures drawn when the book was built (if the environment variable NNLIB_FRAMES is set; at most 64 views).

    Parameters
    ----------
    draw : function
        Called with one value for each control; returns a matplotlib Figure, a text, or both as ``figure, text``. The
        text says what the picture shows, ``中文 | English``. The panel starts with its default arguments, or else with
        each control's first value. A generator function yields one view after the other, and its panel plays, pauses,
        takes one step (then its ``yield`` gives True) and rewinds; in a page it runs once Python is loaded. Instead of
        a figure it may give PNG bytes, and after the text code that draws the same.
    labels : dict, optional
        The text next to a control, ``中文 | English``; by default the name of the argument.
    clicked : function, optional
        Called in a page with the place of a click on the picture, as shares of its width and height
        from the top left corner, and the controls' values; returns new values of text boxes.
    start : dict, optional
        The values that the panel starts with, instead of the default arguments.
    aside : list of str, optional
        Controls that begin no new run; a generator's ``yield`` then gives a pair, with a dict of their values.
    **controls
        A list of numbers gives a slider; a range, a slider with a play button; a list of texts, a
        choice; True or False, a check box; a text, a text box.

    Examples
    --------
    >>> from nnlib import mlp
    >>> explore(lambda hidden=3: f"{mlp(2, hidden, 1).n_params} parameters", hidden=[1, 3, 20])
    explore <lambda>: 3 views
      hidden: 1 [3] 20
    """
    try:
        labels, start = dict(labels or {}), dict(start or {})
        signature = inspect.signature(draw)  # there is none of some functions that are written in C
        signature.bind(**controls)
        if not controls or (unknown := {*labels, *start, *aside} - {*controls}):
            raise TypeError(f"labels, start or aside name {unknown}" if controls else "there is nothing to set")
    except (TypeError, ValueError) as error:
        raise ValueError("explore expected a function that draws and a control for each argument, by its name, got "
                         f"{draw!r} and {', '.join(controls) or 'none'}: {error}. Define, say, draw(hidden) and call "
                         'explore(draw, labels={"hidden": "units"}, hidden=[1, 3, 20]).') from error
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    empty = inspect.Parameter.empty  # an argument caught by **more has no default
    made = [control(name, values, labels.get(name, name.replace("_", " ")), start.get(name, defaults.get(name, empty)))
            for name, values in controls.items()]
    made = [replace(c, aside=c.name in aside) for c in made]
    return Explorer(draw, made, "NNLIB_FRAMES" in os.environ, clicked)
