"""Exercises of the chapter architecture: counting, the forward pass, a skip, a budget, curves through points."""

from bisect import bisect_right
from functools import partial
from typing import Any

import numpy as np

from ..layers import Linear, ReLU
from ..network import Network, mlp
from .intro import random_net
from .judging import Answer, Exercise, Rng, Wrong, expect, judge, numbers, shown

COUNT = Exercise("count", "count_parameters", "architecture", 5)
FORWARD = Exercise("forward", "forward", "architecture", 15)
SKIP = Exercise("skip", "skip_backward", "architecture", 30)
BUDGET = Exercise("budget", "widest", "architecture", 20, [{"pieces": n} for n in (1, 2, 3, 4)])
CURVE = Exercise("curve", "through_points", "architecture", 120)
PERIODIC = Exercise("periodic", "periodic", "architecture", 120, [  # for its question in words alone
    {"function": function, "end": end} for function, end in (("sin", 6), ("cos", 6), ("sin", 4))])


def _count(sizes: list[int]) -> int:
    return int(mlp(*sizes).n_params)


COUNT.compare("书里的两个网络 | the two networks of the text", _count, lambda rng: [([3, 4, 2],), ([3, 4, 4, 1],)],
              lambda sizes: {
    "少了偏置 | the biases are missing": _count(sizes) - sum(sizes[1:]),
    "输入没有偏置 | the inputs have no biases": _count(sizes) + sizes[0],
    "每个单元一个偏置，不是每层一个 | there is one bias per unit, not per layer":
        _count(sizes) - sum(size - 1 for size in sizes[1:])})
COUNT.compare("没有隐藏层 | no hidden layer", _count, lambda rng: (rng.integers(1, 9, size=2).tolist(),), special=True)
COUNT.compare("很多层 | many layers", _count, lambda rng: (rng.integers(1, 9, size=7).tolist(),))


def _forward(answer: Answer, rng: Rng, depth: int, samples: int) -> None:
    while True:
        net, arrays = random_net(rng, rng.integers(1, 9, size=depth + 1))
        layers, X = list(zip(arrays[::2], arrays[1::2], strict=True)), rng.normal(size=(net[0].n_in, samples))
        if np.all((right := net(X)) != arrays[-1]):  # else all units of some layer are off
            break
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


def _skip(answer: Answer, rng: Rng, parts: tuple[int, ...]) -> None:
    for units in rng.permutation([3, 4, 5])[:2]:
        net, (W, b, *_) = random_net(rng, (units, units, 1))
        X, dY = rng.normal(size=(2, units, rng.integers(5, 9)))
        on = net[1].forward(net[0].forward(X)) > 0
        branch = net[0].backward(net[1].backward(dY))
        right = dY + branch, net[0].grads["W"], net[0].grads["b"]
        for part in parts:
            expect(answer, (W, b, X, dY), right, part=part, mistakes={
                "少了跳过去的那一路 | the path that skips is missing": (branch, W, b)[part],
                "少了 ReLU 的斜率 | the slope of ReLU is missing":
                    (dY + W.T @ dY, dY @ X.T, dY.sum(axis=1, keepdims=True))[part],
                "跳过去的不经过 ReLU | the path that skips does not pass ReLU": (on * dY + branch, W, b)[part]})


SKIP.test("传给下层的梯度 | the gradient sent down")(partial(_skip, parts=(0,)))
SKIP.test("权重和偏置的梯度 | the gradients of weights and biases")(partial(_skip, parts=(1, 2)))


def _widest(n_in: int, n_out: int, budget: int, pieces: int) -> int:
    more = (pieces - 1) * (n_in + 1)  # what each unit has besides the parameters of an ordinary one
    return bisect_right(range(1, budget), budget, key=lambda h: mlp(n_in, h, n_out).n_params + more * h)


def _fits(answer: Answer, rng: Rng, more: tuple[int, ...], pieces: int) -> None:
    """Budgets of so many parameters more than some network needs; where they are fewer, almost a unit is left over."""
    for off in more:
        n_in, n_out, hidden = (int(n) for n in rng.integers([3, 2, 30], [9, 9, 60]))
        bare, budget = pieces * n_in + n_out, hidden * (pieces * (n_in + 1) + n_out) + n_out + off
        right = _widest(n_in, n_out, budget, pieces)
        expect(answer, (n_in, n_out, budget), right, {
            "隐藏层的偏置没有算 | the hidden biases were not counted": (budget - n_out) // bare,
            "输出层的偏置没有算 | the output biases were not counted": budget // (bare + pieces),
            "偏置都没有算 | no biases were counted": budget // bare,
            "应返回整数，向下取整 | return a whole number, rounded down": (budget - n_out) / (bare + pieces),
            "多了一个，超出预算 | one unit too many for the budget": right + 1,
            "预算还够再加一个 | the budget has room for one unit more": right - 1})


