"""The playground in a page: the first picture before Python, then the reader trains. One Python for most tests."""

from urllib.parse import urlencode

import pytest

from nnlib.plot import COLORS

STEP = "panel => +/step (\\d+)/.exec(panel.querySelector('.explorer-text').textContent)[1]"
PANEL = "#explorer-play"


@pytest.fixture(scope="module")
def server(serve, python_site):
    with serve(python_site) as address:
        yield address


@pytest.fixture(scope="module")
def page(visiting, server):
    with visiting(server) as visit:
        yield visit.open("playground.html?lang=en")


def button(page, words):
    return page.locator(PANEL).get_by_role("button", name=words, exact=True)


def step(page):
    return page.locator(PANEL).evaluate(STEP)


def shows(page, words):
    page.locator(f"{PANEL} .explorer-text", has_text=words).wait_for(timeout=300_000)


def field(page, name):
    return page.locator(f"{PANEL} [name='play.{name}']")


def test_the_first_picture_stands_before_python_is_asked_for(visiting, serve, python_site):
    asked = []
    with serve(python_site, asked=asked) as address, visiting(address) as visit:
        page = visit.open("playground.html?lang=zh")
        page.wait_for_load_state("networkidle")
        assert page.locator(f"{PANEL} img").evaluate("image => image.naturalWidth") > 600
        assert "第 0 步" in page.locator(f"{PANEL} .explorer-text").inner_text()
        assert page.locator(f"{PANEL} .explorer-bar button").all_inner_texts() == ["播放", "走一步", "回到起点"]
        assert not [path for path in asked if "/pyodide/" in path]


def test_play_trains_pause_stops_and_rewind_returns_to_the_same_start(page):
    button(page, "One step").press("Enter")
    shows(page, "step 1,")
    button(page, "Rewind").click()
    shows(page, "step 0,")
    first = page.locator(f"{PANEL} img").get_attribute("src")
    button(page, "Play").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"document.querySelector('{PANEL}') && ({STEP})(document.querySelector('{PANEL}')) >= 30")
    assert page.locator(f"{PANEL} output").get_attribute("aria-live") == "off"
    button(page, "Pause").press("Space")
    page.wait_for_timeout(300)
    reached = step(page)
    page.wait_for_timeout(500)
    assert step(page) == reached
    assert page.locator(f"{PANEL} output").get_attribute("aria-live") == "polite"
    assert page.locator(f"{PANEL} img").get_attribute("src") != first
    button(page, "Rewind").click()
    shows(page, "step 0,")
    assert page.locator(f"{PANEL} img").get_attribute("src") == first
    button(page, "One step").click()
    shows(page, "step 1,")


def test_what_cannot_be_used_is_said_in_the_readers_language_and_the_panel_lives_on(page):
    field(page, "sizes").fill("a few")
    field(page, "sizes").press("Enter")
    shows(page, "Write the units of the hidden layers as 20 or 8, 8")
    page.locator(".language-switch label", has_text="中文").click()
    shows(page, "隐藏层的单元数写成")
    assert "Write" not in page.locator(f"{PANEL} .explorer-text").inner_text()
    page.locator(".language-switch label", has_text="English").click()
    field(page, "sizes").fill("8, 8")
    field(page, "sizes").press("Tab")
    shows(page, "hidden units 16")
    assert "nn.Linear(8, 8, init='xavier')" in page.locator(f"{PANEL} details pre").text_content()


def test_a_click_draws_a_point(page):
    field(page, "data").select_option(label="own")
    shows(page, "parameters")
    before = field(page, "points").input_value()
    picture = page.locator(f"{PANEL} img")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] / 4, "y": box["height"] / 3})
    page.wait_for_function("([input, before]) => input.value !== before",
                           arg=[field(page, "points").element_handle(), before])
    added = field(page, "points").input_value().removeprefix(before).split()
    assert len(added) == 3
    assert added[2] == "0"


def test_a_class_shows_the_colour_of_its_points(page):
    """Beside its number, as the picture will draw it."""
    for step, color in enumerate(COLORS):
        field(page, "paint").press("Home")
        for _ in range(step):
            field(page, "paint").press("ArrowRight")
        beside = field(page, "paint").locator("xpath=following-sibling::*")
        assert beside.inner_text() == str(step)
        shown = beside.evaluate("value => getComputedStyle(value, '::before').backgroundColor")
        assert shown == "rgb({}, {}, {})".format(*(int(color[i:i + 2], 16) for i in (1, 3, 5)))


