"""Exercises of the chapter activations: sigmoid and its slope, squareplus, PReLU, dead units, diagnosis, Maxout."""

from functools import partial
from typing import Any

import numpy as np

from ..activations import leaky_relu, sigmoid, tanh
from ..diagnostics import dead_units
from ..layers import Linear, Maxout, PReLU, ReLU
from ..network import Network
from .judging import Answer, Exercise, Rng, Wrong, expect, finite, judge, numbers, shown

SIGMOID = Exercise("sigmoid", "sigmoid", "activations", 15)
SLOPE = Exercise("sigmoid-slope", "sigmoid_slope", "activations", 15, [{"a": a} for a in (1, 2, 3, 4)])
TANH = Exercise("tanh", "tanh", "activations", 5)
PRELU = Exercise("prelu", "prelu_backward", "activations", 30)
DEAD = Exercise("dead-units", "dead_share", "activations", 20)
SQUAREPLUS = Exercise("squareplus", "squareplus_slope", "activations", 20)
DIAGNOSE = Exercise("diagnose", "diagnose", "activations", 20, [
    {"dead": dead, "saturated": flat, "fault": fault} for dead, flat, fault in (
        (0.5, 0.9, "vanishing"), (0.3, 0.8, "exploding"), (0.7, 0.95, "vanishing"), (0.4, 0.6, "exploding"))])
MAXOUT = Exercise("maxout", "maxout_weights", "activations", 30)
HAT = Exercise("maxout-hat", "hat_weights", "activations", 30, [{"a": a} for a in (1, 2, 3, 4)])

LARGE_TITLE = "很大和很小的数 | very large and very small numbers"


def _large(rng: Rng) -> tuple[Any]:
    return (np.array([-1000.0, -745.0, -40.0, 0.0, 40.0, 745.0, 1000.0]) * rng.uniform(0.9, 1.1, size=7),)


SIGMOID.compare("普通的数 | ordinary numbers", sigmoid, lambda rng: (rng.normal(size=5),), lambda z: {
    "指数里少了负号 | the minus sign in exp(-z) is missing": sigmoid(-z),
    "这是 tanh | this is tanh": tanh(z),
    "这是导数 | this is the derivative": sigmoid.derivative(z),
    "z < 0 时要用另一个式子 | z < 0 takes the other formula, u / (1 + u)": sigmoid(abs(z))})
SIGMOID.compare("任意形状，也可以是一个数 | any shape, a single number too", sigmoid,
                lambda rng: [(rng.normal(size=(2, 3)),), (float(rng.normal()),)])


@SIGMOID.test("没有溢出警告 | no overflow warning", special=True)
def _(answer: Answer, rng: Rng) -> None:
    (z,) = _large(rng)
    expect(answer, (z,), sigmoid(z))
    if answer.warned:  # never in a browser, where floating-point numbers raise no flags
        remedy = "只对不大于 0 的数取指数，如 exp(-|z|) | take exp only of numbers up to 0, e.g. exp(-|z|)"
        raise Wrong(remedy, f"{answer.name}{shown((z,))}", f"RuntimeWarning: {answer.warned}")


def _slope(z: Any, a: float) -> Any:
    return a * sigmoid.derivative(a * z)


SLOPE.compare("普通的数 | ordinary numbers", _slope, lambda rng: (rng.normal(size=(3, 2)),), lambda z, a: {
    "这是 sigmoid 本身 | this is the sigmoid itself": sigmoid(a * z),
    "分母要平方 | the denominator has to be squared": a * sigmoid(-abs(a * z)),
    "公式 s(1 - s) 里的 s 是 σ，不是 z | in s(1 - s) the s is σ, not z": z * (1 - z)})
SLOPE.compare("在 0 处最大 | largest at 0", _slope, lambda rng: (0.0,), special=True)


@SLOPE.test("离 0 很远仍准确 | accurate far from 0", special=True)
def _(answer: Answer, rng: Rng, a: float) -> None:
    z = rng.uniform(30, 40, size=4) * [-1, -1, 1, 1] / a
    exact, call = a * sigmoid(a * z) * sigmoid(-a * z), f"{answer.name}{shown((z,))}"
    judge(finite(answer(z), exact, call) / exact, np.ones(4), f"{call} / f'(z)", {
        "1 - σ 在右端舍入成了 0，改用 σ(-·) | 1 - σ is rounded to 0 on the right; σ of the negative is not":
            a * sigmoid(a * z) * (1 - sigmoid(a * z)) / exact}, rtol=1e-5)  # 40 in single precision may be 2e-6 away


TANH.compare("普通的数 | ordinary numbers", tanh, lambda rng: (rng.normal(size=6),), lambda z: {
    "自变量也要乘 2 | the argument has to be doubled, too": 2 * sigmoid(z) - 1,
    "忘了减 1 | the minus one is missing": 2 * sigmoid(2 * z)})
