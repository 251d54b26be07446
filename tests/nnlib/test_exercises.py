"""The self-check: right answers pass, typical mistakes are named, and every message is in both languages."""

import json
import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

import nnlib as nn
from nnlib._common.pair import spoken
from nnlib.exercises.judging import (
    NOT_YET,
    Exercise,
    LocalAnswer,
    Wrong,
    difference,
    expect,
    finite,
    shown,
)
from nnlib.exercises.selfcheck import EXERCISES, OTHER, outcome, outcomes

ROOT = Path(nn.__file__).parents[1]
BOTH = re.compile(r"[^|]*[\u3400-\u9fff][^|]* \| [^\u3400-\u9fff]+")


def solved():
    """The code of the page's solutions, by the exercise's id."""
    return {cell.id.removesuffix("-solution"): cell.source.partition("\nnn.exercises.check(")[0]
            for cell in nbformat.read(ROOT / "chapters" / "exercises.ipynb", 4).cells if cell.id.endswith("-solution")}


def names_of(code):
    space = {"np": np}
    exec(code, space)
    return space


SOLVED = names_of("\n".join(solved().values()))
ASSIGNED = (ROOT / "assignments" / "solutions.py").read_text("utf-8")
CODE = {exercise.id: solved()[exercise.id].replace("_solution(", "(") if exercise.id in solved() else
        next(part for part in ASSIGNED.split("\n\n\n") if re.match(rf"(def|class) {exercise.name}\b", part))
        for exercise in EXERCISES.values()}
RIGHT = names_of("\n".join(CODE.values()))
VARIED = [(id, variant) for id, exercise in EXERCISES.items() for variant in range(1, len(exercise.variants))]


def answer_to(id, variant, code=""):
    """The right answer to a variant, or another one whose code holds the constants in lines of their own."""
    exercise, code = EXERCISES[id], code or CODE[id]
    for name, value in exercise.variants[0].items():
        code = code.replace(f"{name} = {json.dumps(value)}\n", f"{name} = {exercise.variants[variant][name]!r}\n")
    return LocalAnswer(exercise.name, names_of(code)[exercise.name])


def test_a_solution_takes_none_of_the_readers_names():
    """Run All runs the folded solutions as well: they must not stand in for an answer, nor use one."""
    own = {exercise.name for exercise in EXERCISES.values()}
    assert not own & set(SOLVED)
    for answer in SOLVED.values():
        assert not own & set(getattr(getattr(answer, "__code__", None), "co_names", ()))


@pytest.mark.parametrize("id", nn.exercises.ids())
def test_a_right_answer_passes_with_any_seed(id):
    exercise = EXERCISES[id]
    for seed in range(25):
        for title in exercise.tests:
            wrong = outcome(exercise, title, LocalAnswer(exercise.name, RIGHT[exercise.name]), seed)
            assert wrong is None, (seed, title, wrong.call, wrong.actual, wrong.expected, wrong.cause)


def test_the_exercises_of_every_module_can_be_checked():
    """A module of exercises is called by its chapter."""
    modules = {path.stem for path in Path(nn.exercises.__file__).parent.glob("*.py")}
    modules -= {"__init__", "judging", "selfcheck"}
    assert modules == {exercise.chapter for exercise in EXERCISES.values()}, "nnlib/exercises/selfcheck.py names them"


@pytest.mark.parametrize(("id", "variant"), VARIED)
def test_a_right_answer_to_a_variant_passes_with_any_seed(id, variant):
    for seed in range(15):
        wrongs = outcomes(EXERCISES[id], answer_to(id, variant), seed, variant)
        assert not any(wrongs.values()), (seed, [(wrong.cause, wrong.call) for wrong in wrongs.values() if wrong])


SAME = {"periodic": range(4), "dropout": (2, 3, 4), "reproduce": (0, 1)}  # tests in which no variant differs


@pytest.mark.parametrize(("id", "variant"), VARIED)
def test_the_answer_to_another_variant_is_told_so_and_earns_only_what_is_the_same(id, variant):
    exercise = EXERCISES[id]
    for other in range(variant):  # each pair once, in both directions
        for seed in range(8):
            for asked, answered in ((variant, other), (other, variant)):
                causes = [wrong and wrong.cause for wrong in
                          outcomes(exercise, answer_to(id, answered), seed, asked).values()]
                assert causes == [None if at in SAME.get(id, ()) else OTHER for at in range(len(causes))], (seed, asked)


