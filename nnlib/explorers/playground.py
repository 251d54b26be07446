"""The playground: a network that trains before the reader's eyes, by the steps of `fit`."""

import contextlib
import io
import re
import unicodedata
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image, ImageDraw, ImageFont

from .._common import checks
from .._common.checks import Array
from .._common.docstrings import raises
from ..diagnostics import dead_units, regions_in, saturated_units
from ..layers import KINDS, Elementwise, Maxout
from ..network import Network
from ..plot.regions import PLACES, draw_points
from ..plot.style import COLORS
from ..prediction import decide
from ..stopping import EarlyStopping
from ..training import steps
from .explorer import Explorer, explore

DATA = {  # name -> number of classes, and the code that makes them
    "moons": (2, "X, y = nn.datasets.moons(300, noise=0.2)"),
    "circles": (2, "X, y = nn.datasets.circles(300, noise=0.1)"),
    "spirals": (3, "X, y = nn.datasets.spirals(300, noise=0.2)"),
    "blobs": (2, "X, y = nn.datasets.blobs(300, noise=1.5, classes=2)"),
    "digits": (4, "X, y = nn.datasets.digits()\nX, y = X[:, y < 4][:, :300], y[y < 4][:300]\n"
                  "X = X - X.mean(axis=1, keepdims=True)\n"
                  "X = np.linalg.svd(X)[0][:, :2].T @ X  # the first two principal components"),
}
SPLIT = "X, X_test, y, y_test = nn.datasets.train_test_split(X, y, test=0.3)"
ACTIVATIONS = {name.lower(): name for name, kind in KINDS.items() if issubclass(kind, Elementwise | Maxout)}
LOSSES = {"cross-entropy": "nn.CrossEntropy()", "hinge": "nn.Hinge()", "mse": "nn.MSE()"}
OPTIMIZERS = {"sgd": "nn.SGD(lr={:g})", "momentum": "nn.SGD(lr={:g}, momentum=0.9)", "rmsprop": "nn.RMSProp(lr={:g})",
              "adam": "nn.Adam(lr={:g})"}
MOST = 100, 5, 1000  # units of a layer, hidden layers, own points
CONTROLS: dict[str, tuple[str, Any, Any]] = {  # name -> label, what is offered, start
    "data": ("数据 | data", [*DATA, "own"], "moons"),
    "points": ("自己的点：x1 x2 类别 | own points: x1 x2 class", "", "-0.6 -0.5 0 0.6 0.5 0 -0.5 0.6 1 0.5 -0.6 1"),
    "paint": ("点按画出的类别 | class that a click adds", list(range(len(COLORS))), 0),
    "sizes": ("隐藏层的单元数 | units of the hidden layers", "", "20"),
    "activation": ("激活函数 | activation", list(ACTIVATIONS), "tanh"),
    "activations": ("各层的激活函数 | activation of each layer", "", ""),
    "loss": ("损失 | loss", list(LOSSES), "cross-entropy"),
    "optimizer": ("优化器 | optimiser", list(OPTIMIZERS), "momentum"),
    "lr": ("学习率 | learning rate", [.001, .003, .01, .03, .1, .3, 1.0, 3.0, 10.0], .1),
    "batch": ("批的大小 | batch size", [1, 4, 16, 32, 64, 128, 1000], 32),
    "epochs": ("训练多少轮后停 | stop after so many epochs", [10, 30, 100, 300, 1000, 3000, 10000], 1000),
    "patience": ("早停的耐心，0 为不用 | patience of early stopping, 0 for none", [0, 5, 20, 100], 0),
    "l2": ("L2 正则化 | L2", [0.0, 1e-4, 3e-4, .001, .003, .01, .03, .1, .3], 0.0),
    "dropout": ("随机失活 | dropout", [0.0, .1, .2, .3, .5, .7], 0.0),
    "noise": ("输入噪声 | input noise", [0.0, .03, .1, .2, .3, .5], 0.0),
    "init": ("初始化 | initialisation", ["xavier", "he"], "xavier"),
    "seed": ("随机种子 | seed", list(range(20)), 0),
    "twenty": ("二十个起点一起 | twenty starts at once", [False, True], False),
    "speed": ("每幅图走几步 | steps per picture", [1, 3, 10, 30, 100], 10),
}
USUAL = ({name: start for name, (*_, start) in CONTROLS.items() if name not in ("data", "points", "sizes")}
         | {"activation": "relu", "init": "he", "batch": 1000})
