"""What the tests of pages that run Python share."""

ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
IDLE = """() => document.querySelector(".live-state").dataset.state === "ready"
    && ![...document.querySelectorAll(".live-run")].some(button => button.textContent.includes("■"))"""


def finished(page):
    page.wait_for_function(IDLE, timeout=300_000, polling=100)  # asking at each frame would draw frames
