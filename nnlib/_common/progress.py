"""A progress bar for long runs, if tqdm is installed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec


@contextmanager
def bar(show: bool, total: int, unit: str) -> Iterator[Callable[[], object]]:
    """Yield the function to call after each of `total` pieces of work; the bar goes to stderr."""
    if show and find_spec("tqdm"):
        from tqdm import tqdm

        with tqdm(total=total, unit=unit) as shown:
            yield shown.update
    else:
        yield lambda: None
