"""The editor of a cell, in a real browser. No test here runs Python."""

import json

import pytest

PAGE = "architecture.html?lang=en"  # the lightest chapter
TEXT = "content => [...content.querySelectorAll('.cm-line')].map(line => line.textContent).join('\\n')"
CARET = """content => {
    const before = document.createRange(), caret = getSelection();
    before.setStart(content, 0);
    before.setEnd(caret.focusNode, caret.focusOffset);
    return [...before.cloneContents().querySelectorAll(".cm-line")].map(line => line.textContent).join("\\n");
}"""
POINT = """(pre, place) => {  // in the left half of a character of the code
    const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode() && place >= walker.currentNode.length) place -= walker.currentNode.length;
    range.setStart(walker.currentNode, place);
    range.setEnd(walker.currentNode, place + 1);
    const box = range.getBoundingClientRect();
    return [box.left + box.width / 4, box.top + box.height / 2];
}"""
LOOKS = """async () => {  // of each cell, published and in the editor: its height, each sign with its colour
    const look = code => {
        const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT), signs = [];
        while (walker.nextNode()) {
            const parent = walker.currentNode.parentElement, colour = getComputedStyle(parent).color;
            for (const sign of walker.currentNode.data)
                if (sign.trim()) signs.push([sign, colour, parent.className]);
        }
        return { height: code.getBoundingClientRect().height, signs };
    };
    const looks = [];
    for (const cell of document.querySelectorAll("div.cell:has(.live-edit)")) {
        const published = look(cell.querySelector(".cell_input pre"));
        cell.querySelector(".live-edit").click();
        while (!cell.querySelector(".cm-content")) await new Promise(done => setTimeout(done, 10));
        looks.push([published, look(cell.querySelector(".cm-content"))]);
    }
    return looks;
}"""
OTHER = {"vm", "nn", "ne"}  # names that Pygments knows and the editor does not: __name__, modules, exceptions


@pytest.fixture(scope="module")
def asked():
    return []


@pytest.fixture(scope="module")
def visit(visiting, serve, python_site, asked):
    with serve(python_site, asked=asked) as address, visiting(address, reduced_motion="reduce") as visit:
        yield visit


@pytest.fixture
def page(visit):
    page = visit.open(PAGE)
    yield page
    page.evaluate("localStorage.clear()")
    page.close()


@pytest.fixture
def box(page):
    return page.locator("div.cell").nth(1)


@pytest.fixture
def code(box):
    return box.locator(".cell_input pre")


@pytest.fixture
def editor(box):
    return box.locator(".cm-content")


@pytest.fixture
def edit(box, editor):
    def edit():
        box.locator(".live-edit").click()
        editor.wait_for()
    return edit


def test_the_editor_is_loaded_once_at_the_first_edit(page, edit, asked):
    page.wait_for_load_state("networkidle")
    assert not [path for path in asked if "/editor/" in path]
    edit()
    page.locator("div.cell").nth(2).locator(".live-edit").click()
    page.locator("div.cell").nth(2).locator(".cm-content").wait_for()
    assert len([path for path in asked if "/editor/" in path]) == 1


def test_where_the_editor_cannot_be_had_the_reader_is_told_and_can_try_again(page, box, edit, visit):
    page.route("**/editor/*", lambda route: route.abort())
    box.locator(".live-edit").click()
    box.locator(".live-note", has_text="click Edit again").wait_for()
    assert box.locator(".cell_input pre").is_visible()
    page.unroute("**/editor/*")
    edit()
    visit.troubles.clear()  # the browser reports the failed download


def test_it_indents_undoes_and_lets_go(page, box, code, editor):
    code.click()
    before = editor.evaluate(TEXT)
    editor.press("ControlOrMeta+a")
    page.keyboard.type("for i in x:\n")
    page.keyboard.type("if i:\ny\n")
    assert editor.evaluate(TEXT) == "for i in x:\n    if i:\n        y\n        "
    editor.press("Shift+Tab")
    page.keyboard.type("z\nelse:")
    assert editor.evaluate(TEXT) == "for i in x:\n    if i:\n        y\n    z\nelse:"  # goes with for
    editor.press("ControlOrMeta+a")
    editor.press("Tab")
    changed = "    for i in x:\n        if i:\n            y\n        z\n    else:"
    assert editor.evaluate(TEXT) == changed
    for _ in range(60):
        editor.press("ControlOrMeta+z")
    assert editor.evaluate(TEXT) == before
    for _ in range(60):
        editor.press("ControlOrMeta+Shift+Z")
    assert editor.evaluate(TEXT) == changed
    editor.dispatch_event("blur")  # as when the reader goes to another window
    assert editor.is_visible()
    editor.press("Escape")
    assert not editor.is_visible()
    assert code.is_visible()
    assert page.evaluate("document.activeElement.className").endswith("live-edit")


