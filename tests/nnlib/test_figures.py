"""A figure inside a page: every word in both languages, the page's colours, names that occur once, sharp boundaries."""

import base64
import io
import re
from xml.etree import ElementTree

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import nnlib as nn
from nnlib import plot
from nnlib.plot import style
from nnlib.plot.inline import inline_svg, themed, without_white

pytestmark = pytest.mark.filterwarnings("error")
X, Y = nn.datasets.blobs(n=60, noise=0.4, rng=0)
NET = nn.mlp(2, 10, 3, rng=0)
HISTORY = nn.fit(NET, X, Y, epochs=9, validation=(X, Y), rng=0)
STACK = nn.fit(nn.mlp(2, 3, 3, rng=0, networks=4), X, Y, epochs=3, validation=(X, Y), rng=0)
EARLY = nn.History(*(np.arange(5.0) for _ in range(4)), best_epoch=2)
FIGURES = {
    "decision_regions": lambda: plot.decision_regions(NET, X, Y, title="三类 | three classes"),
    "history": lambda: plot.history(HISTORY),
    "history of a stack": lambda: plot.history(STACK),
    "history with a best epoch": lambda: plot.history(EARLY),
    "activation": lambda: plot.activation([nn.relu, nn.sigmoid]),
    "network": lambda: plot.network(nn.mlp(3, 4, 20, 2)),
    "networks": lambda: plot.network(nn.mlp(3, 4, 2, networks=7)),
    "neuron": plot.neuron,
    "curves": lambda: plot.curves([1, 10], {"训练 | train": [1e-3, 1], "$g$": [1, 2]}, xlabel="轮 | epoch",
                                  ylabel="损失 | loss", xlog=True, ylog=True),
    "distributions": lambda: plot.distributions({"小 | small": [1.0], "大 | large": [2.0]}, "宽度 | width"),
    "descent": lambda: plot.descent(lambda a, b: a**2 + b**2, {"路径 | path": [[1.0, 1.0], [0.5, 0.5]]}),
}
NAMES = {"relu", "sigmoid", "ReLU"}  # of functions: the same in both languages


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def tree(figure, **options):
    return ElementTree.fromstring(inline_svg(figure, **options))


def tags(root, name):
    return root.findall(f".//{{http://www.w3.org/2000/svg}}{name}")


def words(root):
    """Each text of a figure: (Chinese, English), or its only words twice."""
    for text in tags(root, "text"):
        halves = {span.get("class"): span.text for span in text}
        yield (halves["lang-zh"], halves["lang-en"]) if halves else (text.text, text.text)


@pytest.mark.parametrize("name", FIGURES)
def test_every_word_is_in_both_languages(name):
    alone = [zh for zh, en in words(tree(FIGURES[name]())) if zh == en and re.search("[A-Za-z]{2}", zh)]
    assert set(alone) <= NAMES


def test_every_line_has_its_twin():
    assert ("其他神经元", "axons of") in (found := list(words(tree(plot.neuron()))))
    assert ("的轴突", "other neurons") in found
    assert ("隐藏层 1", "hidden 1") in words(tree(FIGURES["network"]()))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_keeps_to_itself(name):
    """No style for other elements, no name that another figure has, no colour of one theme, no formula left."""
    svg = inline_svg(FIGURES[name]())
    root = ElementTree.fromstring(svg)
    assert not tags(root, "style") + tags(root, "metadata")
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(set(ids)) == len(ids)
    asked = {*re.findall(r"""(?:href="|url\()#([^")]+)""", svg)}
    assert set(ids) == asked
    assert not set(ids) & {*re.findall(r' id="([^"]+)', inline_svg(plot.curves([0, 7], {"a": [3, 4]})))}
    assert not re.search("#000000|#ffffff|\\$", svg)


def test_a_figure_is_the_same_when_drawn_again_and_stays_what_it_was():
    figure = FIGURES["curves"]()
    size, dpi = tuple(figure.get_size_inches()), figure.dpi
    assert inline_svg(figure) == inline_svg(figure)
    assert (tuple(figure.get_size_inches()), figure.dpi) == (size, dpi)
    root = tree(figure, tight=False)
    assert (root.get("width"), root.get("height")) == tuple(f"{side * dpi:.0f}" for side in size)


@pytest.mark.parametrize(("color", "wanted"), [
    ("#000000", "currentColor"), ("#ffffff", "var(--pst-color-background, #fff)"), ("#0072b2", "#0072b2"),
    ("#808080", "color-mix(in srgb, currentColor 50%, var(--pst-color-background, #fff))"),
    (matplotlib.colors.to_hex(plot.TINTS[1]), "color-mix(in srgb, #E69F00 35%, var(--pst-color-background, #fff))")])
def test_black_is_ink_white_is_paper_and_the_rest_between(color, wanted):
    assert themed(color) == wanted


def test_a_picture_without_white_looks_the_same_on_white():
    picture = np.random.default_rng(0).integers(0, 256, (9, 9, 4), dtype=np.uint8)
    picture[..., 3] = 255
    picture[0] = 255
    bare = without_white(picture).astype(float)
    share = bare[..., 3:] / 255
    np.testing.assert_allclose(share * bare[..., :3] + 255 * (1 - share), picture[..., :3], atol=1)
    assert not bare[0, :, 3].any()


