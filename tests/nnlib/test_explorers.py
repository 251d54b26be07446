"""nn.explore: the controls it makes, the views it draws, and the live panel under a kernel."""

import asyncio
import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets import (
    HTML,
    Button,
    Checkbox,
    Dropdown,
    Image,
    Play,
    SelectionSlider,
    Text,
    ToggleButton,
    VBox,
    Widget,
)
from PIL import Image as Picture

import nnlib as nn
from nnlib.explorers.explorer import MIME, WIDGET
from nnlib.explorers.widgets import panel


def line(slope=2, wide=False, color="red", dots=3):
    fig, ax = plt.subplots(figsize=(4 if wide else 2, 1), dpi=50)
    ax.plot([0, slope], color=color)
    return fig, f"斜率 {slope} | slope {slope}"


CONTROLS = {"slope": [0.5, 2, 20], "wide": False, "color": ["red", "blue"], "dots": range(2, 5)}
LABELS = {"slope": "斜率 | slope"}


@pytest.fixture
def explorer():
    return nn.explore(line, LABELS, **CONTROLS)


def test_kind_and_start_of_each_control(explorer):
    found = {c["name"]: (c["kind"], c["values"], c["start"]) for c in explorer.spec()["controls"]}
    assert found == {
        "slope": ("slider", ["0.5", "2", "20"], 1),  # the default of the draw function
        "wide": ("check", ["False", "True"], 0),
        "color": ("choice", ["red", "blue"], 0),
        "dots": ("play", ["2", "3", "4"], 1),
    }
    assert explorer.n_views == 3 * 2 * 2 * 3


@pytest.mark.parametrize(
    ("values", "kind", "shown"),
    [
        (np.array([1, 2]), "slider", ["1", "2"]),
        (np.geomspace(1e-4, 1e-2, 3), "slider", ["0.0001", "0.001", "0.01"]),
        ((0, 1), "slider", ["0", "1"]),  # numbers, not False and True
        ([True, False], "check", ["False", "True"]),
        (range(0, 10, 5), "play", ["0", "5"]),
        (("a", "b"), "choice", ["a", "b"]),
    ],
)
def test_kind_follows_from_the_values(values, kind, shown):
    control = nn.explore(lambda a: "", a=values).spec()["controls"][0]
    assert (control["kind"], control["values"]) == (kind, shown)


def test_without_defaults_the_first_values_start():
    explorer = nn.explore(lambda a, **more: f"{a} {more}", a=[3, 4], b=True)
    assert explorer.frame(explorer.start)["text"] == "3 {'b': True}"


def test_a_view_is_a_picture_and_a_line(explorer):
    open_before = plt.get_fignums()
    view = explorer.frame([2, 1, 0, 0])
    assert view["text"] == "斜率 20 | slope 20"
    assert Picture.open(io.BytesIO(view["image"])).size == (200, 50)
    assert plt.get_fignums() == open_before  # nothing is left for the notebook to show again


def test_a_text_alone_and_a_picture_alone():
    assert nn.explore(lambda a: f"a is {a}", a=[1, 2]).frame([1]) == {"image": None, "text": "a is 2"}
    picture = nn.explore(lambda a, b: line()[0], a=[1, 2], b=["x"]).frame([1, 0])
    assert picture["text"] == "a = 2, b = x"
    assert picture["image"].startswith(b"\x89PNG")


def test_what_draw_raises_passes_through():
    broken = nn.explore(lambda a: 1 / a, a=[0])
    with pytest.raises(ZeroDivisionError):
        broken.frame([0])
    shown = broken._repr_mimebundle_()["text/plain"]  # the panel still comes up
    assert "ZeroDivisionError: division by zero" in shown


