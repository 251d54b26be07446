"""The browser that prints the book and that the tests drive: where it is, and how it starts."""

import os
import shutil

# The headless shell is Chromium without its own windows: a page costs a quarter of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
         "chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")


def find() -> str:
    """The program; `CHROME_PATH` names one that is not where programs usually are."""
    found = next(filter(None, map(shutil.which, (os.environ.get("CHROME_PATH", ""), *NAMES))), None)
    if found is None:
        raise ValueError(f"expected Chromium or Chrome, found none of {', '.join(NAMES[:4])}. "
                         "On Debian: apt-get install chromium-headless-shell fonts-noto-cjk. "
                         "Elsewhere install one of them, or set CHROME_PATH to the program.")
    return found