def test_the_caret_comes_where_the_code_was_clicked(page, code, editor):
    text = code.text_content()
    for place in (6, text.index("\n") + 20, 3):
        code.scroll_into_view_if_needed()
        page.mouse.click(*code.evaluate(POINT, place))
        editor.wait_for()
        page.wait_for_function("document.activeElement.matches('.cm-content')")
        assert editor.evaluate(CARET) == text[:place]
        editor.press("Escape")


def test_chinese_is_composed_and_undone_as_one(page, edit, editor):
    edit()
    editor.fill("s = ''")
    editor.press("ArrowLeft")
    method = page.context.new_cdp_session(page)
    for letters in ("ni", "ni hao"):
        end = len(letters)
        method.send("Input.imeSetComposition", {"text": letters, "selectionStart": end, "selectionEnd": end})
        assert editor.evaluate(TEXT) == f"s = '{letters}'"
    method.send("Input.insertText", {"text": "你好"})
    assert editor.evaluate(TEXT) == "s = '你好'"
    assert editor.locator(".s2").inner_text() == "'你好'"
    editor.press("ControlOrMeta+z")
    assert editor.evaluate(TEXT) == "s = ''"


def test_code_is_coloured_while_it_is_typed(page, edit, editor):
    edit()
    editor.press("ControlOrMeta+a")
    page.keyboard.type("if range(3) == None:  # 三")
    assert {kind: editor.locator(f".{kind}").inner_text() for kind in ("k", "nb", "mf", "o", "kc", "c1")} == {
        "k": "if", "nb": "range", "mf": "3", "o": "==", "kc": "None", "c1": "# 三"}


def test_every_cell_has_the_colours_and_the_place_of_the_published_code(page):
    looks = page.evaluate(LOOKS)
    assert looks
    for published, shown in looks:
        assert [sign for sign, *_ in shown["signs"]] == [sign for sign, *_ in published["signs"]]
        assert not [(before, after) for before, after in zip(published["signs"], shown["signs"], strict=True)
                    if before[1] != after[1] and before[2] not in OTHER]
        assert shown["height"] == pytest.approx(published["height"], abs=1)


def test_what_was_typed_stays_until_it_is_reset(page, box, code, edit, editor, asked):
    published = code.inner_html()
    assert not box.locator(".live-reset").is_visible()
    edit()
    editor.fill("print('mine')  # 100")
    asked.clear()
    page.reload()
    assert code.inner_text().strip() == "print('mine')  # 100"
    assert code.locator(".c1").inner_text() == "# 100"  # it is coloured, without the editor
    assert not [path for path in asked if "/editor/" in path]
    edit()
    page.keyboard.type(" more")
    box.locator(".live-reset").click()  # while the editor is open
    assert not editor.is_visible()
    assert code.inner_html() == published
    edit()
    editor.press("ControlOrMeta+z")  # a slip is no loss
    assert editor.evaluate(TEXT) == "print('mine')  # 100 more"
    box.locator(".live-reset").click()
    page.reload()
    assert code.inner_html() == published


@pytest.fixture
def stored(page, box):
    """Put something into the browser's store where the cell's edit is, and come again."""
    def stored(words):
        key = f"live /{page.url.split('/', 3)[3].split('?')[0]} {box.get_attribute('id')}"
        page.evaluate("([key, words]) => localStorage.setItem(key, words)", [key, words])
        page.reload()
    return stored


@pytest.mark.parametrize("now", ["print('mine')", [["nb", "print"], ["", "('mine')"]]], ids=["as before", "coloured"])
def test_an_edit_of_a_cell_that_changed_since_is_kept_and_says_so(stored, box, code, now):
    stored(json.dumps({"was": "old", "now": now}))
    assert "has changed since" in box.locator(".live-note").inner_text()
    assert code.inner_text().strip() == "print('mine')"


@pytest.mark.parametrize("words", ["{broken", "null", "3", '{"now": 3}', '{"now": [3]}'])
def test_what_is_damaged_in_the_store_is_not_taken_for_an_edit(page, stored, box, code, words):
    published = code.inner_text()
    stored(words)
    assert code.inner_text() == published
    box.locator(".live-edit").wait_for()


def test_a_button_leaves_the_focus_in_the_editor(page, box, edit):
    edit()
    place = box.locator(".live-run").bounding_box()
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    assert page.evaluate("document.activeElement.className") == "cm-content"


def test_an_open_editor_has_a_name_no_barrier_and_fits_a_phone(page, box, edit, editor, barriers):
    edit()
    page.keyboard.type("\nprint('a long line', 1.5, None)  # " + "那么长 so long " * 20)
    assert page.get_by_role("textbox", name="Python").count() == 1
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        assert not barriers(page, "{include: [['.live-editor']]}")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
