"""No barrier that axe-core knows of, on any page, in any language, light or dark, on a desk or a phone.

Themes differ in nothing but colours, and two rules judge colours: the other rules see a page once per
language and width, and the rule on links amid text sees it once, in both languages on a phone. Contrast
follows from a text's look (the colours in front and behind, size, weight), wherever it stands: each page is
searched for looks in every language, width and theme, and axe judges one text per look, and no text
twice, until a text of that look has passed on this page or another.
"""

import pytest

from web.project import pages

FRAME = """new Promise(done => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 3000);  // a page in which nothing changes may get no frame
})"""
LAID_OUT = "delete document.documentElement.dataset.lazy;" + FRAME + """.then(
    () => document.getAnimations().forEach(one => one.finish()))"""  # every box has its size and its place
THEMED = "scheme => [scheme, undefined].includes(document.documentElement.dataset.theme)"  # 404.html has none
# One text per look that has not passed: the longest, as axe judges no single letter, and one in sight, as it
# judges nothing that is transparent, beside the screen, or inside a pixel for screen readers.
SEARCH = """([passed, unclear]) => {
    const behind = new Map([[null, ""]]), looks = new Map();
    const fields = "input:not([type=radio], [type=range], [type=checkbox]), select, textarea";
    for (const element of document.querySelectorAll("*")) {
        const style = getComputedStyle(element), own = [style.backgroundColor, style.backgroundImage,
            style.opacity, style.position, style.zIndex].join();
        const under = behind.get(element.parentElement), box = element.getBoundingClientRect();
        if (under === undefined || (box.width <= 1 && style.overflow === "hidden")) continue;
        const plain = own === "rgba(0, 0, 0, 0),none,1,static,auto";
        behind.set(element, under + (plain ? "" : own + "/"));
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        const look = [behind.get(element), style.color, style.fontSize, style.fontWeight].join();
        if (box.right <= 0 || box.left >= innerWidth || box.bottom <= 0) continue;
        const length = element.matches(fields) ? Infinity
            : [...element.childNodes].reduce(
                (sum, node) => sum + (node.nodeType === Node.TEXT_NODE ? node.data.trim().length : 0), 0);
        if (length > (looks.get(look)?.length || 1)) looks.set(look, { element, length });
    }
    passed.forEach(look => looks.delete(look));
    window.looks = new Map([...looks].map(([look, { element }]) => [element, look])
        .filter(([element, look]) => !unclear.includes(look + element.outerHTML)));
    return window.looks.size > 0;
}"""
JUDGE = """() => axe.run({ include: [...looks.keys()] }, { runOnly: ["color-contrast"], elementRef: true,
        resultTypes: ["violations", "passes"], selectors: false, preload: false })
    .then(({ violations, passes }) => [violations, passes].map(rules => rules.flatMap(rule => rule.nodes)
        .map(node => [node.html.slice(0, 200), looks.get(node.element)])))
    .then(found => [...found, [...looks].map(([element, look]) => look + element.outerHTML)])"""
# Formulas become empty boxes as wide as they were, code plain text, drawings their words, and the language that
# nobody sees goes: few elements are left, and nothing moves.
SHRINK = """choice => {
    const hidden = { zh: ".lang-en", en: ".lang-zh" }[choice];
    if (hidden) document.querySelectorAll(hidden).forEach(words => words.remove());
    const pieces = [...document.querySelectorAll(".katex .base")];
    const widths = pieces.map(piece => piece.getBoundingClientRect().width);
    pieces.forEach((piece, i) => {
        piece.style.width = `${widths[i]}px`;
        piece.replaceChildren(piece.firstChild);  // its height
    });
    document.querySelectorAll(".katex-mathml").forEach(words => words.remove());
    document.querySelectorAll(`svg.drawing :is(defs, path, use, image, clipPath), svg.drawing g:not(:has(text))`)
        .forEach(line => line.remove());
    document.querySelectorAll(".highlight pre").forEach(code => { code.textContent = code.textContent; });
}"""
UNTOUCHED = ("both", 1280), ("en", 390)  # far sections wait, as for a reader who has done nothing yet


@pytest.fixture(scope="module")
def passed():
    """The looks that a text of this or an earlier page has passed with."""
    return set()


@pytest.mark.parametrize("name", [*pages(), "search", "404"])
def test_no_barriers(browser, site, barriers, passed, name):
    page = browser.new_page(reduced_motion="reduce")  # the theme fades from one colour to the next
    found, unclear = {}, set()
    for choice in ("both", "zh", "en"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            untouched = (choice, width) in UNTOUCHED
            if untouched or width == 1280:
                page.goto(f"{site.as_uri()}/{name}.html?lang={choice}")
            if untouched:  # one frame later, when what is in sight has been measured
                page.evaluate(FRAME)
            else:
                page.evaluate(LAID_OUT)
            if (choice, width) != UNTOUCHED[0]:  # there the colours of code and formulas are judged, too
                page.evaluate(SHRINK, choice)
            found[choice, width] = barriers(page, "document", rules={
                "color-contrast": {"enabled": False},
                "link-in-text-block": {"enabled": (choice, width) == ("both", 390)}})
            page.evaluate(LAID_OUT)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function(THEMED, arg=scheme)
                if page.evaluate(SEARCH, [list(passed), list(unclear)]):
                    found[choice, width, scheme], good, seen = page.evaluate(JUDGE)
                    passed.update(look for _, look in good)
                    unclear.update(seen)
    page.close()
    assert not {mode: broken for mode, broken in found.items() if broken}