def test_a_wrong_answer_to_a_variant_is_told_what_is_wrong(capsys):
    code = CODE["collapse"].replace("c * W2 @ b1 + b2", "c * W2 @ b1")
    for variant in range(4):
        nn.exercises.check("collapse", answer_to("collapse", variant, code).function, variant)
        said = capsys.readouterr().out
        assert "the second bias is missing" in said
        assert OTHER not in said


def test_each_variant_has_the_constants_of_the_page_with_other_values():
    for exercise in EXERCISES.values():
        first, *others = exercise.variants
        assert all(one.keys() == first.keys() for one in others)
        assert len({json.dumps(one) for one in exercise.variants}) == len(exercise.variants)
    assert {id for id, _ in VARIED} >= {"collapse", "diagnose", "budget", "reproduce"}


@pytest.mark.parametrize("id", nn.exercises.ids())
@pytest.mark.parametrize("answer", [
    lambda *args: None, lambda *args: 0.0, lambda *args: np.zeros((2, 2)), lambda *args: "text",
    lambda *args: [[1.0], [1.0, 2.0]], lambda *args: {"W1": "x"}, lambda *args: (1, 2), lambda *args: 10**400,
    lambda *args: np.full((3, 5), np.nan), lambda: 0, lambda *args: args[99], lambda *args: (None,) * 4,
    lambda *args: ({}, []), lambda *args: object(), lambda *args: args[0],
], ids=range(15))
def test_no_wrong_answer_passes_or_breaks_the_check(id, answer, capsys):
    report = nn.exercises.check(id, answer)
    assert not report
    assert len(EXERCISES[id].tests) >= 2
    text = capsys.readouterr().out
    assert report.passed < len(report.outcomes)
    wrongs = [wrong for wrong in report.outcomes.values() if wrong]
    assert all(BOTH.fullmatch(wrong.cause) for wrong in wrongs), wrongs
    for wrong in wrongs:  # which call it was, and what was right where that can be said
        assert wrong.cause == NOT_YET or re.search(rf"\b{EXERCISES[id].name}(\.\w+)?\([^)]", wrong.call)
        assert "None" not in wrong.call + wrong.expected
    assert all(BOTH.fullmatch(title) for title in report.outcomes)
    assert id in text


