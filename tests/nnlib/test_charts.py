"""Charts of numbers: what is drawn equals what was handed in; and every message."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt

import nnlib as nn

plot = nn.plot


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_curves_draw_a_line_or_a_median_with_its_band():
    runs = np.arange(11.0) * np.ones((3, 1))  # 0 to 10: median 5, 10th percentile 1, 90th 9
    (ax,) = plot.curves([1, 10, 100], {"one": [3, 2, 1], "many": runs}, "x", "y", xlog=True).axes
    one, many = ax.lines
    np.testing.assert_array_equal(one.get_xydata(), [[1, 3], [10, 2], [100, 1]])
    np.testing.assert_array_equal(many.get_ydata(), [5, 5, 5])
    (band,) = ax.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (1, 9)
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_xlabel(), ax.get_ylabel()) == ("log", "linear", "x", "y")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "many"]


def test_curves_pass_over_what_is_missing():
    (ax,) = plot.curves([1, 2], {"a": [[1.0, np.nan], [3.0, 5.0]]}).axes
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1, 4])


def test_distributions_draw_every_value_the_mean_and_the_spread():
    (ax,) = plot.distributions({"25": [1.0, 3.0], "50": [4.0, 4.0, 4.0]}, ylabel="loss").axes
    dots = [np.sort(cloud.get_offsets()[:, 1]).tolist() for cloud in ax.collections[::2]]
    assert dots == [[1, 3], [4, 4, 4]]
    assert all(abs(cloud.get_offsets()[:, 0] - k).max() < 0.2 for k, cloud in enumerate(ax.collections[::2]))
    means = [bar.lines[0].get_ydata()[0] for bar in ax.containers]
    assert means == [2, 4]
    (spread,) = ax.containers[0].lines[2]
    np.testing.assert_allclose(spread.get_segments()[0][:, 1], [1, 3])  # 2 - 1 and 2 + 1
    assert [label.get_text() for label in ax.get_xticklabels()] == ["25", "50"]


def test_descent_draws_the_path_over_the_contours_of_the_loss():
    path = [[0.9, 0.9], [0.1, 0.2]]
    (ax,) = plot.descent(lambda w1, w2: w1 + 0 * w2, {"path": path}, lim=(0, 1, 0, 2)).axes
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), path)
    (contours,) = ax.collections
    for level, line in zip(contours.levels, contours.get_paths(), strict=True):
        np.testing.assert_allclose(line.vertices[:, 0], level, atol=1e-9)  # loss = w1: upright lines
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 2))


def test_a_history_that_diverged_at_once_has_no_best_epoch_and_no_line():
    for networks in (None, 2):
        net = nn.Network(nn.Linear(1, 1), networks=networks)
        with pytest.raises(nn.Diverged) as caught:
            nn.fit(net, [[1e200, 1.0]], [[1.0, 2.0]], nn.MSE(), epochs=3)
        (ax,) = plot.history(caught.value.history).axes
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train"]


def test_epochs_in_which_no_network_was_measured_are_left_out():
    (ax,) = plot.curves([1, 2, 3], {"a": [[1.0, 3.0], [np.nan, np.nan], [np.nan, 5.0]]}).axes
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[1, 2], [3, 5]])


WORDS = "权重 $w$ | weight $w$"  # which no label may be


@pytest.mark.parametrize("draw", [
    lambda ax: plot.curves([1, 2], {"a": [1, 2], "b": [1, 2, 3]}, ax=ax),
    lambda ax: plot.curves([1, 2], {"a": [1, 2]}, xlabel=WORDS, ax=ax),
    lambda ax: plot.distributions({"a": [1, 2], "b": []}, ax=ax),
    lambda ax: plot.distributions({WORDS: [1, 2]}, ax=ax),
    lambda ax: plot.descent(np.add, {"a": [[1, 2]], "b": [1, 2]}, ax=ax),
    lambda ax: plot.descent(np.add, {"a": [[1, 2]]}, lim=(1, -1, 0, 1), ax=ax),
    lambda ax: plot.descent(lambda w1, w2: 3, {"a": [[1, 2]]}, ax=ax),
    lambda ax: plot.activation([nn.relu, nn.prelu], alpha=[1, 2], axes=[ax] * 2),
    lambda ax: plot.decision_regions(nn.mlp(2, 2), [[0, 1], [0, 1]], [0, 1], title=WORDS, ax=ax),
])
def test_a_plot_that_complains_leaves_the_axes_alone(draw):
    _, ax = plt.subplots()
    ax.plot([1, 2], [3, 4], label="mine")
    ax.set_title("mine")
    with pytest.raises((ValueError, TypeError)):
        draw(ax)
    assert [line.get_label() for line in ax.lines] == [ax.get_title()] == ["mine"]