MISSIONS: dict[int, Callable[[Any], bool]] = {  # the page says them in words
    1: lambda m: m.data == "circles" and m.units <= 3 and m.test >= .95,
    2: lambda m: (m.data == "blobs" and m.units == 20 and m.epoch >= 300 and m.regions == 2 and m.train >= .9
                  and other(m, l2=0, dropout=0, noise=0, patience=0, epochs=300)["regions"] > 2),
    3: lambda m: m.data == "spirals" and m.n_params <= 80 and m.test >= .95,
    4: lambda m: m.data in DATA and m.kinds == {"ReLU"} and m.dead >= .5 and m.train >= .9,
    5: lambda m: m.data in DATA and m.kinds <= {"Tanh", "Sigmoid"} and m.saturated >= .5 and m.train >= .95,
    6: lambda m: m.train >= .95 and m.train - m.test >= .1,
    7: lambda m: (m.data == "own" and m.places >= 8 and m.units == 0 and m.epoch >= 100 and m.train <= .6
                  and other(m, sizes="", **USUAL)["train"] <= .6 and other(m, sizes="20, 20", **USUAL)["train"] >= .9),
    8: lambda m: m.data == "spirals" and m.twenty and m.worst >= .9,
}
GRID, FINE, GAP = 45, 2, 4  # points per side of a small plane; a large one has twice as many, and four times the pixels
SIDE, COLUMNS, CELL = 8 * GRID, 6, GRID + GAP
LEFT, FONT = 76, ImageFont.load_default(20)  # for the scale of the curves
WIDTH, STRIP = SIDE + COLUMNS * CELL, 110  # the curves lie in a strip below
WHITE, GREY, PALE, INK, MIDDLE = 16, 17, 18, 20, 121  # places in the palette, after the classes' tints and colours
RISE = np.linspace(1, 0, 101)[:, None]
DOWN, UP = ((1 - RISE) + RISE * [to_rgb(color)] for color in COLORS[:2])
OURS = [*PLACES, (1, 1, 1), (.6, .6, .6), (.85, .85, .85), (1, .85, .7), (.48, .48, .48)]
PALETTE = (255 * np.concatenate([OURS, UP, DOWN[-2::-1]])).astype(np.uint8)
ENDS = ("", ""), ("练完了：", "done: "), ("早停了：", "stopped early: ")
DIVERGED = ("训练发散了：损失或参数不再是有限的数。调低学习率，再从头开始。"
            " | Training diverged: a loss or a parameter is no longer finite. Lower the learning rate and rewind.")


class Unusable(Exception):
    """What a reader wrote cannot be used; the words are for the panel, in both languages."""


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("、", ",").lower()  # with half-width digits and punctuation


def parse_points(text: str) -> tuple[Any, Any]:
    """Points (2, N) and classes (N,) written as x1 x2 class, with anything between the numbers, each within a line."""
    lines = [re.findall(r"[^\s,;()\[\]]+", line) for line in [*plain(text).splitlines(), ""]]
    try:
        rows = np.concatenate([np.array(line, float).reshape(-1, 3) for line in lines])
    except ValueError:
        rows = np.full((1, 3), np.nan)
    classes = rows[:, 2]
    if (not (np.abs(rows) <= 1e6).all() or not np.isin(classes, range(len(COLORS))).all() or len(rows) > MOST[2]
            or re.search(r"(?<![^\s;(\[])[+-]?\d*,\d+,?(?![^\s;)\]])", plain(text))):  # 0,5: a number, or two?
        raise Unusable(f"每个点写三个数：x1、x2 和 0 到 {len(COLORS) - 1} 的类别，如 0.5 -0.2 1；小数用点，不用逗号；"
                       f"最多 {MOST[2]} 个点。 | Write three numbers per point: x1, x2 and a class from 0 to "
                       f"{len(COLORS) - 1}, such as 0.5 -0.2 1; decimal points, not commas; at most {MOST[2]} points.")
    return rows[:, :2].T, classes.astype(int)