def copies(page):
    """What the button beside the code copies."""
    page.evaluate("addEventListener('copy', event => { window.copied = event.target.value; }, { once: true })")
    page.locator(f"{PANEL} summary").click()
    page.locator(f"{PANEL} details pre").hover()
    page.locator(f"{PANEL} details .copybtn").click()
    page.locator(f"{PANEL} summary").click()
    return page.evaluate("copied")


def test_the_code_can_be_copied_as_any_other(page):
    code = page.locator(f"{PANEL} details pre").text_content()
    assert "nn.fit(" in code
    assert copies(page) == code.rstrip("\n")
    assert page.locator(f"{PANEL} details .copybtn").get_attribute("data-tooltip") in ("Copy", "Copied!")


def test_the_address_holds_every_setting(page, visiting, server):
    field(page, "lr").press("ArrowRight")
    button(page, "Rewind").click()
    shows(page, "step 0,")
    with visiting(server) as visit:
        other = visit.open(page.url.removeprefix(server + "/"))
        shown = f"{PANEL} .explorer-text"
        other.wait_for_function("([at, words]) => document.querySelector(at).textContent === words", timeout=300_000,
                                arg=[shown, page.locator(shown).text_content()])
        values = "panel => [...panel.querySelectorAll('input, select')].map(one => one.checked + one.value)"
        assert other.locator(PANEL).evaluate(values) == page.locator(PANEL).evaluate(values)
        assert other.locator(f"{PANEL} img").get_attribute("src") == page.locator(f"{PANEL} img").get_attribute("src")


@pytest.mark.parametrize("key", ["zh", "en"])
def test_a_link_with_settings_shows_no_picture_of_others(visiting, server, key):
    """Until Python has drawn the first one it says so; where there is no Python, it says that and nothing else."""
    words = {"zh": "正在按这些设置画第一幅图…", "en": "Drawing the first picture of these settings …"}[key]
    link = f"playground.html?lang={key}&play.data=circles&play.sizes=3#explorer-play"
    with visiting(server) as visit:
        page = visit.open(link)
        line, picture = page.locator(f"{PANEL} .explorer-text"), page.locator(f"{PANEL} > img")
        assert line.inner_text() == words
        assert not picture.is_visible()
        shows(page, "hidden units 3" if key == "en" else "隐藏单元 3 个")
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
        assert picture.is_visible()
        assert words not in line.inner_text()
    with visiting(server) as visit:
        visit.context.route("**/pyodide/worker.js*", lambda route: route.abort())
        page = visit.open(link)
        page.locator(f"{PANEL} .explorer-error").wait_for()
        fault = {"zh": "这里的 Python 代码没有运行成功。", "en": "The Python code here did not run."}[key]
        assert page.locator(f"{PANEL} .explorer-error").inner_text() == fault
        assert not page.locator(f"{PANEL} .explorer-text").inner_text()
        assert not page.locator(f"{PANEL} > img").is_visible()
        visit.troubles.clear()  # the browser says that the file did not come


def test_a_mission_is_met_in_the_page_too(visiting, server):
    """Python there rounds otherwise, and on these points a network without hidden units has nothing to learn."""
    points = " ".join(f"{x} {y} {int(x * y > 0)}" for x in (-.8, -.4, .4, .8) for y in (-.8, -.4, .4, .8))
    settings = {"data": "own", "sizes": "", "points": points, "epochs": 100, "speed": 100}
    with visiting(server) as visit:
        page = visit.open(f"playground.html?lang=en&{urlencode({f'play.{name}': settings[name] for name in settings})}")
        shows(page, "step 0,")
        button(page, "Play").click()
        shows(page, "missions met: 7")


def test_running_the_cell_builds_a_panel_that_trains(page):
    page.locator(".live-run").first.click()
    shows(page, "step 0,")
    button(page, "One step").click()
    shows(page, "step 1,")
    assert copies(page) == page.locator(f"{PANEL} details pre").text_content().rstrip("\n")
