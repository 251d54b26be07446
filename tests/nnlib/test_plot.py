"""Pictures: what is drawn equals the network, the functions and the history; and every message."""

import io
from collections import Counter

import matplotlib
import numpy as np
import pytest
from PIL import Image

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_rgb

import nnlib as nn
from nnlib import plot
from nnlib.layers import Elementwise

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def _leaves_no_trace(monkeypatch):
    """No picture is shown by itself, and the reader's settings stay what they are."""
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a picture was shown"))
    before = dict(plt.rcParams)
    yield
    assert dict(plt.rcParams) == before
    plt.close("all")


@pytest.fixture(scope="module")
def trained():
    X, y = nn.datasets.blobs(n=60, noise=0.4, rng=0)
    net = nn.mlp(2, 10, 3)
    nn.fit(net, X, y, epochs=30)
    return net, X, y


def drawn(figure):
    """The figure's pixels: drawing must not fail or warn, and gives something to compare."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).copy()


def texts(ax):
    return [text.get_text() for text in ax.texts]


def all_apart(figure):
    """Every text of a drawn figure stands inside it, and on no other."""
    (ax,) = figure.axes
    boxes = [t.get_window_extent() for t in (*ax.texts, ax.title) if t.get_text()]
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:i])


# --- regions


def test_every_grid_point_has_the_colour_of_its_prediction(trained):
    """Of 3 by 3 pixels the middle one is a point of the grid."""
    net, X, y = trained
    (image,) = plot.decision_regions(net, X, y, resolution=40).axes[0].images
    left, right, bottom, top = image.get_extent()
    x1 = left + (right - left) * (np.arange(40) + 0.5) / 40
    x2 = bottom + (top - bottom) * (np.arange(40) + 0.5) / 40
    points = np.stack([a.ravel() for a in np.meshgrid(x1, x2)])
    wanted = nn.predict(net, points)
    scores = np.sort(net(points), axis=0)
    sure = scores[-1] - scores[-2] > 1e-9  # the grid's points are rounded in another way
    assert sure.mean() > 0.99
    assert set(wanted) == {0, 1, 2}
    colors = image.to_rgba(image.get_array())[1::3, 1::3, :3].reshape(-1, 3)
    np.testing.assert_allclose(colors[sure], np.array(plot.TINTS)[wanted[sure]], atol=1e-6)
    assert image.origin == "lower"  # the first row is the lowest x2


@pytest.mark.parametrize(("middle", "spread"), [(1e7, 1), (1e8, 1), (0, 1e-50), (0, 1e300)])
def test_regions_are_as_fine_as_the_networks_own_numbers(middle, spread):
    """A cut in the middle of the data, wherever they are: half of the pixels on each side."""
    net = nn.Network(nn.Linear(2, 1))
    net[0].W, net[0].b = [[1 / spread, -0.25 / spread]], -0.75 * middle / spread
    X = middle + spread * np.array([[-0.5, 0.5, 0.1], [-0.5, 0.5, 0.2]])
    classes = plot.decision_regions(net, X, [0, 1, 1], resolution=50).axes[0].images[0].get_array()
    x1, x2 = np.meshgrid(*[np.linspace(-0.55, 0.55, 50)] * 2)
    np.testing.assert_array_equal(classes[1::3, 1::3], x1 > x2 / 4)


def test_regions_of_one_score_follow_its_sign():
    net = nn.Network(nn.Linear(2, 1))
    net[0].W = [[1.0, 0.0]]  # class 1 where x1 > 0, whatever x2 is
    figure = plot.decision_regions(net, [[-1.0, 1.0], [0.0, 5.0]], [0, 1], resolution=4)
    assert figure.axes[0].images[0].get_array().tolist() == [[0] * 6 + [1] * 6] * 12
    # Box -1..1 and 0..5, 5 % wider each side, half a pixel (a sixth of the width) beyond the centres.
    wanted = [-1.1 - 2.2 / 6, 1.1 + 2.2 / 6, -0.25 - 5.5 / 6, 5.25 + 5.5 / 6]
    np.testing.assert_allclose(figure.axes[0].images[0].get_extent(), wanted, rtol=1e-6)


def test_samples_stand_where_they_are_with_colour_and_marker_of_their_class(trained):
    net, X, y = trained
    clouds = plot.decision_regions(net, X, y).axes[0].collections
    assert len(clouds) == 3
    shapes = set()
    for c, cloud in enumerate(clouds):
        np.testing.assert_array_equal(cloud.get_offsets(), X[:, y == c].T)
        np.testing.assert_allclose(cloud.get_facecolor()[0, :3], to_rgb(plot.COLORS[c]))
        assert cloud.get_label() == f"class {c}"
        shapes.add(cloud.get_paths()[0].vertices.tobytes())
    assert len(shapes) == 3


def test_regions_drawn_again_replace_the_old_ones(trained):
    net, X, y = trained
    figure = plot.decision_regions(net, X, y, title="before")
    once = drawn(figure)
    again = plot.decision_regions(net, X, y, ax=figure.axes[0], title="after")
    assert again is figure
    assert len(figure.axes[0].images) == 1
    assert len(figure.axes[0].collections) == 3
    assert figure.axes[0].get_title() == "after"
    plot.decision_regions(net, X, y, ax=figure.axes[0], title="before")
    np.testing.assert_array_equal(drawn(figure), once)
    assert figure.get_layout_engine() is None  # nothing is laid out again, which would take a third
    assert len(plt.get_fignums()) == 1


def test_regions_leave_the_network_and_float32_alone(trained):
    net, X, y = trained
    before = net.params.copy()
    wide = plot.decision_regions(net, X, y).axes[0].images[0].get_array()
    np.testing.assert_array_equal(net.params, before)
    narrow = plot.decision_regions(net.copy("float32"), X, y).axes[0].images[0].get_array()
    np.testing.assert_array_equal(wide, narrow)


def test_image_has_the_same_regions_upside_up(trained):
    net, X, y = trained
    classes = plot.decision_regions(net, X, y, resolution=50).axes[0].images[0].get_array()
    image = Image.open(io.BytesIO(plot.decision_image(net, X, resolution=50, size=150)))
    assert (image.format, image.mode, image.size) == ("PNG", "P", (150, 150))
    wanted = np.round(255 * np.array(plot.TINTS))[classes[::-1]]
    np.testing.assert_array_equal(np.asarray(image.convert("RGB")), wanted)
    assert plt.get_fignums() == [1]  # the image itself opened none


def test_image_shows_each_sample_at_its_place():
    net = nn.Network(nn.Linear(2, 1))
    net[0].W = [[1.0, 0.0]]
    X, y = np.array([[-1.0, 1.0, 1.0], [0.0, 0.0, 1.0]]), np.array([0, 0, 1])
    image = Image.open(io.BytesIO(plot.decision_image(net, X, y, resolution=100, size=400)))
    pixels = np.asarray(image.convert("RGB"))
    # The box is -1.1..1.1 and -0.05..1.05, first and last pixel centre on its edges.
    column, row = (lambda x: int((x + 1.1) / 2.2 * 396) + 2), (lambda x: int((1.05 - x) / 1.1 * 396) + 2)
    for (x1, x2), c in zip(X.T, y, strict=True):
        np.testing.assert_array_equal(
            pixels[row(x2), column(x1)], np.round(255 * np.array(to_rgb(plot.COLORS[c])))
        )
    for x1, x2, c in ((-1.0, 0.5, 0), (0.9, 0.5, 1)):  # far from samples: the region's tint
        np.testing.assert_array_equal(pixels[row(x2), column(x1)], np.round(255 * np.array(plot.TINTS[c])))


def test_image_draws_triangles_point_upwards():
    X, y = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]), np.array([0, 2, 1])
    png = plot.decision_image(nn.mlp(2, 3), X, y, size=500)
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    filled = (pixels == np.round(255 * np.array(to_rgb(plot.COLORS[2])))).all(axis=2)
    rows = np.flatnonzero(filled.any(axis=1))
    assert 2 * filled[rows[0]].sum() < filled[rows[-1]].sum()


# --- activations


def test_activation_curves_are_the_function_and_its_derivative():
    functions = [kind.function for kind in Elementwise.__subclasses__()]
    figure = plot.activation(functions, lim=(-3, 4))
    assert [ax.get_title() for ax in figure.axes] == [f.__name__ for f in functions]
    for ax, f in zip(figure.axes, functions, strict=True):
        value, slope = (line for line in ax.lines if not line.get_label().startswith("_"))
        z = value.get_xdata()
        assert (z[0], z[-1]) == (-3, 4)
        np.testing.assert_array_equal(value.get_ydata(), f(z))
        np.testing.assert_array_equal(slope.get_xdata(), z)
        np.testing.assert_array_equal(slope.get_ydata(), f.derivative(z))
        assert value.get_linestyle() != slope.get_linestyle()
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["$f(z)$", "$f'(z)$"]
    drawn(figure)


def test_activation_passes_parameters_on():
    (ax,) = plot.activation(nn.leaky_relu, alpha=0.2).axes
    value, slope = (line for line in ax.lines if not line.get_label().startswith("_"))
    assert value.get_ydata()[0] == pytest.approx(-1.2)
    assert slope.get_ydata()[0] == pytest.approx(0.2)


# --- network diagrams


@pytest.mark.parametrize("sizes", [(3, 4, 2), (3, 4, 4, 1), (1, 8, 1), (2, 3)])
def test_diagram_has_the_networks_units_and_weights(sizes):
    net = nn.mlp(*sizes)
    (ax,) = plot.network(net).axes
    nodes = [len(c.get_paths()) for c in ax.collections if isinstance(c, PatchCollection)]
    edges = [len(c.get_segments()) for c in ax.collections if isinstance(c, LineCollection)]
    assert tuple(nodes) == sizes
    assert sum(nodes[1:]) == net.n_neurons
    assert edges == [0] + [layer.W.size for layer in net if isinstance(layer, nn.Linear)]
    drawn(ax.figure)


def test_every_edge_joins_two_neighbouring_units():
    (ax,) = plot.network(nn.mlp(3, 4, 2)).axes
    columns = [
        {tuple(np.mean(path.get_extents().get_points(), axis=0).round(6)) for path in c.get_paths()}
        for c in ax.collections
        if isinstance(c, PatchCollection)
    ]
    lines = [c.get_segments() for c in ax.collections if isinstance(c, LineCollection)]
    for k in (1, 2):
        ends = {(tuple(a.round(6)), tuple(b.round(6))) for a, b in lines[k]}
        assert ends == {(a, b) for a in columns[k - 1] for b in columns[k]}


def test_diagram_names_layers_shapes_and_counts():
    net = nn.Network(
        nn.GaussianNoise(0.1), nn.Maxout(2, 5, pieces=3), nn.Linear(5, 4), nn.PReLU(), nn.Dropout(0.2),
        nn.Linear(4, 1), nn.Sigmoid(), networks=7,
    )
    (ax,) = plot.network(net).axes
    for wanted in (
        "input\n2\nGaussianNoise(0.1)", "hidden 1\n5\nMaxout", "hidden 2\n4\nPReLU\nDropout(0.2)",
        "output\n1\nSigmoid", "$W$ 3×5×2\n$b$ 3×5×1", "$W$ 4×5\n$b$ 4×1\n$\\alpha$ 4×1",
        "$W$ 1×4\n$b$ 1×1", "$x_{1}$", "$x_{2}$", "$s_{1}$",
    ):
        assert texts(ax).count(wanted) == 1, wanted
    # 3 pieces of 5 (2 + 1), 4 (5 + 1), 4 slopes, 4 + 1
    assert ax.get_title() == "3 layers, 10 neurons, 78 parameters, 7 networks"
    assert plot.network(nn.mlp(3, 1)).axes[0].get_title() == "1 layer, 1 neuron, 4 parameters"
    assert "hidden\n4\nReLU" in texts(plot.network(nn.mlp(3, 4, 2)).axes[0])


def test_wide_layers_are_shortened_but_keep_their_count():
    (ax,) = plot.network(nn.mlp(784, 100, 8)).axes
    nodes = [len(c.get_paths()) for c in ax.collections if isinstance(c, PatchCollection)]
    assert nodes == [6, 6, 8]
    assert texts(ax).count("⋮") == 2
    assert [t for t in texts(ax) if t.startswith("$x")] == [f"$x_{{{i}}}$" for i in (1, 2, 3, 4, 5, 784)]
    assert "hidden\n100\nReLU" in texts(ax)


@pytest.mark.parametrize(
    "net",
    [
        nn.mlp(3, 4, 2),
        nn.mlp(784, 100, 50, 10, activation=nn.LeakyReLU, dropout=0.5, input_noise=0.1),
        nn.mlp(2, 5, 5, 5, 5, 5, 5, 2, activation=nn.LeakyReLU),
        nn.Network(nn.Maxout(2, 9), nn.Linear(9, 5), nn.PReLU(), nn.Dropout(0.2), nn.Linear(5, 1)),
    ],
)
def test_nothing_in_a_diagram_overlaps_or_is_cut_off(net):
    figure = plot.network(net)
    drawn(figure)
    all_apart(figure)


# --- computational graphs

SMALL = {
    "mlp(2, 2, 2)": (nn.mlp(2, 2, 2, activation=nn.Sigmoid, rng=5), nn.CrossEntropy(), [1]),
    "mlp(2, 3, 3, 1)": (nn.mlp(2, 3, 3, 1, activation=nn.Tanh, rng=2), nn.MSE(), [[0.7]]),
    "mlp(2, 4)": (nn.mlp(2, 4, rng=1), nn.Hinge(), [3]),
    "ends in PReLU": (nn.Network(nn.Linear(2, 1), nn.PReLU(), nn.Linear(1, 2), nn.PReLU(), rng=4), nn.MSE(),
                      [[1.0], [2.0]]),
}
POINT = np.array([[0.8], [-1.3]])


def numbers(figure, color):
    return [text.get_text() for text in figure.axes[0].texts if text.get_color() == color]


@pytest.mark.parametrize("name", SMALL)
def test_graph_shows_values_and_gradients_of_the_pass(name):
    """Against the layers applied one by one, and against central differences in every number of the graph."""
    net, loss, y = SMALL[name]
    net.params = net.params + 0.1 * np.cos(np.arange(net.n_params))  # no bias is 0
    before = net.params.copy()
    figure = plot.graph(net, POINT, y, loss=loss)
    np.testing.assert_array_equal(net.params, before)
    columns = [POINT]
    for layer in net:
        columns.append(nn.Network(layer.__class__(*layer.settings().values())).forward(columns[-1])
                       if not layer.views else layer.forward(columns[-1]).copy())

    def rest(k, column):
        for layer in net.layers[k:]:
            column = layer.forward(column)
        return loss(column, y)

    def slope(f, array, at, step=1e-5):
        ends = []
        for sign in (1, -1):
            array[at] += sign * step
            ends.append(f())
            array[at] -= sign * step
        return (ends[0] - ends[1]) / (2 * step)

    seen = [*columns, np.array([[loss(columns[-1], y)]])]
    values, gradients = [float(v) for column in seen for v in column[:, 0]], [1.0]
    for k, column in enumerate(columns):
        gradients += [slope(lambda: rest(k, column), column, (i, 0)) for i in range(len(column))]  # noqa: B023
    for k, layer in enumerate(net):
        if isinstance(layer, nn.Linear):
            for array in (layer.W, layer.b):
                values += [float(v) for v in array.flat]
                gradients += [slope(lambda: rest(0, POINT), array, at) for at in np.ndindex(array.shape)]
        else:
            values += [slope(lambda: layer.forward(columns[k])[i, 0], columns[k], (i, 0))  # noqa: B023
                       for i in range(len(columns[k]))]
    values += [slope(lambda: loss(columns[-1], y), columns[-1], (i, 0)) for i in range(len(columns[-1]))]
    drawn(figure)
    all_apart(figure)
    for color, wanted in ((plot.COLORS[7], values), (plot.COLORS[3], gradients)):
        shown = sorted(float(text) for text in numbers(figure, color) if "$" not in text)
        np.testing.assert_allclose(shown, sorted(round(v, 2) for v in wanted), atol=0.0051)


def test_graph_leaves_the_gradients_alone():
    net, y = nn.mlp(2, 2, 2), [1]
    kept = net.loss_and_grad(-POINT, y)[1].copy()
    plot.graph(net, POINT, y)
    np.testing.assert_array_equal(net.grads, kept)


def test_graph_walks_over_the_edges_forwards_and_back():
    """At each step one edge is thick; a number appears with the step that computes it, none disappears."""
    net, _, y = SMALL["mlp(2, 2, 2)"]
    net.loss_and_grad(POINT, y)
    grads = [f"{g:z.2f}" for g in net.grads]
    parameters = [*range(6), None, None, *range(6, 12), None, None]  # the edges in order; None has no parameter
    black, red = [], []
    for step in range(33):
        figure = plot.graph(net, POINT, y, step=step)
        thick = [(line.get_color(), line.get_xydata().tolist()) for line in figure.axes[0].lines
                 if line.get_linewidth() > 1]
        assert len(thick) == (step > 0)
        assert figure.axes[0].get_title() == (f"→ {step} / 16" if step <= 16 else f"← {step - 16} / 16")
        if step:
            assert thick[0][0] == plot.COLORS[0 if step <= 16 else 3]
        black.append((Counter(numbers(figure, plot.COLORS[7])), thick))
        red.append(Counter(numbers(figure, plot.COLORS[3])))
        plt.close(figure)
    assert sum(red[15].values()) == 0 < sum(red[16].values())
    assert sum(black[0][0].values()) == 2 + 12  # inputs and parameters
    for step in range(32):
        assert black[step][0] <= black[step + 1][0]
        assert red[step] <= red[step + 1]
    for e, p in enumerate(parameters, 1):
        assert black[e][1][0][1] == black[33 - e][1][0][1]  # back over the same edge
        if p is not None:
            assert grads[p] in red[33 - e] - red[32 - e]
    values = [net(POINT), [[net.loss_and_grad(POINT, y)[0]]]]
    values = [net[0].forward(POINT), net[1].forward(net[0].forward(POINT)), *values]
    for step, value in zip((5, 6, 7, 8, 13, 14, 16), np.concatenate(values)[:, 0], strict=True):
        assert f"{value:z.2f}" in black[step][0] - black[step - 1][0]  # with the last edge into its node
    d = nn.CrossEntropy().value_and_grad(net(POINT), y)[1]
    for layer, steps in ((None, (18, 17)), (net[2], (24, 23)), (net[1], (26, 25)), (net[0], (32, 31))):
        d = d if layer is None else layer.backward(d)
        for step, gradient in zip(steps, d[:, 0], strict=True):
            assert f"{gradient:z.2f}" in red[step] - red[step - 1]  # with the last edge back to its node


# --- the neuron


def test_neuron_names_both_sides_and_nothing_overlaps():
    figure = plot.neuron()
    pixels = drawn(figure)
    (ax,) = figure.axes
    biology = {"axons of\nother neurons", "synapse", "dendrites", "cell body", "axon", "axon terminals"}
    model = {"inputs", "weights", "sum and bias", "activation", "firing rate", "$x_1$", "$w_D$", "$f$"}
    assert biology | model <= set(texts(ax))
    all_apart(figure)
    # Parts that correspond share a colour: each stands in the upper half and in the lower one.
    upper, lower = np.array_split(pixels[..., :3].reshape(-1, 3), 2)
    for color in (plot.TINTS[5], plot.TINTS[2], plot.TINTS[3], to_rgb(plot.COLORS[1])):
        for half in (upper, lower):
            assert (np.abs(half - 255 * np.array(color)).max(axis=1) < 1.5).sum() > 200


# --- history


def shown(ax):
    return {line.get_label(): line for line in ax.lines}


def test_history_lines_are_its_arrays(trained):
    _, X, y = trained
    h = nn.fit(nn.mlp(2, 5, 3), X, y, epochs=7, validation=(X[:, ::2], y[::2]))
    loss, accuracy = plot.history(h).axes
    for ax, kind in ((loss, "loss"), (accuracy, "accuracy")):
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", kind)
        assert set(shown(ax)) == {"train", "validation"}  # the last epoch is the best: no mark
        for label, name in (("train", kind), ("validation", f"val_{kind}")):
            np.testing.assert_array_equal(shown(ax)[label].get_xdata(), np.arange(7))
            np.testing.assert_array_equal(shown(ax)[label].get_ydata(), getattr(h, name))
        looks = {(line.get_color(), line.get_marker(), line.get_linestyle()) for line in ax.lines}
        assert [len(set(look)) for look in zip(*looks, strict=True)] == [2, 2, 2]
    drawn(loss.figure)


def test_history_shows_only_what_was_measured(trained):
    _, X, y = trained
    quiet = nn.fit(nn.mlp(2, 5, 3), X, y, epochs=1, measure_accuracy=False)
    (ax,) = plot.history(quiet).axes
    assert set(shown(ax)) == {"train"}
    checked = nn.fit(nn.mlp(2, 5, 3), X, y, epochs=2, measure_accuracy=False, validation=(X, y))
    loss, accuracy = plot.history(checked).axes
    assert set(shown(loss)) == {"train", "validation"}
    assert set(shown(accuracy)) == {"validation"}


def test_history_marks_an_early_best_epoch():
    h = nn.History(*(np.arange(5.0) for _ in range(4)), best_epoch=2)
    for ax in plot.history(h).axes:
        assert shown(ax)["best epoch 2"].get_xdata() == [2, 2]


def test_history_of_a_stack_is_median_and_band():
    one = np.array([[0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    loss = np.concatenate([one, one + 5, np.where(one < 9, 1.0, np.nan)])  # two networks have stopped
    h = nn.History(loss, loss / 20, np.empty(0), np.empty(0), best_epoch=np.array([1] * 6 + [2] * 5))
    figure = plot.history(h)
    for ax, scale in zip(figure.axes, (1, 20), strict=True):
        assert set(shown(ax)) == {"train", "best epoch 1"}
        np.testing.assert_allclose(shown(ax)["train"].get_ydata() * scale, [5, 10, 1])
        (band,) = ax.collections
        corners = {tuple(corner) for corner in (band.get_paths()[0].vertices * (1, scale)).round(9)}
        assert {(0, 1), (0, 9), (1, 6), (1, 14), (2, 1)} <= corners
        assert ax.get_title() == "median of 11 networks\nband: 10–90 %"
    drawn(figure)


# --- what they share

MOONS = nn.datasets.moons(n=10, noise=0.1, rng=0)
HISTORY = nn.History(*(np.arange(3.0) for _ in range(4)), best_epoch=2)
ALL = {
    "decision_regions": (1, lambda **ax: plot.decision_regions(nn.mlp(2, 3, 2), *MOONS, **ax)),
    "activation": (2, lambda ax=None: plot.activation([nn.relu, nn.tanh], axes=ax)),
    "network": (1, lambda **ax: plot.network(nn.mlp(3, 4, 2), **ax)),
    "neuron": (1, plot.neuron),
    "graph": (1, lambda **ax: plot.graph(nn.mlp(2, 2, 2, rng=3), [[1.0], [-2.0]], [1], step=20, **ax)),
    "history": (2, lambda ax=None: plot.history(HISTORY, axes=ax)),
}
every = pytest.mark.parametrize("name", ALL)


@every
def test_draws_into_given_axes_and_returns_their_figure(name):
    n, draw = ALL[name]
    figure, axes = plt.subplots(1, n)
    for ax in np.ravel(axes):
        ax.plot([1, 2], label="old")
    assert draw(ax=axes) is figure
    assert len(plt.get_fignums()) == 1
    assert not any("old" in shown(ax) for ax in figure.axes)
    assert not any(ax.spines["top"].get_visible() for ax in figure.axes if ax.axison)
    drawn(figure)


@every
def test_returns_the_whole_figure_of_a_subfigure(name):
    n, draw = ALL[name]
    figure = plt.figure()
    left, _ = figure.subfigures(1, 2)
    assert draw(ax=left.subplots(1, n)) is figure


@every
def test_makes_one_white_figure_no_wider_than_a_page(name):
    figure = ALL[name][1]()
    assert [plt.figure(number) for number in plt.get_fignums()] == [figure]
    pixels = drawn(figure)
    assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()
    assert pixels.shape[1] <= 800  # a page column: text stays readable on a phone
    assert (pixels[..., :3] < 128).any()
    assert all(text.isascii() or set(text) & set("×⋮–") for ax in figure.axes for text in texts(ax))


@every
def test_message_of_wrong_axes(name):
    n, draw = ALL[name]
    _, axes = plt.subplots(1, 3)
    with pytest.raises(ValueError, match=f"plot.{name} expected {n} matplotlib axes, got .*Leave them out"):
        draw(ax=axes)
    with pytest.raises(ValueError, match=f"plot.{name} expected {n} matplotlib axes, got 'here'"):
        draw(ax="here")


def test_interactive_mode_stays_on_when_the_first_figure_turns_it_on(monkeypatch):
    # So does a notebook's backend; turned off again, later figures would not appear below their cells.
    subplots = plt.subplots
    monkeypatch.setattr(plt, "subplots", lambda *args, **kwargs: plt.ion() and subplots(*args, **kwargs))
    try:
        plot.neuron()
        assert plt.isinteractive()
    finally:
        plt.ioff()