def code_of(v: Any) -> str:
    """The cell that makes data, network and settings, and trains; the playground runs all but its last line."""
    n_classes, data = DATA.get(v.data, (0, ""))
    if not data:
        X, y = parse_points(v.points)
        n_classes, data = max(y, default=0) + 1, f"X, y = np.array({X.tolist()}), np.array({y.tolist()})"
        if len(np.unique(y)) < 2:
            raise Unusable("自己的点至少要有两个类别：换一个类别，再点图上的别处。"
                           " | Your points need at least two classes: choose another class and click elsewhere.")
    units = [int(word) if re.fullmatch("[0-9]{1,4}", word) else 0 for word in re.findall(r"[^\s,;]+", plain(v.sizes))]
    if not all(1 <= n <= MOST[0] for n in units) or len(units) > MOST[1]:
        raise Unusable(f"隐藏层的单元数写成 20 或 8, 8：每层 1 到 {MOST[0]} 个，最多 {MOST[1]} 层；没有隐藏层就留空。"
                       f" | Write the units of the hidden layers as 20 or 8, 8: from 1 to {MOST[0]} per layer, at most "
                       f"{MOST[1]} layers; leave it empty for none.")
    kinds = re.findall(r"[^\s,;]+", plain(v.activations)) or [v.activation] * len(units)
    if not {*kinds} <= {*ACTIVATIONS} or len(kinds) != len(units):
        raise Unusable(f"给 {len(units)} 个隐藏层各写一个激活函数，可用 {', '.join(ACTIVATIONS)}；都一样就留空。"
                       f" | Write one activation for each of the {len(units)} hidden layers, out of "
                       f"{', '.join(ACTIVATIONS)}; leave it empty if all are the same.")
    layers = [f"nn.GaussianNoise({v.noise:g})"] if v.noise else []
    for n_in, n, kind in zip([2, *units], units, kinds, strict=False):
        sizes = f"({n_in}, {n}, init={v.init!r})"
        layers += [f"nn.Maxout{sizes}"] if kind == "maxout" else [f"nn.Linear{sizes}", f"nn.{ACTIVATIONS[kind]}()"]
        layers += [f"nn.Dropout({v.dropout:g})"] if v.dropout else []
    layers += [f"nn.Linear({[2, *units][-1]}, {n_classes}, init={v.init!r})",
               f"rng={v.seed}{', networks=20' if v.twenty else ''}"]
    inside = ",\n                 ".join(layers)
    one_hot = f"y, y_test = np.eye({n_classes})[:, y], np.eye({n_classes})[:, y_test]\n" if v.loss == "mse" else ""
    split = SPLIT if v.data in DATA else "X_test, y_test = X, y"
    return (f"import numpy as np\n\nimport nnlib as nn\n\n{data}\n{split}\n{one_hot}net = nn.Network({inside})\n"
            f"settings = dict(loss={LOSSES[v.loss]}, optimizer={OPTIMIZERS[v.optimizer].format(v.lr)}, l2={v.l2:g},\n"
            f"                batch_size={v.batch}, rng={v.seed})\n"
            f"history = nn.fit(net, X, y, **settings, epochs={v.epochs}, validation=(X_test, y_test)"
            f"{f', patience={v.patience}' if v.patience else ''})\n")


def classes_of(y: Any) -> Any:
    return y if y.ndim == 1 else decide(y)  # columns of targets, for MSE