def slope(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


def bent(x, y):
    """Through all points, but bent in between."""
    knots = np.sort(np.append(x, (x[1:] + x[:-1]) / 2))
    return RIGHT["through_points"](knots, np.interp(knots, x, y) + np.arange(knots.size) % 2)


class Keeps(RIGHT["Dropout"]):
    def __init__(self, p, seed):
        super().__init__(1 - p, seed)


class SameMask(RIGHT["Dropout"]):
    def forward(self, h, training):
        self.rng = np.random.default_rng(0)
        return super().forward(h, training)


@pytest.mark.parametrize(("id", "answer", "passed", "cause"), [
    ("sigmoid", lambda z: 1 / (1 + np.exp(z)), 0, "the minus sign in exp(-z) is missing"),
    ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), 3, "take exp only of numbers up to 0"),
    ("sigmoid", lambda z: np.exp(z) / (1 + np.exp(z)), 2, "an overflow"),
    ("sigmoid", np.tanh, 0, "this is tanh"),
    ("sigmoid-slope", slope, 3, "is rounded to 0 on the right"),
    ("scores", lambda W1, b1, W2, b2, X: W2 @ (W1 @ X + b1) + b2, 0, "max(0, ·) is missing"),
    ("scores", lambda W1, b1, W2, b2, X: (W2 @ np.maximum(0, W1 @ X + b1) + b2).T, 0, "transposed"),
    ("collapse", lambda W1, b1, W2, b2: (W2 @ W1, b2), 1, "the first bias has to pass through W2"),
    ("cross-entropy", lambda S, y: 2 * RIGHT["cross_entropy"](S, y), 0, ""),
    ("maxout", lambda W, b, a: (np.stack([W, a * W]), np.stack([b, b])), 0, "the bias of the second piece"),
    ("maxout", lambda W, b, a: (np.stack([W, -a * W]), np.stack([b, -a * b])), 0, "the first, not -α times"),
    ("dead-units", lambda W, b, X: (W @ X + b <= 0).mean(), 0, "a dead unit is zero on every sample"),
    ("count", lambda sizes: sum(a * b for a, b in pairwise(sizes)), 0, "biases are missing"),
    ("l2-step", lambda W, dW, lr, l2: W - lr * dW - l2 * W, 0, "multiplied by the learning rate, too"),
    ("dropout", Keeps, 3, "this is the answer to another variant"),
    ("dropout", SameMask, 4, "equal masks"),
    ("dropout", type("Empty", (), {"__init__": lambda self, p, seed: None}), 0, "there is no method forward"),
    ("budget", lambda i, o, n: (n - o) // (i + o), 0, "the hidden biases were not counted"),
    ("budget", lambda i, o, n: (n - o) // (i + 1 + o), 3, "where there is no room it is 0, not a negative number"),
    ("diagnose", lambda start, now: RIGHT["diagnose"](start, {**now, "gradient": sorted(now["gradient"])}), 1,
     "then the first layer against the last"),
    ("budget", lambda i, o, n: n // (i + o + 1), 0, "the output biases were not counted"),
    ("budget", lambda i, o, n: RIGHT["widest"](i, o, n) + 1, 0, "one unit too many for the budget"),
    ("budget", lambda i, o, n: RIGHT["widest"](i, o, n) - 1, 0, "the budget has room for one unit more"),
    ("early-stopping", lambda losses, patience: (int(np.argmin(losses)), len(losses) - 1), 0,
     "when the patience runs out"),
    ("reproduce", lambda a, b: {**RIGHT["compare_runs"](a, b), "error": np.std(a)}, 1, ""),
    ("prelu", lambda z, a, dy: (np.where(z > 0, 1, a) * dy, np.minimum(z, 0) * dy), 1, "sum over samples"),
    ("logistic", lambda X, y, lr, n: tuple(-p for p in RIGHT["logistic"](X, y, lr, n)), 0, "against it"),
    ("three-layers", lambda *args: {**RIGHT["tanh_gradients"](*args), "b2": 0 * args[3]}, 2, "numbers differ"),
    ("curve", bent, 2, "one unit per corner is enough"),
    ("periodic", lambda x, y, times: RIGHT["through_points"](x, y), 1, "numbers differ"),
    ("tanh", lambda z: -np.tanh(z), 0, "the sign is the wrong way round"),
    ("tanh", lambda z: undefined(z), 0, "a name is not defined"),  # noqa: F821
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_typical_mistake_is_named(id, answer, passed, cause, capsys):
    report = nn.exercises.check(id, answer)
    assert report.passed == passed
    assert cause in capsys.readouterr().out


def test_feedback_says_which_input_what_came_and_what_was_expected(capsys):
    nn.exercises.check("tanh", lambda z: np.tanh(z) + 1)
    text = capsys.readouterr().out
    lines = (r"输入 \| input: tanh\(\[.+\]\)", r"得到 \| got: \[.+\]", r"应为 \| expected: \[.+\]")
    assert re.search(r"\n +".join(lines), text)


def test_backprop_has_partial_credit():
    def half(W1, b1, W2, b2, X, y):
        return {**RIGHT["gradients"](W1, b1, W2, b2, X, y), "W1": 0 * W1, "b1": 0 * b1}

    assert nn.exercises.check("backprop", half).passed == 2


def test_an_answer_may_change_its_arguments_without_harm():
    def destructive(z, alpha, dy):
        result = RIGHT["prelu_backward"](z, alpha, dy)
        z[...] = alpha[...] = dy[...] = 0
        return result

    assert nn.exercises.check("prelu", destructive)


def test_a_result_is_kept_though_the_answer_changes_it_later():
    class Dropout(RIGHT["Dropout"]):
        def forward(self, h, training):
            self.room = np.array(super().forward(h, training))
            return self.room

        def backward(self, dy):
            self.room[...] = super().backward(dy)
            return self.room

    assert nn.exercises.check("dropout", Dropout)


def test_the_length_of_an_array_is_compared_before_anything_loops_over_it():
    class Rows(np.ndarray):
        def __iter__(self):
            raise AssertionError("a loop over millions of empty rows")

    rows = np.zeros((16_000_000, 0)).view(Rows)
    assert difference(rows, (1.0, 2.0), 1e-6) == "应返回 2 个值 | return 2 values"


def test_single_precision_excuses_no_wrong_count():
    assert difference(123_456, 123_457, 1e-6)
    assert difference(123_456.0, 123_457, 1e-6)
    assert not difference([123_456.0], np.array([123_456.4]), 1e-6)


def test_the_inputs_of_a_check_are_the_same_each_time_and_change_with_the_seed():
    seen = []

    def spy(z):
        seen.append(np.copy(z))
        return z

    for seed in (0, 0, 1):
        outcome(EXERCISES["tanh"], "普通的数 | ordinary numbers", LocalAnswer("tanh", spy), seed)
    nn.exercises.check("tanh", spy)
    assert np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[0], seen[3])
    assert not np.array_equal(seen[0], seen[2])


def test_an_exercise_of_your_own():
    double, one, many = Exercise("double", "double", "intro", 5), "一个数 | one number", "数组 | an array"

    @double.test(one)
    def _(answer, rng):
        expect(answer, (2,), 4)

    @double.test(many)
    def _(answer, rng):
        expect(answer, (np.ones(3),), np.full(3, 2.0))

    assert list(double.tests) == [one, many]
    assert not any(outcome(double, title, LocalAnswer("double", lambda x: 2 * x)) for title in double.tests)
    wrong = outcome(double, one, LocalAnswer("double", lambda x: x + 3))
    assert (wrong.call, wrong.actual, wrong.expected) == ("double(2)", "5", "4")
    assert outcome(double, many, LocalAnswer("double", lambda x: 2 * x[:2])).cause.endswith("(3,), not (2,)")


def test_a_comparison_may_draw_several_calls_and_a_special_case_needs_the_first_test():
    half = Exercise("half", "half", "intro", 5)
    half.compare("两次 | twice", lambda x: x / 2, lambda rng: [(2,), (3,)])
    half.compare("零 | zero", lambda x: x / 2, lambda rng: (0,), special=True)
    for answer, calls in ((lambda x: x / 2, [None, None]), (lambda x: x // 2, ["half(3)", "half(3)"]),
                          (lambda x: x, ["half(2)", "half(2)"]), (lambda x: x / 2 + (x == 0), [None, "half(0)"])):
        wrongs = [outcome(half, title, LocalAnswer("half", answer)) for title in half.tests]
        assert [wrong and wrong.call for wrong in wrongs] == calls


def no_end():
    return no_end()


@pytest.mark.parametrize(("code", "actual", "cause"), [
    (lambda z: undefined, "NameError: name 'undefined' is not defined",  # noqa: F821
     "有名字没定义，检查拼写和导入 | a name is not defined: check spelling and imports"),
    (lambda: 0, "TypeError: ",
     "参数的个数或类型不对 | number or type of the arguments differs from the statement"),
    (lambda z: z @ np.ones(9), "ValueError: matmul",
     "多半是形状对不上，打印 .shape 看看 | most likely shapes do not fit: print them"),
    (lambda z: z[7], "IndexError: index 7", "下标超出了数组 | an index runs past the array"),
    (lambda z: no_end(), "RecursionError: ", "函数一直在调用自己 | the function calls itself without end"),
    (lambda z: {}["z"], "KeyError: 'z'", "字典里没有这个键 | the dict has no such key"),
    (lambda z: int("", 1 / 0), "ZeroDivisionError", "除以了零 | a division by zero"),
    (lambda z: z.spread(), "AttributeError", "没有这个属性，检查拼写 | there is no such attribute: check its spelling"),
    (lambda z: exec("f(:"), "SyntaxError",
     "Python 读不懂这一句，检查括号和标点 | Python cannot read this: check brackets and punctuation"),
    (lambda z: exec("import nowhere"), "ModuleNotFoundError",
     "批改时只有 NumPy | NumPy is all there is where homework is marked"),
    (lambda z: exec("raise FileNotFoundError"), "FileNotFoundError", "中途报错 | an error was raised"),
    (lambda z: exec("raise PermissionError('socket')"), "PermissionError: socket",
     "批改时没有其他文件和进程 | homework is marked without other files or processes"),
    (lambda z: exec("raise RuntimeError(\"can't start new thread\")"), "RuntimeError: can't",
     "如果开了线程：批改时不能用 | if it starts threads: homework is marked without any"),
    (lambda z: exec("assert 0"), "AssertionError", "中途报错 | an error was raised"),
], ids=range(14))
def test_an_error_has_a_likely_cause(code, actual, cause):
    with pytest.raises(Wrong) as caught:
        LocalAnswer("slope", code)(np.array([1.0, 2.0]))
    wrong = caught.value
    assert (wrong.cause, wrong.call, wrong.expected) == (cause, "slope([1., 2.])", "")
    assert wrong.actual.startswith(actual)


def test_an_error_of_a_method_names_it():
    class Layer:
        def __init__(self, size):
            self.size = size

        def forward(self, x):
            return [self.size][int(x)]

    made = LocalAnswer("Layer", Layer).new(3)
    assert made("forward", 0) == 3
    for method, cause in {"backward": "没有方法 backward | there is no method backward",
                          "size": "没有方法 size | there is no method size",
                          "forward": "下标超出了数组 | an index runs past the array"}.items():
        with pytest.raises(Wrong) as caught:
            made(method, 5)
        assert (caught.value.cause, caught.value.call) == (cause, f"Layer.{method}(5)")


SHAPES = re.escape("(H, 1), (H, 1), (1, H), (1, 1)")
FOUR = rf"应返回 \(W1, b1, W2, b2\)，形状 {SHAPES} \| return \(W1, b1, W2, b2\) of shapes {SHAPES}"
TWO = r"应返回两个数组，形状 (\(\d, \d, \d\)) 和 (\(\d, \d, 1\)) \| return two arrays of shapes \1 and \2"


@pytest.mark.parametrize(("id", "value", "cause"), [
    ("curve", 5, FOUR), ("curve", (1, 2, 3), FOUR),
    ("curve", [np.ones((0, 1)), np.ones((0, 1)), np.ones((1, 0)), np.ones((1, 1))], FOUR),
    ("curve", [np.ones((1001, 1)), np.ones((1001, 1)), np.ones((1, 1001)), np.ones((1, 1))], FOUR),
    ("curve", [np.ones((3, 1)), np.ones(3), np.ones((1, 3)), np.ones((1, 1))], FOUR),
    ("curve", [np.ones((3, 1)), "b1", "W2", "b2"], FOUR), ("curve", ["W1"] * 4, FOUR),
    *((id, value, TWO) for id in ("maxout", "maxout-hat") for value in (
        5, np.ones((3, 2, 3)), (1, 2, 3), (np.ones((2, 2, 3)), np.ones((2, 2))), (np.ones((2, 3)), np.ones((2, 2, 1))),
        (np.full((2, 2, 3), np.nan), np.ones((2, 2, 1))), ["W", "b"])),
    ("periodic", 5, FOUR), ("periodic", [np.ones((3, 1)), np.ones(3), np.ones((1, 3)), np.ones((1, 1))], FOUR),
])
def test_parts_of_another_shape(id, value, cause):
    exercise = EXERCISES[id]
    for title in exercise.tests:
        wrong = outcome(exercise, title, LocalAnswer(exercise.name, lambda *args: value))
        assert re.fullmatch(cause, wrong.cause)
        assert (wrong.actual, wrong.expected) == (shown(value), "")
        assert wrong.call.startswith(f"{exercise.name}(")


def test_a_step_with_l2_is_that_of_the_library():
    net, rng = nn.mlp(3, 2), np.random.default_rng(0)
    X, y = rng.normal(size=(3, 6)), rng.normal(size=(2, 6))
    net.loss_and_grad(X, y, nn.MSE())
    step = RIGHT["l2_step"](net[0].W.copy(), net[0].grads["W"].copy(), 0.3, 0.2)
    net.loss_and_grad(X, y, nn.MSE(), l2=0.2)
    nn.SGD(lr=0.3).step(net.params, net.grads)
    np.testing.assert_allclose(step, net[0].W)


def test_a_text_is_compared_with_texts_alone():
    for value in (np.array("d1"), np.array(["d1", "d1"]), 1, ["d1"], b"d1"):
        assert difference(value, "d1", 1e-6) == "文字不同 | the text differs"
    assert not difference(np.str_("d1"), "d1", 1e-6)


def converted(value, kind):
    """A result with other arrays in it."""
    if isinstance(value, dict):
        return {key: converted(entry, kind) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(converted(entry, kind) for entry in value)
    return kind(value) if isinstance(value, float | np.floating | np.ndarray) else value


@pytest.mark.parametrize("kind", [np.float32, np.longdouble, lambda value: np.asarray(value).tolist(), np.asarray],
                         ids=["single", "long double", "lists", "arrays"])
@pytest.mark.parametrize("id", [id for id in EXERCISES if id != "dropout"])
def test_numbers_of_another_kind_keep_full_marks(id, kind):
    exercise = EXERCISES[id]
    answer = LocalAnswer(exercise.name, lambda *args: converted(RIGHT[exercise.name](*args), kind))
    for seed in range(20):
        wrongs = [outcome(exercise, title, answer, seed) for title in exercise.tests]
        assert not any(wrongs), (seed, [(wrong.cause, wrong.call) for wrong in wrongs if wrong])


def test_a_gradient_that_is_missing_and_one_that_is_a_sum():
    exercise, causes, whole = EXERCISES["backprop"], [], RIGHT["gradients"]
    total = "没有除以样本数 | not divided by the number of samples"
    keys = "应返回字典，键为 W1, b1, W2, b2 | return a dict with keys W1, b1, W2, b2"
    for answer in (lambda *args: {"W1": args[0], "W2": args[2]},
                   lambda *args: {key: whole(*args)[key] for key in ("W2", "b2")},
                   lambda *args: {key: args[5].size * d for key, d in whole(*args).items()}):
        local = LocalAnswer("gradients", answer)
        wrongs = [outcome(exercise, title, local) for title in list(exercise.tests)[:4]]
        causes.append([wrong and wrong.cause for wrong in wrongs])
        assert all(wrong is None or wrong.call.startswith("gradients(array (") for wrong in wrongs)
    assert causes == [[keys] * 4, [None, keys] * 2, [None, None, total, total]]


def test_numbers_of_a_shape():
    like = np.zeros(2)
    np.testing.assert_array_equal(finite([1, 2.5], like, "f(1)"), [1, 2.5])
    for actual, cause in (([1.0, np.inf], "an overflow or a division by zero"), (np.ones(3), "not (3,)"),
                        ("text", "numbers, not str")):
        with pytest.raises(Wrong) as caught:
            finite(actual, like, "f(1)")
        wrong = caught.value
        assert wrong.cause.endswith(cause)
        assert str(wrong) == wrong.cause
        assert (wrong.call, wrong.actual, wrong.expected) == ("f(1)", shown(actual), "[0., 0.]")


def test_a_fault_of_a_test_is_not_taken_for_a_wrong_answer(monkeypatch):
    def broken(answer, rng):
        raise KeyError("a fault in the exercise")

    monkeypatch.setitem(EXERCISES["tanh"].tests, "普通的数 | ordinary numbers", broken)
    with pytest.raises(KeyError, match="a fault in the exercise"):
        nn.exercises.check("tanh", np.tanh)


@pytest.mark.parametrize(("actual", "expected", "part"), [
    (np.ones((2, 3)), np.ones((3, 2)), "perhaps transposed"),
    (np.full(3, 2.0), np.full(3, 6.0), "factor of 0.3333"),
    (np.full(3, 6.0005), np.full(3, 6.0), "3 of 3 numbers differ"), (np.ones(2), [1.0, 2.0, 3.0], "3 values"),
    (np.array([1.0, 5.0]), [1.0, 2.0], "#2: too large"), (np.array(5.0), [5.0], "1 values"),
    ({"a": 1}, {"a": 1, "b": 2}, "keys a, b"),
    ({1: 1}, {"1": 1}, "keys 1"),
    ((1, 2), (1, 2, 3), "3 values"),
    ((1, 5), (1, 2), "#2: "),
    ({"a": np.inf}, {"a": 1.0}, "a: NaN or infinity"),
    ("b", "a", "text differs"),
    (object(), 1.0, "numbers, not object"),
    (None, 1.0, "not written yet"),
])
def test_how_two_values_differ(actual, expected, part):
    assert part in difference(actual, expected, 1e-6)
    assert not difference(expected, expected, 1e-6)


def test_a_part_is_named_in_both_languages():
    assert difference((1, 5), (1, 2), 1e-6) == "#2: 偏大，多了约 3 | #2: too large by about 3"
    assert difference({"W": None}, {"W": 2.0}, 1e-6) == "W: 还没有写 | W: not written yet"
    assert difference(object(), 1.0, 1e-6) == "应返回实数，得到 object | return real numbers, not object"
    for odd in np.zeros(2, complex), np.zeros(2, object), np.array(["1", "2"]):
        assert difference(odd, np.zeros(2), 1e-6).endswith(f"not {odd.dtype}")
    assert difference([1.0, 2.0, 4.0], [1.0, 2.0, 3.04], 1e-6).endswith("#3: too large by about 1")
    assert difference(np.array([1, 2, 4]), np.array([1, 2, 3]), 1e-6).endswith(" | 1 of 3 numbers differ")


@pytest.mark.parametrize(("actual", "expected", "rtol", "words"), [
    ([[1.0], [1.0, 2.0]], np.ones((2, 2)), 1e-6, "各行长短不一 | rows of different lengths"),
    (np.ones((2, 3)), np.ones((3, 2)), 1e-6,
     "形状应为 (3, 2)，得到 (2, 3)，可能转置了 | the shape should be (3, 2), not (2, 3), perhaps transposed"),
    (np.ones((2, 2)), np.ones((2, 3)), 1e-6,
     "形状应为 (2, 3)，得到 (2, 2) | the shape should be (2, 3), not (2, 2)"),
    (np.ones(2), np.ones(3), 1e-6, "形状应为 (3,)，得到 (2,) | the shape should be (3,), not (2,)"),
    # -100 is 100 with the wrong sign even if what should be 0 is 1e-6: little beside 100
    (np.array([1e-6, -100.0]), np.array([0.0, 100.0]), 1e-6, "正负号反了 | the sign is the wrong way round"),
    # (0.002, 0.004) is twice (0.001, 0.002)
    (np.array([0.002, 0.004]), np.array([0.001, 0.002]), 1e-6,
     "处处都差 2 倍，是否该取平均或乘一个系数 | "
     "off by a factor of 2 everywhere: did you forget to take a mean, or a factor"),
    # 1.001 is as good as 1 where 1 % is, 4 for 3 is not
    (False, True, 1e-6, "真假反了 | true and false are the wrong way round"),
    (0.25, 0.5, 1e-6, "偏小，少了约 0.2 | too small by about 0.2"),
    (np.array([1.001, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]), 1e-2, "1/3 个数不对 | 1 of 3 numbers differ"),
])
def test_the_likely_mistake_is_named_in_whole_sentences(actual, expected, rtol, words):
    assert difference(actual, expected, rtol) == words


def test_a_report_of_mistakes_in_full():
    cause = "正负号反了 | the sign is the wrong way round"
    wrong = Wrong(cause, call="z = 1", actual="2", expected="1")
    report = nn.exercises.Report("tanh", {"一 | one": None, "二 | two": wrong})
    assert str(report) == (
        "✗ tanh: 通过 1/2 | 1/2 passed\n  ✓ 一 | one\n  ✗ 二 | two\n"
        "      输入 | input: z = 1\n      得到 | got: 2\n      应为 | expected: 1\n"
        "      可能的原因 | likely cause: 正负号反了 | the sign is the wrong way round")


@pytest.mark.parametrize(("language", "report"), [
    ("zh", "✗ tanh: 通过 1/2\n  ✓ 一\n  ✗ 二\n      输入: z = 1 | 2\n      得到: [2]\n      应为: 1\n"
           "      可能的原因: 反了"),
    ("en", "✗ tanh: 1/2 passed\n  ✓ one\n  ✗ two\n      input: z = 1 | 2\n      got: [2]\n      expected: 1\n"
           "      likely cause: the wrong way"),
    ("page", "✗ tanh: [[通过 1/2|1/2 passed]]\n  ✓ [[一|one]]\n  ✗ [[二|two]]\n      [[输入|input]]: z = 1 | 2\n"
             "      [[得到|got]]: [2]\n      [[应为|expected]]: 1\n"
             "      [[可能的原因|likely cause]]: [[反了|the wrong way]]")])
def test_a_report_in_the_readers_language(language, report, monkeypatch):
    monkeypatch.setenv("NNLIB_LANG", language)
    wrong = Wrong("反了 | the wrong way", call="z = 1 | 2", actual="[2]", expected="1")
    assert str(nn.exercises.Report("tanh", {"一 | one": None, "二 | two": wrong})) == report
    blank = nn.exercises.Report("tanh", {"一 | one": Wrong(NOT_YET)})
    assert str(blank) == f"○ tanh: {spoken(NOT_YET)}"


def test_a_page_finds_no_mark_around_brackets(monkeypatch):
    monkeypatch.setenv("NNLIB_LANG", "page")
    assert spoken("甲[0] | a[0]") == "甲[0] | a[0]"
    assert spoken("nnlib") == "nnlib"


def test_a_report_in_full():
    assert str(nn.exercises.check("tanh", np.tanh)) == (
        "✓ tanh: 通过 2/2 | 2/2 passed\n  ✓ 普通的数 | ordinary numbers\n"
        "  ✓ 很大和很小的数 | very large and very small numbers")


def test_no_layer_of_a_drawn_net_is_flat():
    """Where all of a layer's slopes are tiny, their rounding would decide whether a right answer passes."""
    exercise, steepest = EXERCISES["three-layers"], []

    def slopes(W1, b1, W2, b2, W3, b3, X, Y, a):
        h1 = np.tanh(a * (W1 @ X + b1))
        steepest.extend([1 - (h1**2).min(), 1 - (np.tanh(a * (W2 @ h1 + b2)) ** 2).min()])

    for variant, constants in enumerate(exercise.variants):
        for seed in range(60):
            for title in exercise.tests:
                assert outcome(exercise, title, LocalAnswer("", partial(slopes, **constants)), seed, variant)
    assert min(steepest) > 1e-3


def test_a_loss_of_scores_in_the_thousands_is_never_lost_in_their_rounding():
    def textbook(S, y):
        most = S.max(axis=0)
        return (most + np.log(np.exp(S - most).sum(axis=0)) - S[y, np.arange(y.size)]).mean()

    exercise = EXERCISES["cross-entropy"]
    for seed in (*range(50), 699, 846):  # in the last two every label once was that of the largest score
        for title in exercise.special:
            assert outcome(exercise, title, LocalAnswer("cross_entropy", textbook), seed) is None, seed


def test_rounding_is_no_mistake():
    assert not difference((np.array([1.0, 2.0]), 1.0), ([1.0, 2.0], 1.0), 1e-6)
    assert not difference(np.array([1.0, 1e-12]), np.array([1.0 + 1e-9, 0.0]), 1e-6)
    assert not difference(np.float32(0.1), 0.1, 1e-6)
    assert not difference(np.array([1e6, 0.5]), np.array([1e6, 0.0]), 1e-6)  # small beside the largest


@pytest.mark.parametrize("kind", [np.float32, ">f8", np.longdouble])
def test_single_precision_keeps_full_marks(kind):
    def single(*args):
        return {key: value.astype(kind) for key, value in RIGHT["gradients"](*args).items()}

    def rounded(W1, b1, W2, b2, X, y):
        return RIGHT["gradients"](*(part.astype(kind) for part in (W1, b1, W2, b2, X)), y)

    def slope(z):
        u = np.exp(-np.abs(np.asarray(z, kind)))
        return u / (1 + u) ** 2

    def listed(*args):
        return {key: value.astype(np.float32).tolist() for key, value in rounded(*args).items()}

    for id, answer in (("backprop", single), ("backprop", rounded), ("backprop", listed), ("sigmoid-slope", slope)):
        exercise = EXERCISES[id]
        for seed in range(25):
            for title in exercise.tests:
                assert outcome(exercise, title, LocalAnswer(exercise.name, answer), seed) is None, (seed, title)


def test_values_are_shown_in_one_line():
    wide = np.arange(1000.0)
    for value in (wide, [0.5] * 10**5, dict.fromkeys(range(10**5), 0.5),
                  (wide, wide.reshape(10, 100), "x" * 500), {"a": wide}, [1, 2.5], np.float64(0.5)):
        assert "\n" not in shown(value)
        assert len(shown(value)) < 260
    assert shown((np.zeros((30, 4)),) * 9).count("array (30, 4)") == 9


def test_copies_are_deep():
    given = [(np.zeros(2), 1), {"a": 1}]

    def change(made):
        made[0][0][0] = 5
        return made

    assert LocalAnswer("change", change)(given)[0][0][0] == 5
    assert given[0][0][0] == 0