SIGMOID.compare(LARGE_TITLE, sigmoid, _large, special=True)
TANH.compare(LARGE_TITLE, tanh, _large, special=True)
SLOPE.compare("两头趋于 0，不出 NaN | 0 at both ends, no NaN", _slope, _large, special=True)


def _prelu(answer: Answer, rng: Rng, part: int | None) -> None:
    for units in rng.permutation(range(2, 6))[:2].tolist():
        z, dy = rng.normal(size=(2, units, rng.integers(4, 9)))
        alpha = rng.uniform(0.1, 2, size=(units, 1))
        net = Network(Linear(1, units), PReLU())
        net[1].alpha = alpha
        net[1].forward(z)
        dz, dalpha, slope = net[1].backward(dy), net[1].grads["alpha"], np.where(z > 0, 1, alpha)
        expect(answer, (z, alpha, dy), (dz, dalpha), {
            "没有乘上面传来的 dy | not multiplied by the dy from above": slope,
            "斜率是 1 或 α，不是 z 或 αz | the slope is 1 or α, not z or αz": slope * z * dy,
            "每个单元对样本求和，得到 (n, 1) | sum over samples, to (n, 1)": (dz, np.minimum(z, 0) * dy),
            "求和，不是平均 | it is the sum, not the mean": (dz, dalpha / dy.shape[1]),
            "只有 z < 0 的部分有贡献 | only z < 0 contributes": (dz, (z * dy).sum(axis=1, keepdims=True))}, part=part)


PRELU.test("传给下层的梯度 | the gradient sent down")(partial(_prelu, part=0))
PRELU.test("斜率的梯度 | the gradient of the slopes")(partial(_prelu, part=None))


def _share(answer: Answer, rng: Rng, killed: tuple[bool, ...], samples: int = 0) -> None:
    units = int(rng.integers(5, 10))
    for number in [units * all for all in killed] or rng.permutation(range(1, units))[:2].tolist():
        # No unit is far from death: the living ones are active on few samples.
        X, W = rng.uniform(-1, 1, size=(3, samples or rng.integers(20, 40))), rng.normal(size=(units, 3))
        margin = rng.uniform(0.02, 0.2, size=(units, 1)) * np.where(rng.permutation(units) < number, -1, 1)[:, None]
        b = margin - (W @ X).max(axis=1, keepdims=True)
        if number == units:
            W[0], b[0] = 0, 0  # exactly 0 is as dead as below 0
        net = Network(Linear(3, units), ReLU())
        net[0].W, net[0].b = W, b
        h, right = np.maximum(0, W @ X + b), float(dead_units(net, X))
        expect(answer, (W, b, X), right, {
            "死单元要在所有样本上都为零 | a dead unit is zero on every sample": (h == 0).mean(),
            "这是活着的比例 | this is the share that is alive": 1 - right,
            "应返回比例，不是个数 | return a share, not a count": units * right,
            "只要有一个样本为零不算死 | zero on one sample is not dead": (h == 0).any(axis=1).mean(),
            "axis=1 才是对样本 | axis=1 goes over the samples": (h == 0).all(axis=0).mean(),
            "恰好为 0 也是不激活 | an output of exactly 0 is off, too": (W @ X + b < 0).all(axis=1).mean()})


DEAD.test("有死有活 | some dead, some alive")(partial(_share, killed=()))
DEAD.test("全活和全死 | all alive, all dead", special=True)(partial(_share, killed=(False, True)))
DEAD.test("只有一个样本 | a single sample", special=True)(partial(_share, killed=(), samples=1))


def _diagnose(answer: Answer, rng: Rng, words: tuple[str, ...], dead: float, saturated: float, fault: str) -> None:
    alive, more, less = (dead - 0.1, dead - 0.02), (saturated + 0.01, saturated + 0.04), (saturated - 0.1, saturated)
    sign = -1 if fault == "vanishing" else 1
    ranges = {  # of both shares, and of log10 of the first layer's gradient over the last one's, in either order
        "dead": ((dead + 0.02, dead + 0.1), more, (-5, 0)), "saturated": (alive, more, (-5, -1)),
        fault: (alive, less, (2.3 * sign, 5 * sign)), "fine": (alive, less, (sign, 1.9 * sign)),
        "turned": (alive, less, (-2.3 * sign, -5 * sign))}
    for word in rng.permutation([one or fault for one in words]).tolist():
        examined: list[dict[str, Any]] = []
        for kind in ({"dead": "dead", "turned": "saturated"}.get(word, "fine"), "dead" if word == "rate" else word):
            died, flat, first = (float(rng.uniform(min(ends), max(ends))) for ends in ranges[kind])
            lengths = 10 ** rng.uniform(-2, 2) * np.logspace(first, 0, rng.integers(4, 9))
            lengths[1:3] *= rng.permutation([1e-3, 1e3])  # only the first and the last layer count
            examined.append({"gradient": lengths.tolist(), "saturated": flat, "dead": died})
        expect(answer, tuple(examined), "fine" if word == "turned" else word, {
            f"训练前死掉的还不到 {dead:.0%} | before training no {dead:.0%} of the units were dead": "dead",
            "不是训练中死的，不怪学习率 | they did not die in training: that is not the rate": "rate",
            f"死单元也算饱和；线是 {saturated} | a dead unit is saturated, too; the limit is {saturated}": "saturated",
            "先看死亡和饱和，再比首尾两层 | death and saturation first, then the first layer against the last": fault,
            "三个数里有一个越了界 | one of the three numbers is beyond its limit": "fine"})


