"""Exercises of the chapter architecture: counting, the forward pass, a budget, a curve through points."""

from bisect import bisect_right
from functools import partial
from typing import Any

import numpy as np

from ..layers import Linear, ReLU
from ..network import Network, mlp
from .judging import Answer, Exercise, Rng, Wrong, expect, judge, numbers, shown

COUNT = Exercise("count", "count_parameters", "architecture", 5)
FORWARD = Exercise("forward", "forward", "architecture", 15)
BUDGET = Exercise("budget", "widest", "architecture", 20)
CURVE = Exercise("curve", "through_points", "architecture", 120)


def _sizes(rng: Rng, layers: int) -> list[int]:
    return [int(n) for n in rng.integers(1, 9, size=layers + 1)]


def _count(sizes: list[int]) -> int:
    return int(mlp(*sizes).n_params)


COUNT.compare("书里的两个网络 | the two networks of the text", _count, lambda rng: [([3, 4, 2],), ([3, 4, 4, 1],)],
              lambda sizes: {
    "少了偏置 | the biases are missing": _count(sizes) - sum(sizes[1:]),
    "输入没有偏置 | the inputs have no biases": _count(sizes) + sizes[0],
    "每个单元一个偏置，不是每层一个 | there is one bias per unit, not per layer":
        _count(sizes) - sum(size - 1 for size in sizes[1:])})
COUNT.compare("没有隐藏层 | no hidden layer", _count, lambda rng: (_sizes(rng, 1),), special=True)
COUNT.compare("很多层 | many layers", _count, lambda rng: (_sizes(rng, 6),))


def _forward(answer: Answer, rng: Rng, depth: int, samples: int) -> None:
    right: Any = 0
    b: Any = 0
    while np.any(right == b):  # all units of some layer are off
        net = mlp(*_sizes(rng, depth))
        net.params = rng.normal(size=net.n_params)
        layers = [(part.W, part.b) for part in net if isinstance(part, Linear)]
        X = rng.normal(size=(net[0].n_in, samples))
        right, b = net(X), net[-1].b
    linear = X
    for W, b in layers:
        linear = W @ linear + b
    expect(answer, (layers, X), right, {
        "最后一层不加 ReLU | no ReLU after the last layer": np.maximum(0, right),
        "少了 ReLU | ReLU is missing": linear})


FORWARD.test("三层，一个样本 | three layers, one sample")(partial(_forward, depth=3, samples=1))
FORWARD.test("一层，也就是线性分类器 | one layer, a linear classifier",
             special=True)(partial(_forward, depth=1, samples=4))
FORWARD.test("五层，一批样本 | five layers, a batch")(partial(_forward, depth=5, samples=6))


def _widest(n_in: int, n_out: int, budget: int) -> int:
    return bisect_right(range(1, budget), budget, key=lambda hidden: mlp(n_in, hidden, n_out).n_params)


def _fits(answer: Answer, rng: Rng, more: tuple[int, ...]) -> None:
    """Budgets of so many parameters more than some network needs; where they are fewer, almost a unit is left over."""
    for off in more:
        n_in, n_out, hidden = (int(n) for n in rng.integers([3, 2, 30], [9, 9, 60]))
        budget = mlp(n_in, hidden, n_out).n_params + off
        right = _widest(n_in, n_out, budget)
        expect(answer, (n_in, n_out, budget), right, {
            "隐藏层的偏置没有算 | the hidden biases were not counted": (budget - n_out) // (n_in + n_out),
            "输出层的偏置没有算 | the output biases were not counted": budget // (n_in + n_out + 1),
            "偏置都没有算 | no biases were counted": budget // (n_in + n_out),
            "应返回整数，向下取整 | return a whole number, rounded down": (budget - n_out) / (n_in + n_out + 1),
            "多了一个，超出预算 | one unit too many for the budget": right + 1,
            "预算还够再加一个 | the budget has room for one unit more": right - 1})


BUDGET.test("有剩余 | some left over")(partial(_fits, more=(2, -2)))
BUDGET.test("刚好用完 | the budget spent to the last parameter", special=True)(partial(_fits, more=(0,)))
BUDGET.test("差一个参数 | one parameter short")(partial(_fits, more=(0, -1)))
BUDGET.compare("一个也放不下 | no room for a single unit", _widest, special=True, draw=lambda rng: [
    (n_in, n_out, n_out + more) for n_in, n_out in rng.integers(2, 9, size=(1, 2)).tolist()
    for more in (0, n_in + n_out, n_in + n_out + 1)])


def _curve(answer: Answer, rng: Rng, n: int) -> tuple[Network, Any, Any, str]:
    """The learner's net through n points."""
    x, y = np.cumsum(rng.uniform(0.3, 1.0, size=n)) - 2.0, rng.normal(size=n)
    actual, call = answer(x, y), f"{answer.name}{shown((x, y))}"
    shapes = "(H, 1), (H, 1), (1, H), (1, 1)"
    words = f"应返回 (W1, b1, W2, b2)，形状 {shapes} | return (W1, b1, W2, b2) of shapes {shapes}"
    parts: list[Any] = list(map(numbers, actual)) if isinstance(actual, list | tuple) else []
    units = np.size(parts[0]) if parts else 0
    if not 0 < units <= 1000 or [np.shape(p) for p in parts] != [(units, 1), (units, 1), (1, units), (1, 1)]:
        raise Wrong(words, call, shown(actual))
    net = Network(Linear(1, units), ReLU(), Linear(units, 1))
    net[0].W, net[0].b, net[2].W, net[2].b = parts
    return net, x, y, f"W2 max(0, W1 x + b1) + b2, (W1, b1, W2, b2) = {call}"


def _through(answer: Answer, rng: Rng, n: int, most: int = 1000) -> None:
    net, x, y, call = _curve(answer, rng, n)
    slopes, rise = np.diff(y) / np.diff(x), np.maximum(0, x - x[:-1, None])
    judge(net(x[None])[0], y, call, {
        "W2 是斜率的变化，不是斜率 | W2 holds the changes of slope, not the slopes": y[0] + slopes @ rise,
        "b2 是第一个点的高度 | b2 is the height of the first point": y - y[0],
        "b1 应为 -x_k | b1 is -x_k": y[0] + np.diff(slopes, prepend=0) @ np.maximum(0, x + x[:-1, None])})
    if net[0].n_out > most:
        raise Wrong("每个转折一个单元就够 | one unit per corner is enough", call, f"{net[0].n_out}", f"<= {most}")


CURVE.test("经过所有的点 | through all points")(partial(_through, n=7))
CURVE.test("经过两个点 | through two points", special=True)(partial(_through, n=2))
CURVE.test("单元不多于点数 | no more units than points")(partial(_through, n=8, most=8))


@CURVE.test("两点之间是直线 | straight in between")
def _(answer: Answer, rng: Rng) -> None:
    net, x, y, call = _curve(answer, rng, 6)
    between = rng.uniform(x[0], x[-1], size=20)
    judge(net(between[None])[0], np.interp(between, x, y), call)
