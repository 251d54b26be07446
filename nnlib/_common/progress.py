"""A progress bar for long runs, if tqdm is installed."""

from contextlib import nullcontext
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any


def bar(show: bool, total: int, unit: str) -> Any:
    """A context whose value has `update`, to call after each of `total` pieces of work; the bar goes to stderr."""
    if show and find_spec("tqdm"):
        from tqdm import tqdm

        return tqdm(total=total, unit=unit)
    return nullcontext(SimpleNamespace(update=bool))