DIAGNOSE.test("死单元 | dead units")(partial(_diagnose, words=("dead", "rate")))
DIAGNOSE.test("斜率和梯度 | slopes and gradients")(partial(_diagnose, words=("saturated", "", "fine")))
DIAGNOSE.test("没有毛病 | nothing is wrong", special=True)(partial(_diagnose, words=("fine", "turned")))


def _measured(z: Any) -> Any:
    above, below = (z + step + np.sqrt((z + step) ** 2 + 4) for step in (1e-5, -1e-5))
    return (above - below) / 4e-5


SQUAREPLUS.compare("与中心差分一致 | the same as central differences", _measured,
                   lambda rng: (rng.normal(size=(2, 3)),), lambda z: {
    "根号里的 z² 也要求导 | the z² under the root has a slope, too": (1 + 0.5 / np.sqrt(z**2 + 4)) / 2,
    "两项都要除以 2 | both terms are halved": 0.5 + z / np.sqrt(z**2 + 4)})
SQUAREPLUS.compare("一个数也可以 | a single number, too", _measured, lambda rng: (float(rng.normal()),))


def _maxout_layer(answer: Answer, args: tuple[Any, ...], *W: int) -> tuple[Network, str]:
    """A Maxout layer whose weights, of shape W, and biases the answer returns; and the call."""
    actual, call, b = answer(*args), f"{answer.name}{shown(args)}", (*W[:2], 1)
    parts = list(map(numbers, actual)) if isinstance(actual, list | tuple) else []
    if [part is not None and part.shape for part in parts] != [W, b]:
        raise Wrong(f"应返回两个数组，形状 {W} 和 {b} | return two arrays of shapes {W} and {b}", call, shown(actual))
    net = Network(Maxout(W[2], W[1], pieces=W[0]))
    net[0].W, net[0].b = parts
    return net, f"Maxout(X), (W, b) = {call}"


def _maxout(answer: Answer, rng: Rng, most: float) -> None:
    for units in rng.permutation([2, 3, 4])[:2].tolist():
        inputs, alpha = int(rng.integers(3, 6)), float(rng.uniform(most / 10, most))
        W, b = rng.normal(size=(units, inputs)), rng.normal(size=(units, 1))
        net, call = _maxout_layer(answer, (W, b, alpha), 2, units, inputs)
        X = rng.normal(size=(inputs, 40)) * (rng.random((inputs, 40)) > 0.1)  # some exactly 0
        judge(net(X), leaky_relu(z := W @ X + b, alpha=alpha), call, rtol=1e-5, mistakes={
            "第二段的偏置也要乘 α | the bias of the second piece is scaled, too": np.maximum(z, alpha * W @ X + b),
            "第二段应为 α 倍，不是 -α 倍 | the second is α times the first, not -α times": np.maximum(z, -alpha * z)})


MAXOUT.test("变成 leaky ReLU | as leaky ReLU")(partial(_maxout, most=0.5))
MAXOUT.test("变成 ReLU | as ReLU", special=True)(partial(_maxout, most=0.0))


def _hat(answer: Answer, rng: Rng, inputs: int, least: float, most: float, a: int) -> None:
    w, b = rng.normal(size=(1, inputs)), rng.normal(size=(1, 1))
    X = rng.normal(size=(inputs, 60)) * 2
    z = a * (w @ X + b)
    height = float(np.median(abs(z)) * rng.uniform(least, most))
    net, call = _maxout_layer(answer, (w, b, height), 3, 2, inputs)
    other, bare = np.maximum(z, 2 * a * b - z), abs(z - a * b + b)
    judge(net(X)[0] - net(X)[1], np.maximum(0, height - abs(z))[0], f"h1 - h2, {call}", {
        "帽檐之外应为 0 | beyond the brim it is 0": height - abs(z)[0],
        f"b 也要乘 {a} | b is multiplied by {a}, too": np.maximum(0, height - bare)[0],
        "-z 里 b 也变号 | in -z, b changes its sign, too": (np.maximum(other, height) - other)[0]}, rtol=1e-5)


HAT.test("高帽子 | a tall hat")(partial(_hat, inputs=2, least=1.1, most=1.6))
HAT.test("矮帽子 | a low hat")(partial(_hat, inputs=4, least=0.6, most=0.9))
