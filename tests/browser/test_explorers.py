"""The explorers, in the plain published page: every control answers to mouse and keyboard."""

import pytest

from questions.bank import CHAPTERS
from web.extension.explorers import view

# Files and a server differ in how views are fetched, not in what a control does: each way of moving one is
# tried on one of them, and what fetches or has an address on both.
ON_DISK, SERVED = (pytest.mark.parametrize("address", [where], indirect=True) for where in ("file", "http"))
SPEC = "host => JSON.parse(host.dataset.explorer)"
STATE = """host => ({
    text: host.querySelector(".explorer-text").textContent,
    svg: host.querySelector(".explorer-drawing").innerHTML,
    drawn: host.querySelector(".drawing").getBoundingClientRect().width > 100,
    indices: [...host.querySelectorAll("input, select")]
        .map(input => input.type === "checkbox" ? +input.checked : +input.value),
    spoken: [...host.querySelectorAll("input[type=range]")].map(i => i.getAttribute("aria-valuetext")),
})"""


def settled(panel, indices):
    """The panel's state once it shows the view these indices ask for; it must be the one made for them."""
    spec = panel.evaluate(SPEC)
    frame = view(spec, indices)
    panel.page.wait_for_function(
        """([host, name, i]) => {
            const shown = document.createElement("div");
            shown.innerHTML = (book.drawings[name] || [])[i];
            return shown.innerHTML === host.querySelector(".explorer-drawing").innerHTML;
        }""",
        arg=[panel.element_handle(), spec["name"], frame["drawing"]],
    )
    state = panel.evaluate(STATE)
    assert state["indices"] == indices
    assert state["text"] == frame["text"]
    assert state["drawn"]
    return state


def moves(panel):
    """For each control: its place, what the page knows of it, its input, how many values it has."""
    panel.scroll_into_view_if_needed()
    for i, control in enumerate(panel.evaluate(SPEC)["controls"]):
        yield i, control, panel.locator("input, select").nth(i), len(control["values"])


@ON_DISK
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_control_answers_to_the_keyboard(open_page, name):
    page = open_page(f"{name}.html")
    panels = page.locator(".explorer")
    assert panels.count() >= 1, "a chapter without an explorer"
    for panel in panels.all():
        for i, control, control_input, n in moves(panel):
            indices = panel.evaluate(STATE)["indices"]
            before = settled(panel, indices)
            step = 1 if indices[i] + 1 < n else -1
            control_input.focus()
            if control["kind"] == "check":
                control_input.press("Space")
            elif control["kind"] == "choice":
                control_input.press("ArrowDown" if step > 0 else "ArrowUp")
            else:
                control_input.press("ArrowRight" if step > 0 else "ArrowLeft")
            indices[i] += step
            after = settled(panel, indices)
            assert (after["svg"], after["text"]) != (before["svg"], before["text"]), control
            assert control["values"][indices[i]] in after["spoken"] or control["kind"] in ("check", "choice")


@SERVED
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_control_answers_to_the_mouse(open_page, name):
    page = open_page(f"{name}.html", width=390)
    for panel in page.locator(".explorer").all():
        for i, control, control_input, n in moves(panel):
            indices = panel.evaluate(STATE)["indices"]
            if control["kind"] == "check":
                control_input.click()
                indices[i] = 1 - indices[i]
            elif control["kind"] == "choice":
                indices[i] = n - 1
                control_input.select_option(str(n - 1))
            else:
                box = control_input.bounding_box()
                control_input.click(position={"x": box["width"] - 3, "y": box["height"] / 2})
                indices[i] = n - 1
            settled(panel, indices)


@pytest.mark.parametrize(("address", "name"), [("file", "architecture"), *(("http", name) for name in CHAPTERS)],
                         indirect=["address"])
def test_a_view_can_be_shared_by_its_address(open_page, name):
    page = open_page(f"{name}.html?lang=en")
    for panel in page.locator(".explorer").all():
        spec = panel.evaluate(SPEC)
        if spec["controls"][0]["kind"] in ("slider", "play"):
            panel.locator("input").first.focus()
            panel.locator("input").first.press("End")
            shown = settled(panel, panel.evaluate(STATE)["indices"])
            other = open_page(page.url.removeprefix(page.url.rsplit("/", 1)[0] + "/"), lazy=True)
            shared = settled(other.locator(f"#explorer-{spec['name']}"), shown["indices"])
            assert shared == shown
            other.wait_for_function(  # and the page scrolls there
                "host => host.getBoundingClientRect().top < innerHeight",
                arg=other.locator(f"#explorer-{spec['name']}").element_handle(),
            )


