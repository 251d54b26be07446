"""The controls of an explorer: the values that a reader can choose from, and their checks."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
