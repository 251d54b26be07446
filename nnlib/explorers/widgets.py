"""The live panel of an explorer: ipywidgets controls over a picture, in JupyterLab, Binder or JupyterLite."""

import asyncio
import html
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from .._common.pair import spoken
from .control import Control

PAUSE = 0.05  # seconds in which further moves of a slider count as one


def _input(control: Control) -> tuple[Any, Any]:
    """The widget that holds the index of the chosen value, and the widget that the page shows for it."""
    common: dict[str, Any] = {
        "description": spoken(control.label),
        "style": {"description_width": "initial"},
        "layout": {"width": "36em", "max_width": "100%"},  # else a long label leaves no room for the slider
    }
    if control.kind == "check":
        chosen = widgets.Checkbox(value=bool(control.start), indent=False, **common)
    else:
        kind = widgets.Dropdown if control.kind == "choice" else widgets.SelectionSlider
        chosen = kind(options=[(shown, i) for i, shown in enumerate(control.shown)], value=control.start, **common)
    if control.kind != "play":
        return chosen, chosen
    play = widgets.Play(min=0, max=len(control.values) - 1, value=control.start, interval=500)
    widgets.jslink((play, "value"), (chosen, "index"))
    return chosen, widgets.HBox([play, chosen])


def panel(controls: Sequence[Control], first: dict[str, Any], frame: Callable[[Sequence[int]], dict[str, Any]]) -> Any:
    """The controls over the view `first`; after a move, `frame` draws the view of the chosen indices.

    Moves that arrive while a picture is being drawn lead to one picture, of the last values.
    """
    inputs, rows = zip(*map(_input, controls), strict=True)
    picture = widgets.Image(value=first["image"] or b"", format="png", layout={"max_width": "100%"})
    text = widgets.HTML()
    waiting: list[asyncio.TimerHandle] = []

    def write(line: str, tag: str = "p") -> None:
        text.value = f'<{tag} aria-live="polite" style="white-space: pre-wrap">{html.escape(line)}</{tag}>'

    def draw() -> None:
        waiting.clear()
        try:
            shown = frame([int(chosen.value) for chosen in inputs])
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]  # in the reader's own function
            write(f"{type(error).__name__}: {error}\nline {place.lineno}, in {place.name}: {place.line}", "pre")
        else:
            picture.value = shown["image"] or b""
            write(spoken(shown["text"]))

    def moved(change: object) -> None:
        if waiting:
            return
        try:
            waiting.append(asyncio.get_running_loop().call_later(PAUSE, draw))
        except RuntimeError:  # no event loop: a plain script or a test
            draw()

    write(spoken(first["text"]))
    for chosen in inputs:
        chosen.observe(moved, "value")
    return widgets.VBox([*rows, picture, text])
