"""A progress bar where a person waits, if tqdm is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(show: bool, total: int, unit: str) -> Iterator[Callable[[], object]]:
    """Gives the function to call after each of `total` pieces of work; the bar goes to stderr."""
    tqdm = _tqdm() if show else None
    if tqdm is None:
        yield lambda: None
        return
    with tqdm(total=total, unit=unit) as shown:
        yield shown.update


def _tqdm() -> type | None:
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm  # type: ignore[no-any-return]
