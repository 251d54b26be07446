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
BREATH = 0.01  # seconds between two views of a run, in which the kernel hears of moves


def _input(control: Control) -> tuple[Any, Any]:
    """The widget that holds the index of the chosen value, or the text, and what the page shows for it."""
    common: dict[str, Any] = {  # else a long label leaves no room for the slider
        "layout": {"width": "36em", "max_width": "100%"}, "style": {"description_width": "initial"},
        "description": spoken(control.label)}
    if control.kind == "text":
        chosen = widgets.Text(value=control.start, continuous_update=False, **common)
    elif control.kind == "check":
        chosen = widgets.Checkbox(value=bool(control.start), indent=False, **common)
    else:
        kind = widgets.Dropdown if control.kind == "choice" else widgets.SelectionSlider
        chosen = kind(options=[(shown, i) for i, shown in enumerate(control.shown)], value=control.start, **common)
    if control.kind != "play":
        return chosen, chosen
    play = widgets.Play(min=0, max=len(control.values) - 1, value=control.start, interval=500)
    widgets.jslink((play, "value"), (chosen, "index"))
    return chosen, widgets.HBox([play, chosen])


def _later(seconds: float, call: Callable[[], object]) -> None:
    try:
        asyncio.get_running_loop().call_later(seconds, call)
    except RuntimeError:  # no event loop: a plain script or a test
        call()


def panel(controls: Sequence[Control], first: dict[str, Any], frame: Callable[[Sequence[Any]], dict[str, Any]],
          more: Callable[..., dict[str, Any] | None] | None = None) -> Any:
    """The controls over the view `first`; after a move, `frame` draws the view of the chosen values.

    Moves that arrive while a picture is being drawn lead to one picture, of the last values. `more` gives the views
    that follow in a run, and None at its end.
    """
    inputs, rows = zip(*map(_input, controls), strict=True)
    picture = widgets.Image(value=first["image"] or b"", format="png", layout={"max_width": "100%"})
    text, code = widgets.HTML(), widgets.HTML()
    play = widgets.ToggleButton(description=spoken("播放 | Play"), icon="play")
    one, rewind = (widgets.Button(description=spoken(words)) for words in ("走一步 | One step", "回到起点 | Rewind"))
    waiting: list[bool] = []

    def write(line: str, tag: str = "p") -> None:  # a run says too much to be read aloud
        text.value = (f'<{tag} aria-live="{"off" if play.value else "polite"}" style="white-space: pre-wrap">'
                      f'{html.escape(line)}</{tag}>')

    def show(view: dict[str, Any]) -> None:
        picture.value = view["image"] or b""
        write(spoken(view["text"]))
        if "code" in view:
            heading, words = spoken("对应的代码 | As code"), html.escape(view["code"])
            code.value = f"<details><summary>{heading}</summary><pre>{words}</pre></details>" if words else ""

    def draw(ask: Callable[..., dict[str, Any] | None] = frame, *once: bool) -> bool:
        """Show what `ask` gives for the chosen values, and whether it gives anything."""
        waiting.clear()
        try:
            view = ask([c.value if isinstance(c, widgets.Text) else int(c.value) for c in inputs], *once)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]  # in the reader's own function
            write(f"{type(error).__name__}: {error}\nline {place.lineno}, in {place.name}: {place.line}", "pre")
            return False
        if view:
            show(view)
        return bool(view)

    def moved(change: object) -> None:
        if not waiting:
            waiting.append(True)
            _later(PAUSE, draw)

    def go_on(change: object = None) -> None:
        if play.value and more:
            play.value = draw(more)
            _later(BREATH, go_on)

    def stop(ask: Any, *once: bool) -> None:
        play.value = False
        draw(ask, *once)

    show(first)
    for chosen in (c for c, control in zip(inputs, controls, strict=True) if not control.aside):
        chosen.observe(moved, "value")
    if not more:
        return widgets.VBox([*rows, picture, text, code])
    play.observe(go_on, "value")
    one.on_click(lambda button: stop(more, True))
    rewind.on_click(lambda button: stop(frame))
    return widgets.VBox([widgets.HBox([play, one, rewind]), picture, text, *rows, code])
