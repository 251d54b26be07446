"""What the book tests and the browser tests share: the built pages."""

from pathlib import Path

import pytest

SITE = Path(__file__).parents[1] / "_build" / "html"


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("expected the built pages in _build/html, found none. Run `make book` first.")
    return SITE