def test_pictures_of_numbers_are_their_own_pixels_and_photographs_stay():
    figure, axes = plt.subplots(1, 2)
    axes[0].imshow(np.eye(8), cmap="gray_r")
    axes[1].imshow(np.full((8, 8, 3), 0.9))
    root = tree(figure)
    number, photograph = tags(root, "image")
    assert (number.get("width"), number.get("height")) == ("8", "8")
    assert "pixelated" in number.get("style")
    first, second = (np.asarray(Image.open(io.BytesIO(base64.b64decode(
        image.get("href").partition(",")[2])))) for image in (number, photograph))
    assert set(first[..., 3].ravel()) == {0, 255}
    assert set(second[..., 3].ravel()) == {255}
    assert [group.get("class") for group in tags(root, "g") if group.get("class")] == ["mapped"]


@pytest.mark.parametrize(("n", "pictures"), [(1000, 0), (1001, 1)])
@pytest.mark.parametrize("draw", [lambda ax, *points: ax.scatter(*points), lambda ax, *points: ax.plot(*points, "o")])
def test_points_by_the_thousand_are_one_picture(n, pictures, draw):
    figure, ax = plt.subplots()
    draw(ax, *np.random.default_rng(0).standard_normal((2, n)))
    assert len(tags(tree(figure), "image")) == pictures


@pytest.mark.parametrize("look", [{}, {"marker": ""}, {"marker": "o", "markevery": 500}])
def test_a_long_line_stays_sharp(look):
    figure, ax = plt.subplots()
    ax.plot(np.arange(2000), **look)
    assert not tags(tree(figure), "image")


# --- labels


def test_a_label_keeps_its_twin_wherever_matplotlib_puts_it():
    figure, ax = plt.subplots()
    ax.plot([1, 2], label=plot.both("线 | line"))
    ax.set(title=plot.both("图\n一 | figure\none"), xlabel=plot.both("值 \\$ | value \\$"), ylabel="7")
    ax.set_xticks([0, 1], [plot.both("左 | left"), plot.both("右 | right")])
    ax.legend()
    assert {("线", "line"), ("图", "figure"), ("一", "one"), ("左", "left"), ("右", "right"),
            ("值 $", "value $")} <= set(words(tree(figure)))


def test_a_figure_says_how_much_room_both_languages_need_beyond_it():
    figure, ax = plt.subplots()
    ax.text(1, 0.5, plot.both("单元 | unit"))
    assert float(tree(figure).get("style").removeprefix("--over:").rstrip("%")) > 2
    ax.texts[0].set_ha("right")
    assert tree(figure).get("style") == "--over:0.0%"


def test_both_leaves_what_has_one_language_or_both_already():
    assert plot.both("ReLU") == "ReLU"
    label = plot.both("轮 | epoch")
    assert plot.both(label).pair == label.pair
    assert plot.both(3) == "3"


def test_labels_are_chinese_where_a_font_is_found(monkeypatch):
    monkeypatch.setattr(style, "FONTS", ("No Such Font", "DejaVu Sans Mono"))
    with plt.rc_context():
        plot.language("zh")
        assert plt.rcParams["font.family"][-1] == "DejaVu Sans Mono"
        assert plot.curves([1, 2], {"a": [1, 2]}, xlabel="轮 | epoch").axes[0].get_xlabel() == "轮"
        plot.language("en")
        assert plot.both("轮 | epoch") == "epoch"
        assert "DejaVu Sans Mono" not in plt.rcParams["font.family"]


def test_in_a_page_its_switch_chooses_the_language(monkeypatch):
    monkeypatch.setattr(style, "FONTS", ("No Such Font",))
    monkeypatch.setenv("NNLIB_LANG", "page")
    plot.language("zh")
    assert plot.both("轮 | epoch") == "epoch"


# --- boundaries


def oblique():
    net = nn.Network(nn.Linear(2, 3))
    net[0].W, net[0].b = [[3.0, 1.0], [-2.0, 1.5], [0.0, -2.0]], [[0.1], [-0.2], [0.05]]
    return net, np.array([[-1.0, 1.0], [-1.0, 1.0]])


def test_boundaries_have_no_stairs():
    """Scores are linear here, so interpolated ones are right at every pixel, between the few grid points too."""
    net, points = oblique()
    (image,) = plot.decision_regions(net, points, [0, 1], resolution=20).axes[0].images
    shown = np.asarray(image.get_array())
    left, right, bottom, top = image.get_extent()
    middles = (np.arange(60) + 0.5) / 60
    x1, x2 = np.meshgrid(left + (right - left) * middles, bottom + (top - bottom) * middles)
    wanted = nn.predict(net, np.stack([x1.ravel(), x2.ravel()])).reshape(60, 60)
    inside = np.s_[1:-1, 1:-1]  # beyond the outermost grid points there is nothing to interpolate
    assert (shown[inside] != wanted[inside]).mean() < 0.002
    tints = np.round(255 * np.array(plot.TINTS))
    small = np.asarray(Image.open(io.BytesIO(plot.decision_image(net, points, resolution=20, size=60))).convert("RGB"))
    np.testing.assert_array_equal(small, tints[shown[::-1]])


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_boundaries_do_not_depend_on_the_size_of_the_scores(scale):
    net, points = oblique()
    usual = plot.decision_image(net, points)
    net[0].W, net[0].b = scale * net[0].W, scale * net[0].b
    assert plot.decision_image(net, points) == usual


def test_regions_are_tints_over_the_page():
    root = tree(FIGURES["decision_regions"]())
    (image,) = tags(root, "image")
    assert [group.get("class") for group in tags(root, "g") if group.get("class")] == ["regions"]
    packed = base64.b64decode(image.get("href").partition(",")[2])
    pixels = np.asarray(Image.open(io.BytesIO(packed)))
    for c in range(3):
        color = np.array([*(255 * x for x in to_rgb(plot.COLORS[c])), 0.35 * 255])
        assert (abs(pixels - color).max(axis=-1) < 3).any()
