"""Measures how long a reader waits for a cell's first result in the page, in a real Chromium.

Cold is the first page in a new browser, warm is the second page in the same one. Run it on a quiet machine,
after `make book` and `make lint`, for five rounds: .venv/bin/python -m tests.browser.reader_wait 5
"""

import argparse
import statistics
import tempfile
import time

from playwright.sync_api import sync_playwright

from tests.conftest import serving
from web.project import OUT
from web.publish import chromium

CELLS = {  # what a cell imports, its code, and where its result shows
    "numpy": ("import numpy as np\nprint(np.arange(3).sum())", "pre"),
    "matplotlib": ("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", ".drawing")}


def seconds(browser, address: str, source: str, shown: str) -> float:
    """Measure the time from the click to the result."""
    page = browser.new_page()
    page.goto(f"{address}/intro.html?lang=en", wait_until="networkidle")
    cell = page.locator("div.cell").first
    cell.locator(".live-edit").click()
    cell.locator(".cm-content").fill(source)
    cell.locator(".cell_output").evaluate("output => output.replaceChildren()")
    start = time.perf_counter()
    cell.locator(".live-run").click()
    cell.locator(f".cell_output {shown}").wait_for(timeout=120_000)
    spent = time.perf_counter() - start
    page.close()
    return spent


def main(rounds: int) -> None:
    with serving(OUT / "html") as address, sync_playwright() as playwright:
        for what, cell in CELLS.items():
            spent = {"cold": [], "warm": []}
            for _ in range(rounds):
                with tempfile.TemporaryDirectory() as profile, playwright.chromium.launch_persistent_context(
                        profile, executable_path=chromium.find(), args=chromium.FLAGS) as browser:
                    for times in spent.values():
                        times.append(seconds(browser, address, *cell))
            for name, times in spent.items():
                each = " ".join(f"{one:.1f}" for one in times)
                print(f"{what:>10} {name}: median {statistics.median(times):.2f} s of {rounds} ({each})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int)
    main(parser.parse_args().rounds)