def test_under_a_kernel_nothing_is_drawn_ahead(explorer):
    assert explorer.spec()["frames"] == []
    assert repr(explorer).splitlines() == [
        "explore line: 36 views", "  slope: 0.5 [2] 20", "  wide: [False] True",
        "  color: [red] blue", "  dots: 2 [3] 4",
    ]
    assert explorer._repr_mimebundle_()["text/plain"] == f"{explorer!r}\n  斜率 2 | slope 2"


def test_repr_does_not_run_the_readers_function():
    def never(a):
        raise AssertionError("drawn")

    assert repr(nn.explore(never, a=[1, 2])) == "explore never: 2 views\n  a: [1] 2"


def test_for_a_page_every_view_is_drawn_ahead(monkeypatch):
    monkeypatch.setenv("NNLIB_FRAMES", "1")
    bundle = nn.explore(line, slope=[1, 2], wide=False)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", MIME}  # no widget, which would need a kernel
    frames = bundle[MIME]["frames"]
    assert [frame["text"][-1] for frame in frames] == list("1122")  # the last control is the fastest
    widths = [Picture.open(io.BytesIO(base64.b64decode(frame["image"]))).width for frame in frames]
    assert widths == [100, 200, 100, 200]
    with pytest.raises(ZeroDivisionError):  # or a page would be published with a hole
        nn.explore(lambda a: f"{1 / a}", a=[1, 0])


def parts(explorer, *kinds):
    found = []

    def walk(widget):
        found.append(widget)
        for child in getattr(widget, "children", ()):
            walk(child)

    walk(panel(explorer.controls, explorer.first(), explorer.frame, explorer.more if explorer.runs else None))
    return [found.pop(next(i for i, w in enumerate(found) if type(w) is kind)) for kind in kinds]


def test_the_live_panel_holds_real_widgets(explorer):
    slider, check, choice, play, picture, text = parts(
        explorer, SelectionSlider, Checkbox, Dropdown, Play, Image, HTML
    )
    assert slider.description == "斜率 | slope"
    assert (slider.value, check.value, choice.value, play.max) == (1, False, 0, 2)
    before = picture.value
    slider.value = 2
    assert "slope 20" in text.value
    assert picture.value != before


@pytest.mark.parametrize(("language", "half"), [("zh", "斜率"), ("en", "slope"), ("both", "斜率 | slope"),
                                                ("", "斜率 | slope")])
def test_the_live_panel_speaks_the_readers_language(explorer, monkeypatch, language, half):
    monkeypatch.setenv("NNLIB_LANG", language)
    slider, text = parts(explorer, SelectionSlider, HTML)
    lines = [explorer._repr_mimebundle_()["text/plain"].splitlines()[-1].strip(), slider.description]
    slider.value = 2
    assert lines == [" | ".join(f"{word} 2" for word in half.split(" | ")), half]
    assert f">{' | '.join(f'{word} 20' for word in half.split(' | '))}<" in text.value


def test_what_a_language_leaves_alone(monkeypatch):
    monkeypatch.setenv("NNLIB_LANG", "zh")
    slider, text = parts(nn.explore(lambda a: {}["x | y"] if a else "", a=[0, 1]), SelectionSlider, HTML)
    slider.value = 1
    assert "x | y" in text.value  # the reader's own code, where it went wrong


@pytest.mark.parametrize("version", [7, 8])
def test_the_bundle_holds_the_panel_and_a_picture_that_remains_without_a_kernel(explorer, monkeypatch, version):
    if version == 7:  # Colab's; a panel of it has no bundle
        monkeypatch.delattr(Widget, "_repr_mimebundle_")
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {WIDGET, "image/png", "text/plain"}
    if version == 8:
        assert bundle[WIDGET].keys() == VBox()._repr_mimebundle_()[WIDGET].keys()
    assert bundle[WIDGET]["model_id"]
    assert base64.b64decode(bundle["image/png"]) == explorer.first()["image"]
    assert "image/png" not in nn.explore(lambda a: f"{a}", a=[1])._repr_mimebundle_()


