"""No barrier that axe-core knows of, on any page, in any language, light or dark, on a desk or a phone."""

import pytest

from web.project import pages

LAID_OUT = """() => new Promise(done => {
    delete document.documentElement.dataset.lazy;  // far sections too
    requestAnimationFrame(() => setTimeout(done));  // and every box knows its size
})"""
THEMED = "scheme => [scheme, undefined].includes(document.documentElement.dataset.theme)"  # 404.html has none
# One visible text of each look: same colours in front and behind, same size and weight, same contrast. The
# longest, as axe does not judge a single letter.
LOOKS = """(() => {
    const behind = new Map([[null, ""]]), looks = new Map();
    for (const element of document.querySelectorAll("*")) {
        const style = getComputedStyle(element), own = [style.backgroundColor, style.backgroundImage,
            style.opacity, style.position, style.zIndex].join();
        const plain = own === "rgba(0, 0, 0, 0),none,1,static,auto";
        behind.set(element, behind.get(element.parentElement) + (plain ? "" : own + "/"));
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const look = [behind.get(element), style.color, style.fontSize, style.fontWeight].join();
        const length = element.matches("input, select, textarea") ? Infinity : [...element.childNodes]
            .reduce((sum, node) => sum + (node.nodeType === Node.TEXT_NODE ? node.data.trim().length : 0), 0);
        if (length > (looks.get(look)?.length || 0)) looks.set(look, { element, length });
    }
    return { include: [...looks.values()].map(one => one.element) };
})()"""
# Formulas become empty boxes as wide as they were, code plain text: few elements are left, and nothing moves.
SHRINK = """() => {
    const pieces = [...document.querySelectorAll(".katex .base")];
    const widths = pieces.map(piece => piece.getBoundingClientRect().width);
    pieces.forEach((piece, i) => {
        piece.style.width = `${widths[i]}px`;
        piece.replaceChildren(piece.firstChild);  // its height
    });
    document.querySelectorAll(".katex-mathml").forEach(words => words.remove());
    document.querySelectorAll(".highlight pre").forEach(code => { code.textContent = code.textContent; });
}"""


@pytest.mark.parametrize("name", [*pages(), "search", "404"])
def test_no_barriers(browser, site, barriers, name):
    page = browser.new_page(reduced_motion="reduce")  # the theme fades from one colour to the next
    found = {}
    for choice in ("both", "zh", "en"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if width == 1280:
                page.goto(f"{site.as_uri()}/{name}.html?lang={choice}")
            page.evaluate(LAID_OUT)
            if (choice, width) != ("both", 1280):
                page.evaluate(SHRINK)
            found[choice, width] = barriers(page, "document", rules={"color-contrast": {"enabled": False}})
            for scheme in ("light", "dark"):  # they differ in nothing but colours
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function(THEMED, arg=scheme)
                found[choice, width, scheme] = barriers(page, LOOKS, runOnly=["color-contrast"])
    page.close()
    assert not {mode: broken for mode, broken in found.items() if broken}