def playable(page):
    return page.locator(".explorer:has(.explorer-play)").first


@SERVED
def test_play_runs_to_the_end_and_pauses(open_page):
    name = next((name for name in CHAPTERS if playable(open_page(f"{name}.html")).count()), None)
    assert name, "no explorer with an ordered control"
    page = open_page(f"{name}.html?lang=en")
    panel = playable(page)
    button, slider = panel.locator(".explorer-play").first, panel.locator("input[type=range]").first
    label = button.inner_text()
    slider.focus()
    slider.press("Home")
    button.click()
    page.wait_for_function("slider => +slider.value >= 2", arg=slider.element_handle())
    assert button.inner_text() != label
    button.click()
    stopped = slider.input_value()
    assert button.inner_text() == label
    page.wait_for_timeout(700)  # longer than a step: it must have stopped
    assert slider.input_value() == stopped
    last = int(slider.get_attribute("max"))
    slider.focus()
    slider.press("End")
    slider.press("ArrowLeft")
    button.click()
    button.filter(has_text=label).wait_for()
    assert int(slider.input_value()) == last


@pytest.mark.parametrize("name", CHAPTERS)
def test_views_load_only_when_the_panel_comes_near(browser, address, name):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked = []
    page.on("request", lambda request: "/_images/" in request.url and asked.append(request.url))
    page.goto(f"{address}/{name}.html", wait_until="networkidle")
    page.evaluate("delete document.documentElement.dataset.lazy")  # far by true heights
    for panel in page.locator(".explorer").all():
        spec = panel.evaluate(SPEC)
        far = panel.evaluate("host => host.getBoundingClientRect().top > innerHeight + 2500")
        if far:
            assert not [url for url in asked if url.endswith(spec["drawings"])]
        panel.scroll_into_view_if_needed()
        for _ in range(100):
            page.wait_for_timeout(50)
            if any(url.endswith(spec["drawings"]) for url in asked):
                break
        assert any(url.endswith(spec["drawings"]) for url in asked)
    page.close()


@ON_DISK
@pytest.mark.parametrize("name", CHAPTERS)
def test_without_javascript_the_view_at_the_start_and_its_line_show(open_page, name):
    page = open_page(f"{name}.html", java_script_enabled=False)
    for panel in page.locator(".explorer").all():
        assert panel.locator(".explorer-text").inner_text()
        assert panel.locator(".drawing").is_visible()
        assert panel.locator("input, select, button").count() == 0


def mount(page, values, ask):
    """A panel of one slider, beside those of the page."""
    page.evaluate(f"""values => {{
        const host = document.createElement("div");
        host.id = "own";
        document.body.append(host);
        const control = {{ name: "a", label: "a", kind: "slider", values, start: 0 }};
        book.mountExplorer(host, {{ name: "own", controls: [control] }}, {ask});
    }}""", list(values))
    return page.locator("#own input")


@SERVED
def test_what_goes_wrong_is_shown_in_place(open_page):
    page = open_page("index.html")
    slider = mount(page, "123", """([i]) => i === 1 ? Promise.reject(new Error("ValueError: no two"))
        : Promise.resolve({ src: null, text: `a is ${i + 1}` })""")
    fault = page.locator("#own .explorer-error")
    slider.press("ArrowRight")
    fault.filter(has_text="ValueError: no two").wait_for()
    slider.press("ArrowRight")
    page.locator("#own .explorer-text", has_text="a is 3").wait_for()
    assert not fault.is_visible()


@SERVED
@pytest.mark.parametrize(("words", "shown"), [("expected int | None", "expected int | None"), ("不行 | no", "no")])
def test_an_error_in_both_languages_is_shown_in_the_readers(open_page, words, shown):
    page = open_page("index.html?lang=en")
    mount(page, "12", f"() => Promise.reject(new Error({words!r}))")
    fault = page.locator("#own .explorer-error")
    fault.wait_for()
    assert fault.inner_text() == shown


@SERVED
def test_while_one_view_is_on_its_way_only_the_last_move_counts(open_page):
    page = open_page("index.html")
    page.evaluate("window.asked = []")
    slider = mount(page, "123456789", """([i]) => {
        asked.push(i);
        return new Promise(done => setTimeout(() => done({ src: null, text: `view ${i}` }), 300));
    }""")
    page.locator("#own .explorer-text", has_text="view 0").wait_for()
    for _ in range(6):
        slider.press("ArrowRight")
    page.locator("#own .explorer-text", has_text="view 6").wait_for()
    asked = page.evaluate("asked")
    assert asked[-1] == 6
    assert len(asked) < 6
