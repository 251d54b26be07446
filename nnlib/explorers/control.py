"""The controls of an explorer: the values that a reader can choose from, and their checks."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Control:
    """One thing the reader can set: its values, and which one it starts with."""

    name: str
    label: str
    kind: str  # "slider" | "play", a slider that also runs by itself | "choice" | "check" | "text", with any value
    values: tuple[Any, ...]
    start: Any  # the index of its value; a text itself
    aside: bool = False  # a run goes on when it moves
    colors: tuple[str, ...] = ()  # of the values, for a page

    @property
    def shown(self) -> list[str]:
        short = [f"{value:g}" if isinstance(value, float) else str(value) for value in self.values]
        return short if len(set(short)) == len(short) else list(map(str, self.values))


def name_of(draw: Callable[..., Any]) -> str:
    return getattr(draw, "__name__", type(draw).__name__)  # a partial has none


def control(name: str, offered: Any, label: str, default: Any) -> Control:
    if isinstance(offered, str):
        return Control(name, label, "text", (), default if isinstance(default, str) else offered)
    if isinstance(offered, bool):
        offered, default = [False, True], offered
    items = list(offered) if isinstance(offered, Iterable) and not isinstance(offered, Mapping) else []
    values = tuple(item.item() if isinstance(item, np.generic) else item for item in items)
    numbers = all(isinstance(value, int | float) for value in values)
    if not values or not (numbers or all(isinstance(value, str) for value in values)) or len({*values}) < len(values):
        raise ValueError(f"explore expected {name} to be True, False, a text, a range, or a list of different numbers "
                         f"or texts, got {offered!r}. Write for example {name}=[1, 3, 20].")
    if default is inspect.Parameter.empty:
        default = values[0]
    if default not in values:
        raise ValueError(f"explore expected the start of {name} among {list(values)}, got {default!r}. "
                         "Offer it too, or change the start (the draw function's default).")
    kind = "choice" if not numbers else "play" if isinstance(offered, range) else "slider"
    if set(values) == {False, True} and isinstance(values[0], bool):
        kind, values = "check", (False, True)
    return Control(name, label, kind, values, values.index(default))


def controls(draw: Callable[..., Any], offered: Mapping[str, Any], labels: Mapping[str, str],
             start: Mapping[str, Any], aside: Collection[str]) -> list[Control]:
    try:
        signature = inspect.signature(draw)
    except (TypeError, ValueError):  # no function, or one of some that are written in C
        raise ValueError(f"explore expected a function with named arguments that draws, got {draw!r}. "
                         "Define one, say draw(hidden), and call explore(draw, hidden=[1, 3, 20]).") from None
    if not offered:
        raise ValueError("explore expected at least one control, got none. Add one, say hidden=[1, 3, 20].")
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    try:
        signature.bind(**offered)
    except TypeError as error:
        raise ValueError(f"explore expected a control for each argument of {name_of(draw)}({', '.join(defaults)}), "
                         f"got {', '.join(offered)}: {error}. Give every argument one control of its name.") from error
    if unknown := {*labels, *start, *aside} - {*offered}:
        raise ValueError(f"explore expected labels, starts, asides of its controls {', '.join(offered)}, got one for "
                         f"{', '.join(sorted(map(str, unknown)))}. Correct its name, or leave it out.")
    empty = inspect.Parameter.empty  # an argument caught by **more has no default
    made = [control(name, values, labels.get(name, name.replace("_", " ")), start.get(name, defaults.get(name, empty)))
            for name, values in offered.items()]
    return [replace(c, aside=c.name in aside) for c in made]