def test_the_live_panel_shows_what_went_wrong_and_goes_on():
    slider, text = parts(nn.explore(lambda a: f"{1 / a:g}", a=[1, 0, 4]), SelectionSlider, HTML)
    slider.value = 1
    assert "ZeroDivisionError: division by zero" in text.value
    assert "line 1" in text.value  # and where
    slider.value = 2
    assert "0.25" in text.value


def test_what_is_shown_is_never_markup():
    slider, text = parts(nn.explore(lambda a: f"<b>{a}", a=[1, 2]), SelectionSlider, HTML)
    slider.value = 1
    assert "&lt;b&gt;2" in text.value


def test_moves_in_quick_succession_draw_once_with_the_last_value():
    drawn = []
    slider, text = parts(nn.explore(lambda a: drawn.append(a) or str(a), a=range(10)), SelectionSlider, HTML)
    drawn.clear()

    async def drag():
        for value in range(1, 8):
            slider.value = value
        await asyncio.sleep(0.2)

    asyncio.run(drag())
    assert drawn == [7]
    assert ">7<" in text.value


def test_without_ipywidgets_the_page_gets_the_controls(explorer, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "nnlib.explorers.widgets", None)
    assert set(explorer._repr_mimebundle_()) == {"text/plain", MIME}


def test_values_that_look_alike_are_shown_in_full():
    shown = str(nn.explore(lambda rate: "", rate=[0.1 + 0.2, 0.3]))
    assert shown == "explore <lambda>: 2 views\n  rate: [0.30000000000000004] 0.3"
    assert str(nn.explore(lambda rate: "", rate=[0.3])).startswith("explore <lambda>: 1 view\n")


def count(to, word):
    """A run: a number per view, until `to`; one step is a thousandth."""
    n = 0
    while n <= to:
        n += .001 if (yield f"{word}{n:g}") else 1


def test_a_generator_gives_one_view_after_the_other():
    panel = nn.explore(count, to=[2, 9], word="x")
    assert [panel.frame([0, "a"])["text"], *(panel.more([0, "a"], once)["text"] for once in (False, True))] == [
        "a0", "a1", "a1.001"]
    assert panel.more([0, "b"])["text"] == "b1"  # other values begin anew
    assert panel.frame([0, "b"])["text"] == "b0"  # and so does rewinding
    assert [panel.more([0, "b"]) and 1 for _ in range(4)] == [1, 1, None, None]


def test_what_moves_aside_does_not_begin_a_run_anew():
    def stride(by, word):
        n, asked = 0, []
        while True:
            asked.append((yield f"{word}{n} {asked}"))
            n += asked[-1][1]["by"]

    panel = nn.explore(stride, by=[1, 5], word=["a", "b"], aside=["by"])
    panel.frame([0, 0])
    assert panel.more([1, 0], True)["text"] == "a5 [(True, {'by': 5})]"
    assert panel.more([0, 0])["text"].startswith("a6 ")
    assert panel.more([0, 1])["text"].startswith("b1 ")
    by, word, text = parts(panel, SelectionSlider, Dropdown, HTML)
    word.value = 1
    assert "b0 []" in text.value
    panel.more([0, 1])
    by.value, text.value = 1, "as before"
    assert text.value == "as before"
    assert panel.more([1, 1])["text"].startswith("b6 ")
    with pytest.raises(ValueError, match=r"got .* and by: labels, start or aside name {'to'}"):
        nn.explore(lambda by: "", by=[1], aside=["to"])


def test_a_text_box_has_any_value_and_starts_with_what_is_offered_or_the_default():
    panel = nn.explore(lambda a, b="y": a + b, a="x", b="z")
    assert [(c["kind"], c["values"], c["start"]) for c in panel.spec()["controls"]] == [("text", [], "x"),
                                                                                       ("text", [], "y")]
    assert panel.frame(["中", " | "])["text"] == "中 | "
    assert repr(panel) == "explore <lambda>\n  a: 'x'\n  b: 'y'"
    picture = nn.explore(lambda a, b: line()[0], a="x", b=[1.5])
    assert picture.frame(["q", 0])["text"] == "a = q, b = 1.5"