def best(scores: Array) -> Any:
    """The classes that the panel shows and counts; the first wins where only rounding tells scores apart."""
    return decide(scores > scores.max(axis=-2, keepdims=True) - 1e-12).astype(np.uint8)


class Plane:
    """The picture: regions and points, the planes of units or of starts beside them, the curves below."""

    def __init__(self, parts: list[tuple[Array, Array]]) -> None:
        every = np.concatenate([X for X, _ in parts], axis=1)
        low, high = every.min(axis=1, initial=-1), every.max(axis=1, initial=1)
        self.low, self.high = low - .05 * (high - low), high + .05 * (high - low)
        n = GRID * FINE
        ticks = self.low[:, None] + (np.arange(n) + .5) / n * (self.high - self.low)[:, None]
        self.grid = np.stack([axis.ravel() for axis in np.meshgrid(ticks[0], ticks[1, ::-1])])
        self.coarse = self.grid.reshape(2, n, n)[:, ::FINE, ::FINE].reshape(2, -1)
        self.points = Image.new("P", (SIDE, SIDE), WHITE)
        self.background = Image.new("P", (WIDTH, SIDE + STRIP), WHITE)
        self.background.putpalette(PALETTE.tobytes())
        for (X, y), size in zip(parts, (SIDE / 60, SIDE / 120), strict=False):  # test points are small
            unit = (X - self.low[:, None]) / (self.high - self.low)[:, None] * SIDE
            draw_points(self.points, np.stack([unit[0], SIDE - unit[1]], axis=1), classes_of(y), size)
        self.mask = self.points.point(lambda place: 255 * (place != WHITE), "1")

    def regions(self, net: Network) -> tuple[Array, list[Array]]:
        """The classes on the fine grid, and the planes beside them: rows of (n, GRID, GRID) places in the palette."""
        a, rows, n = self.grid, [], GRID * FINE
        for layer in net.select(0) if net.networks else net:
            a = layer.forward(a)
            if isinstance(layer, Elementwise | Maxout) and not net.networks:
                plane = a.reshape(-1, n, n)[:, ::FINE, ::FINE]
                largest = np.abs(plane).max(axis=(1, 2), keepdims=True)
                rows.append((MIDDLE - 100 * plane / np.maximum(largest, 1e-12)).astype(np.uint8))
        if net.networks:
            rows = [best(net.evaluate(self.coarse)).reshape(-1, GRID, GRID)]
        return best(a).reshape(n, n), rows

    def png(self, regions: tuple[Array, list[Array]] | None, curves: list[Array]) -> bytes:
        image, down = self.background.copy(), 0
        if regions:
            classes, rows = regions
            image.paste(Image.fromarray(classes).resize((SIDE, SIDE), Image.Resampling.NEAREST))
            for row in rows:  # each layer begins a line of its own, as long as there is room
                for i, plane in enumerate(row):
                    left, top = SIDE + GAP + i % COLUMNS * CELL, (down + i // COLUMNS) * CELL
                    if top + CELL <= SIDE:
                        image.paste(Image.fromarray(plane), (left, top))
                down += -(-len(row) // COLUMNS)
        image.paste(self.points, (0, 0), self.mask)
        pen, shown = ImageDraw.Draw(image), np.linspace(0, len(curves) - 1, min(len(curves), WIDTH // 2)).astype(int)
        pen.rectangle((LEFT, SIDE + GAP, WIDTH - 1, SIDE + STRIP - 1), outline=GREY)
        if len(curves) > 1:  # losses in training, grey, on test data, orange: the mean, and from lowest to highest
            x, chosen = np.linspace(LEFT + 1, WIDTH - 2, len(shown)), np.stack([curves[i] for i in shown])
            y = SIDE + STRIP - 3 - (STRIP - GAP - 6) / max(chosen.max(), 1e-12) * chosen
            for part, band in ((1, PALE + 1), (0, PALE)) if y.shape[2] > 1 else ():
                outline = np.concatenate([[x, y[:, part].min(axis=1)], [x[::-1], y[::-1, part].max(axis=1)]], axis=1)
                pen.polygon(outline.T.ravel().tolist(), fill=band)
            for part, color in ((1, 11), (0, GREY)):
                pen.line(np.stack([x, y[:, part].mean(axis=1)], axis=1).ravel().tolist(), fill=color, width=2)
            for number, place, anchor in ((f"{chosen.max():.2g}", SIDE + GAP, "rt"), ("0", SIDE + STRIP, "rb")):
                pen.text((LEFT - 2 * GAP, place), number, INK, FONT, anchor)
        image.save(file := io.BytesIO(), "PNG", compress_level=1, transparency=WHITE)  # the page is its paper
        return file.getvalue()


def measure(net: Network, names: Mapping[str, Any], regions: tuple[Array, list[Array]] | None = None) -> dict[str, Any]:
    """Losses (2, R) on training and test data, R = 1 for one network, and right answers; with regions more."""
    X = names["X"]
    sets = [(net(X), names["y"]), (net(names["X_test"]), names["y_test"])]
    train, test = (np.mean(best(scores) == classes_of(y), axis=-1) for scores, y in sets)
    losses = np.array([names["settings"]["loss"](scores, y) for scores, y in sets]).reshape(2, -1)
    found = {"losses": losses, "train": train.mean(), "test": test.mean(), "worst": test.min()}
    if regions:
        seen = regions[1][0] if net.networks else regions[0]
        dead, saturated = (np.mean(share(net, X)) if any(isinstance(layer, Elementwise) for layer in net) else 0.0
                           for share in (dead_units, saturated_units))
        found |= {"dead": dead, "saturated": saturated, "regions": np.mean(regions_in(seen))}
    return found


def other(m: Any, **settings: Any) -> Any:
    """What the same cell comes to with other settings, if they train at all."""
    names: dict[str, Any] = {}
    code = code_of(SimpleNamespace(**vars(m) | settings))
    if code not in m.others:
        m.others[code] = dict.fromkeys(("train", "regions"), np.nan)
        with contextlib.suppress(ValueError):  # training diverged
            exec(code, names)
            m.others[code] = measure(names["net"], names, m.plane.regions(names["net"]))
    return m.others[code]


def line(m: Any) -> str:
    """All measurements in words."""
    met = ", ".join(map(str, sorted(m.met))) or "–"
    (loss, tested), dead, (a, b) = m.losses.mean(axis=1), round(m.dead * m.units), m.end
    zh, en = (f"，最差的起点 {m.worst:.0%}", f", worst start {m.worst:.0%}") if m.twenty else ("", "")
    return (f"{a}第 {m.step} 步，第 {m.epoch} 轮；损失 {loss:.3f}，测试 {tested:.3f}；准确率 {m.train:.0%}，测试 "
            f"{m.test:.0%}{zh}；隐藏单元 {m.units} 个，死的 {dead} 个，饱和 {m.saturated:.0%}；区域 {m.regions:g} 个；"
            f"参数 {m.n_params} 个；完成的任务：{met} | {b}step {m.step}, epoch {m.epoch}; loss {loss:.3f}, test "
            f"{tested:.3f}; right {m.train:.0%}, test {m.test:.0%}{en}; hidden units {m.units}, dead {dead}, "
            f"saturated {m.saturated:.0%}; regions {m.regions:g}; parameters {m.n_params}; missions met: {met}")


def play(**values: Any) -> Generator[tuple[bytes, str, str], tuple[bool, Mapping[str, Any]] | None, None]:
    """Train the network that the controls describe; each view comes some steps after the one before."""
    v, own = SimpleNamespace(**values), parse_points("")
    names: dict[str, Any] = {}
    try:
        own = parse_points(v.points) if v.data == "own" else own
        exec((code := code_of(v)).partition("history")[0], names)
    except Unusable as problem:
        yield Plane([own]).png(None, []), str(problem), ""
        return
    net, X = names["net"], names["X"]
    parts = ["", "_test"] if v.data in DATA else [""]  # own points are all trained on
    plane = Plane([(names["X" + part], names["y" + part]) for part in parts])
    m = SimpleNamespace(**values, plane=plane, others={}, met=set(), places=np.unique(X, axis=1).shape[1], step=0,
                        epoch=0, n_params=net.n_params, units=net.n_neurons - net.n_out,
                        kinds={type(layer).__name__ for layer in net if isinstance(layer, Elementwise | Maxout)})
    per_epoch, stopper, over = -(-X.shape[1] // v.batch), EarlyStopping(net, v.patience or v.epochs), False
    curves: list[Array] = []
    training, n, once = steps(net, X, names["y"], **names["settings"]), 0, True
    while not over:
        try:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence has its own words
                for _ in range(n):
                    next(training)
                    m.step += 1
                    if m.step % per_epoch == 0:
                        m.epoch += 1
                        if v.patience:
                            stopper.update(m.epoch - 1, measure(net, names)["losses"][1].reshape(stopper.done.shape))
                            stopper.restore(stopper.done)
                        if over := m.epoch == v.epochs or bool(stopper.done.all()):
                            break
                if over and v.patience:
                    stopper.restore(np.ones_like(stopper.done))
                m.end = ENDS[over and 1 + int(stopper.done.all())]
                drawn, due = plane.regions(net), once or over or len(curves) % 5 == 0
                vars(m).update(measure(net, names, drawn if due else None))
                if due:  # missions are judged by what is counted then, and stay accomplished
                    m.met |= {number for number, reached in MISSIONS.items() if number not in m.met and reached(m)}
                curves.append(m.losses)
                image = plane.png(drawn, curves)
        except ValueError:  # by which nnlib refuses what is not finite
            yield plane.png(None, curves), DIVERGED, code
            return
        once, aside = (yield image, line(m), code) or (False, values)
        n = 1 if once else aside["speed"]


def clicked(x: float, y: float, **values: Any) -> dict[str, str]:
    """The reader's points and the one that a click adds, if it hits their plane."""
    v, side = SimpleNamespace(**values), np.array([x * WIDTH, (SIDE + STRIP) * y]) / SIDE
    if v.data != "own" or side.max() > 1:
        return {}
    try:
        plane = Plane([parse_points(v.points)])
    except Unusable:  # which the panel says already
        return {}
    x1, x2 = plane.low + [side[0], 1 - side[1]] * (plane.high - plane.low)
    return {"points": f"{v.points} {x1:.2f} {x2:.2f} {v.paint}".strip()}


@raises("there is no control of a name, or it cannot start there")
def playground(**start: Any) -> Explorer:
    """Let a reader set data, network and training, and watch nnlib train.

    Training takes the steps of `fit`; the code below the panel makes the same network. `start` says where controls
    start, by name: data, points, sizes, activation, activations, loss, optimizer, lr, batch, epochs, patience, l2,
    dropout, noise, init, seed, twenty, speed.

    Examples
    --------
    >>> print(str(playground(sizes="8, 8", seed=3)).splitlines()[4])
      sizes: '8, 8'
    """
    labels, offered, begin = (dict(zip(CONTROLS, part, strict=True)) for part in zip(*CONTROLS.values(), strict=True))
    for name, value in start.items():
        values = checks.one_of("playground", name, offered)
        if isinstance(values, str):
            value = str(value).strip("[()]")
        elif type(values[0]) in (int, float) and name != "paint":
            what, most = f"playground {name}", 1 if name == "dropout" else np.inf
            value = (checks.real_number(what, value, 0, most, open_low=name == "lr") if type(values[0]) is float else
                     checks.whole_number(what, value, min(values[0], 1)))
            offered[name] = sorted({*values, value})
        begin[name] = value
    panel = explore(play, labels, clicked, begin, ["paint", "speed"], **offered)
    panel.controls = [replace(c, colors=COLORS) if c.name == "paint" else c for c in panel.controls]
    return panel