BUDGET.test("有剩余 | some left over")(partial(_fits, more=(2, -2)))
BUDGET.test("刚好用完 | the budget spent to the last parameter", special=True)(partial(_fits, more=(0,)))
BUDGET.test("差一个参数 | one parameter short")(partial(_fits, more=(0, -1)))
BUDGET.compare("一个也放不下 | no room for a single unit", _widest, special=True, mistakes=lambda *_, **__: {
    "放不下时是 0，不是负数 | where there is no room it is 0, not a negative number": -1}, draw=lambda rng: [
    (n_in, n_out, n_out + more) for n_in, n_out in rng.integers(2, 9, size=(1, 2)).tolist()
    for more in (0, -1, *(n_out + pieces * (n_in + 1) - short for pieces in range(1, 5) for short in (1, 0)))])


def _joined(answer: Answer, rng: Rng, n: int, at: str, few: bool = False,
            periods: tuple[int, ...] = (), **_: Any) -> None:
    """Judge a net that should be the broken line through n points, or repeat it one of so many times."""
    x, times = np.cumsum(rng.uniform(0.3, 1.0, size=n)) - 2.0, int(rng.choice(periods or [1]))
    y = rng.choice([-1, 1], size=n) * rng.uniform(0.5, 2, size=n)  # a height near 0 would be lost in single precision
    y[-1] = y[0] if periods else y[-1]
    args = (x, y, times) if periods else (x, y)
    actual, call = answer(*args), f"{answer.name}{shown(args)}"
    shapes = "(H, 1), (H, 1), (1, H), (1, 1)"
    words = f"应返回 (W1, b1, W2, b2)，形状 {shapes} | return (W1, b1, W2, b2) of shapes {shapes}"
    parts: list[Any] = list(map(numbers, actual)) if isinstance(actual, list | tuple) else []
    units = np.size(parts[0]) if parts else 0
    if not 0 < units <= 1000 or [np.shape(p) for p in parts] != [(units, 1), (units, 1), (1, units), (1, 1)]:
        raise Wrong(words, call, shown(actual))
    net = Network(Linear(1, units), ReLU(), Linear(units, 1))
    net[0].W, net[0].b, net[2].W, net[2].b = parts
    knots = np.append(x[0], [x[1:] + k * (x[-1] - x[0]) for k in range(times)])
    heights = np.append(y[0], np.tile(y[1:], times))
    beyond = rng.uniform(0, 2, size=9)
    X = {"points": knots, "between": rng.uniform(knots[0], knots[-1], size=30),
         "beyond": np.append(knots[0] - beyond, knots[-1] + beyond)}[at]
    slopes, rise = np.diff(heights) / np.diff(knots), np.maximum(0, X - knots[:-1, None])
    right, call = np.interp(X, knots, heights), f"W2 max(0, W1 x + b1) + b2, (W1, b1, W2, b2) = {call}"
    judge(net(X[None])[0], right, call, {
        "W2 是斜率的变化，不是斜率 | W2 holds the changes of slope, not the slopes": y[0] + slopes @ rise,
        "b2 是第一个点的高度 | b2 is the height of the first point": right - y[0],
        "b1 应为 -x_k | b1 is -x_k": y[0] + np.diff(slopes, prepend=0) @ np.maximum(0, X + knots[:-1, None]),
        "末尾还要拉平 | at the end it becomes flat": y[0] + np.diff(slopes, prepend=0) @ rise,
        "周期相接处也有转折 | there is a corner where two periods meet, too":
            y[0] + np.tile(np.diff(slopes[:n - 1], prepend=0), times) @ rise}, rtol=1e-4)  # single precision will do
    if few and units > knots.size:
        raise Wrong("每个转折一个单元就够 | one unit per corner is enough", call, f"{units}", f"<= {knots.size}")


CURVE.test("经过所有的点 | through all points")(partial(_joined, n=7, at="points"))
CURVE.test("经过两个点 | through two points", special=True)(partial(_joined, n=2, at="points"))
CURVE.test("单元不多于点数 | no more units than points")(partial(_joined, n=8, at="points", few=True))
CURVE.test("两点之间是直线 | straight in between")(partial(_joined, n=6, at="between"))
PERIODIC.test("一个周期 | one period")(partial(_joined, n=5, at="between", periods=(1,)))
PERIODIC.test("几个周期 | several periods")(partial(_joined, n=4, at="between", periods=(2, 3, 4, 5)))
PERIODIC.test("两头是平的 | flat at both ends", special=True)(partial(_joined, n=6, at="beyond", periods=(1, 2, 3)))
PERIODIC.test("没有多余的单元 | no spare units")(partial(_joined, n=5, at="between", few=True, periods=(4, 5)))