def test_the_start_may_be_chosen_for_one_panel():
    panel = nn.explore(line, start={"slope": 20, "wide": True, "color": "blue"}, **CONTROLS | {"wide": [False, True]})
    assert panel.start == (2, 1, 1, 1)


def test_png_bytes_are_a_picture_and_code_may_follow():
    png = nn.explore(line, **CONTROLS).first()["image"]
    assert nn.explore(lambda a: (png, "t", "x = 1"), a=[1]).frame([0]) == {"image": png, "text": "t", "code": "x = 1"}
    assert nn.explore(lambda a: png, a=[1]).frame([0]) == {"image": png, "text": "a = 1"}
    with pytest.raises(ValueError, match="End it with `yield figure, text`"):
        nn.explore(lambda a: (yield 3), a=[1]).frame([0])
    with pytest.raises(ValueError, match="got None"):
        nn.explore(lambda a: (yield from ()), a=[1]).frame([0])


@pytest.mark.parametrize("draw", [count, lambda to, word: f"{to}{word}"])
def test_for_a_page_the_first_of_views_that_nobody_can_foresee_is_drawn(monkeypatch, draw):
    monkeypatch.setenv("NNLIB_FRAMES", "1")
    spec = nn.explore(draw, to=range(100), word="x")._repr_mimebundle_()[MIME]
    assert spec["live"]
    assert spec["runs"] == (draw is count)
    assert [frame["text"] for frame in spec["frames"]] == ["x0" if draw is count else "0x"]


async def shows(text, pattern):
    for _ in range(500):
        if re.search(f">{pattern}<", text.value):
            return
        await asyncio.sleep(.01)
    raise AssertionError(f"expected {pattern}, got {text.value}")


def test_the_live_panel_of_a_run_plays_pauses_steps_and_rewinds():
    panel_of = nn.explore(count, labels={"word": "词 | word"}, to=[3, 10**9], word="x", start={"to": 10**9})
    play, one, rewind, choice, word, text = parts(panel_of, ToggleButton, Button, Button, SelectionSlider, Text, HTML)

    async def moves():
        play.value = True
        await shows(text, "x[1-9][0-9]*")
        assert 'aria-live="off"' in text.value
        one.click()
        assert not play.value
        reached = text.value
        assert ".001<" in reached
        assert 'aria-live="polite"' in reached
        await asyncio.sleep(.1)
        assert text.value == reached
        rewind.click()
        assert ">x0<" in text.value
        play.value = True
        word.value = "中"
        await shows(text, "中[1-9][0-9]*")  # begun anew, and playing on
        choice.value = 0
        await shows(text, "中3")
        await asyncio.sleep(.1)
        assert not play.value  # at its end
        assert ">中3<" in text.value

    asyncio.run(moves())


def test_the_live_panel_folds_the_code_away():
    png = nn.explore(line, **CONTROLS).first()["image"]
    word, text, code = parts(nn.explore(lambda a: (png, "t", a), a="<b>"), Text, HTML, HTML)
    assert "t<" in text.value
    assert code.value == "<details><summary>对应的代码 | As code</summary><pre>&lt;b&gt;</pre></details>"
    word.value = ""
    assert code.value == ""


def test_in_a_page_a_view_is_a_drawing_as_large_as_the_figure(explorer, monkeypatch):
    monkeypatch.setenv("NNLIB_LANG", "page")
    assert explorer.frame([2, 0, 0, 0])["image"].startswith("<svg ")
    assert 'width="100" height="50"' in explorer.frame([2, 0, 0, 0])["image"]
    assert 'width="200" height="50"' in explorer.frame([2, 1, 0, 0])["image"]
    assert "image/png" not in explorer._repr_mimebundle_()
