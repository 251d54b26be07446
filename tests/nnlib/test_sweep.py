"""One function over a grid: rows in order, failures kept apart, interrupted sweeps resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest

import nnlib as nn
from nnlib._common.fingerprint import fingerprint
from nnlib.sweep import read_checkpoint

ROOT = Path(nn.__file__).parents[1]


def product(a, b):
    return a * b


def named(a, seed):
    return {"mean": np.float64(a) / 2, "path": np.arange(seed)}


def fragile(a):
    if a == 2:
        raise RuntimeError("two is too much")
    return a


def slow(a, folder):
    """Leaves a mark each time it runs to its end."""
    time.sleep(0.2)
    with open(os.path.join(folder, f"{a}.txt"), "a") as file:
        file.write("x")
    return a


def train(hidden, seed):
    X, y = nn.datasets.blobs(60, 0.5, rng=1)
    net = nn.mlp(2, hidden, 3, rng=seed)
    return {"loss": nn.fit(net, X, y, epochs=2, rng=seed).loss[-1]}


class Inline(Executor):
    """Runs at once and counts."""

    def __init__(self):
        self.calls = []

    def submit(self, fn, /, *args, **kwargs):
        self.calls.append(kwargs)
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:
            future.set_exception(problem)
        return future


def test_rows_stand_in_the_order_of_the_grid():
    rows = nn.sweep(product, {"a": [1, 2], "b": (10, 20)}, Inline(), progress=False)
    assert rows == [
        {"a": 1, "b": 10, "value": 10, "error": None},
        {"a": 1, "b": 20, "value": 20, "error": None},
        {"a": 2, "b": 10, "value": 20, "error": None},
        {"a": 2, "b": 20, "value": 40, "error": None},
    ]


def test_a_list_of_settings_and_named_results():
    rows = nn.sweep(named, [{"a": 3, "seed": 2}, {"a": 4, "seed": 0}], Inline(), progress=False)
    assert rows[0] == {"a": 3, "seed": 2, "mean": 1.5, "path": [0, 1], "error": None}
    assert rows[1]["path"] == []


def test_local_processes_give_what_one_thread_gives():
    grid = {"hidden": [2, 3], "seed": range(3)}
    assert nn.sweep(train, grid, progress=False) == nn.sweep(
        train, grid, ThreadPoolExecutor(1), progress=False
    )


def test_a_failing_setting_is_reported_and_loses_no_other():
    with pytest.warns(RuntimeWarning, match=r"1 of 3 settings failed, first .*'a': 2.*two is too much"):
        rows = nn.sweep(fragile, {"a": [1, 2, 3]}, Inline(), progress=False)
    assert [row.get("value") for row in rows] == [1, None, 3]
    assert rows[1] == {"a": 2, "error": "RuntimeError: two is too much"}


def test_a_result_may_not_hide_a_setting():
    with pytest.warns(RuntimeWarning, match="are settings already"):
        rows = nn.sweep(lambda a: {"a": 1, "error": 2}, {"a": [5]}, Inline(), progress=False)
    said = "ValueError: result names ['a', 'error'] are settings already. Rename them."
    assert rows == [{"a": 5, "error": said}]


def test_a_result_that_no_table_can_hold_is_a_failure():
    with pytest.warns(RuntimeWarning, match="an? object is no number"):
        rows = nn.sweep(lambda a: object() if a else 1, {"a": [0, 1]}, Inline(), progress=False)
    assert rows[0]["value"] == 1


def test_a_checkpoint_is_gone_on_with(tmp_path):
    path = tmp_path / "sweep.jsonl"
    first, second = Inline(), Inline()
    before = nn.sweep(product, {"a": [1, 2], "b": [3]}, first, progress=False, checkpoint=path)
    after = nn.sweep(product, {"a": [1, 2, 4], "b": [3]}, second, progress=False, checkpoint=path)
    assert second.calls == [{"a": 4, "b": 3}]
    assert after[:2] == before
    assert [row["value"] for row in after] == [3, 6, 12]


def test_a_failed_setting_is_tried_again(tmp_path):
    path, again = tmp_path / "sweep.jsonl", Inline()
    for executor in (Inline(), again):
        with pytest.warns(RuntimeWarning, match="failed"):
            nn.sweep(fragile, {"a": [1, 2]}, executor, progress=False, checkpoint=path)
    assert again.calls == [{"a": 2}]


def test_a_line_cut_short_is_run_again(tmp_path):
    path, again, grid = tmp_path / "sweep.jsonl", Inline(), {"a": [1, 2, 4], "b": [3]}
    whole = nn.sweep(product, grid, Inline(), progress=False, checkpoint=path)
    path.write_bytes(path.read_bytes()[:-5])  # as a power cut would leave it
    assert nn.sweep(product, grid, again, progress=False, checkpoint=path) == whole
    assert len(again.calls) == 1
    assert len([json.loads(line) for line in path.read_text().splitlines()]) == 4  # the head and three rows


def test_a_setting_is_the_same_in_any_order(tmp_path):
    path, again = tmp_path / "sweep.jsonl", Inline()
    nn.sweep(product, {"a": [1, 2], "b": [3]}, Inline(), progress=False, checkpoint=path)
    nn.sweep(product, {"b": [3], "a": [1, 2]}, again, progress=False, checkpoint=path)
    assert not again.calls


def test_an_interrupted_sweep_keeps_what_was_finished(tmp_path):
    path = tmp_path / "sweep.jsonl"

    class Interrupted(Inline):
        def submit(self, fn, /, *args, **kwargs):
            if kwargs["a"] == 3:
                future = Future()
                future.set_exception(KeyboardInterrupt())
                return future
            return super().submit(fn, *args, **kwargs)

    with pytest.raises(KeyboardInterrupt):
        nn.sweep(product, {"a": [1, 2, 3], "b": [1]}, Interrupted(), progress=False, checkpoint=path)
    again = Inline()
    rows = nn.sweep(product, {"a": [1, 2, 3], "b": [1]}, again, progress=False, checkpoint=path)
    assert [row["value"] for row in rows] == [1, 2, 3]
    assert {"a": 3, "b": 1} in again.calls


def where(a):
    return os.getpid()


def test_processes_of_their_own_but_in_a_browser(monkeypatch):
    assert nn.sweep(where, {"a": [1]}, progress=False)[0]["value"] != os.getpid()
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert nn.sweep(where, {"a": [1]}, progress=False)[0]["value"] == os.getpid()
    inline = Inline()
    nn.sweep(where, {"a": [1]}, inline, progress=False)
    assert inline.calls == [{"a": 1}]


@pytest.mark.parametrize("content", ["something else\n", '{"sweep": "other.run"}\n', "\x00\x01"])
def test_a_foreign_checkpoint_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_text(content)
    with pytest.raises(
        nn.BadFile, match=r"expected a checkpoint of .*product.*got one that starts.*file of its own"
    ):
        nn.sweep(product, {"a": [1], "b": [1]}, Inline(), progress=False, checkpoint=path)
    assert path.read_text() == content


def test_a_head_cut_short_is_written_again(tmp_path):
    path = tmp_path / "sweep.jsonl"
    nn.sweep(product, {"a": [1], "b": [1]}, Inline(), progress=False, checkpoint=path)
    whole = path.read_text()
    path.write_text(whole[:15])
    nn.sweep(product, {"a": [1], "b": [1]}, Inline(), progress=False, checkpoint=path)
    assert path.read_text() == whole


def test_a_damaged_line_is_named_and_can_be_deleted(tmp_path):
    path = tmp_path / "sweep.jsonl"
    nn.sweep(product, {"a": [1, 2], "b": [1]}, Inline(), progress=False, checkpoint=path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + "[broken\n" + lines[2])
    with pytest.raises(nn.BadFile, match=r"row on line 2 .*got '\[broken'. Delete that line"):
        nn.sweep(product, {"a": [1, 2], "b": [1]}, Inline(), progress=False, checkpoint=path)
    path.write_text(lines[0] + lines[2])
    rows = nn.sweep(product, {"a": [1, 2], "b": [1]}, Inline(), progress=False, checkpoint=path)
    assert [row["value"] for row in rows] == [1, 2]


def test_a_partial_has_a_checkpoint_too(tmp_path):
    path = tmp_path / "sweep.jsonl"
    rows = nn.sweep(partial(product, b=3), {"a": [2]}, Inline(), progress=False, checkpoint=path)
    assert rows[0]["value"] == 6


def body(text):
    """A function run(a), as a module would define it."""
    names = {"__name__": "experiment"}
    exec(text, names)
    return names["run"]


BODY = """def run(a, k={k}):
    def inner(x):
        return {inner} if x in {{'p', 'q', 'r'}} else {inner}
    return inner(a) * k
"""


@pytest.mark.parametrize("changed", [
    {"inner": "x + 2"}, {"inner": "x - 1"}, {"k": 2}], ids=str)
def test_a_changed_function_does_not_take_over_old_rows(tmp_path, changed):
    path, first = tmp_path / "rows", {"inner": "x + 1", "k": 1}
    nn.sweep(body(BODY.format(**first)), {"a": [1]}, Inline(), progress=False, checkpoint=path)
    again = Inline()
    nn.sweep(body(BODY.format(**first) + "# a comment"), {"a": [1]}, again, progress=False, checkpoint=path)
    assert not again.calls
    with pytest.raises(nn.BadFile, match="version of the function, a file of its own"):
        nn.sweep(body(BODY.format(**first | changed)), {"a": [1]}, again, progress=False, checkpoint=path)


class Multiple:
    """A callable object, whose address differs from process to process."""

    shift = 0

    def __init__(self, k):
        self.k = k

    def __call__(self, a):
        return self.k * a

    def method(self, a):
        return self.k * a + self.shift


class Shifted(Multiple):
    shift = 1


def closure(k):
    def run(a):
        return run, a * k
    return run


def keyword_only(k):
    def run(a, *, b=k):
        return a * b
    return run


def with_attribute(k):
    run = closure(1)
    run.k = k
    return run


def ordered(names):
    """Two functions of the same bytecode."""
    return eval(f"lambda {', '.join(names)}: {' - '.join(names)}")


def with_one_in(n, where):
    return np.eye(1, n, where)[0]


IDENTITIES = {  # makes a function for the sweep, and arguments with which it is another one
    "partial": (lambda k: partial(product, b=k), 3, 4),
    "closure": (closure, 2, 3),
    "a function in a closure": (lambda sign: closure(eval(f"lambda x: {sign}x")), "+", "-"),
    "keyword-only default": (keyword_only, 2, 3),
    "names of arguments": (ordered, "ab", "ba"),
    "attribute of an object": (Multiple, 2, 3),
    "bound method": (lambda k: Multiple(k).method, 2, 3),
    "class attribute": (lambda kind: kind(2).method, Multiple, Shifted),
    "attribute of a function": (with_attribute, 2, 3),
    "cached": (lambda k: lru_cache(closure(k)), 2, 3),
    "long array": (lambda where: partial(product, b=with_one_in(2000, where)), 0, 1000),
    "optimiser": (lambda m: partial(product, b=nn.SGD(0.1, momentum=m)), 0, 0.9),
    "default": (lambda m: keyword_only(nn.SGD(0.1, momentum=m)), 0, 0.9),
    "network": (lambda rng: partial(product, b=nn.mlp(2, 3, 2, rng=rng)), 0, 1),
    "generator": (lambda rng: partial(product, b=np.random.default_rng(rng)), 0, 1),
    "the last bit": (lambda x: partial(product, b=np.float64(x)), 0.1, np.nextafter(0.1, 1)),
    "a set": (lambda b: partial(product, b=b), {"p", "q"}, {"p", "r"}),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_function_with_other_data_does_not_take_over_old_rows(tmp_path, name):
    make, first, other = IDENTITIES[name]
    assert fingerprint(make(first)) == fingerprint(make(first)) != fingerprint(make(other))
    rows = tmp_path / "rows"
    head = {"sweep": f"{make(first).__module__}.{getattr(make(first), '__qualname__', type(make(first)).__name__)}"}
    rows.write_text(json.dumps({**head, "code": fingerprint(make(first))}) + "\n")
    assert read_checkpoint(rows, make(first)) == {}
    with pytest.raises(nn.BadFile, match="version of the function, a file of its own"):
        read_checkpoint(rows, make(other))


def test_a_fingerprint_is_the_same_in_another_process():
    code = ("import functools, numpy as np, nnlib as nn; from tests.nnlib.test_sweep import *\n"
            "print(*(fingerprint(make(first)) for make, first, _ in IDENTITIES.values()))")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
                           env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"})
    assert found.stdout.split() == [fingerprint(make(first)) for make, first, _ in IDENTITIES.values()]


def test_settings_that_differ_in_what_a_repr_leaves_out():
    values = [nn.SGD(0.1), nn.SGD(0.1, momentum=0.9), nn.Adam(0.1), nn.Adam(0.1, betas=(0.9, 0.9)),
              with_one_in(2000, 0), with_one_in(2000, 1000), (1, 2), [1, 2], threading.Lock(), threading.Lock()]
    rows = nn.sweep(lambda a: 1, {"a": values}, Inline(), progress=False)
    assert len(rows) == len(values)


def test_a_long_double_is_a_number():
    rows = nn.sweep(lambda a: {"one": np.longdouble(a), "many": np.full(2, a, "longdouble")}, {"a": [0.5]},
                    Inline(), progress=False)
    assert rows == [{"a": 0.5, "one": 0.5, "many": [0.5, 0.5], "error": None}]


def test_a_callable_object_has_a_checkpoint_too(tmp_path):
    calls = [Inline(), Inline()]
    for executor in calls:
        nn.sweep(Multiple(2), {"a": [2]}, executor, progress=False, checkpoint=tmp_path / "rows")
    assert [len(executor.calls) for executor in calls] == [1, 0]


def test_a_checkpoint_from_before_is_gone_on_with(tmp_path):
    """Its head has no fingerprint."""
    path, again = tmp_path / "rows", Inline()
    row = [json.dumps({"a": 1, "b": 2}), {"a": 1, "b": 2, "value": 2, "error": None}]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in ({"sweep": f"{__name__}.product"}, row)))
    rows = nn.sweep(product, {"a": [1, 3], "b": [2]}, again, progress=False, checkpoint=path)
    assert [row["value"] for row in rows] == [2, 6]
    assert again.calls == [{"a": 3, "b": 2}]


def test_settings_come_back_from_a_checkpoint_as_they_were(tmp_path):
    grid = [{"sizes": (2, 3), "rate": np.float32(0.5)}]
    def run(sizes, rate):
        return {"n": sum(sizes), "pair": (1, 2)}

    first, second = (nn.sweep(run, grid, Inline(), False, tmp_path / "rows") for _ in range(2))
    assert first == second == [{**grid[0], "n": 5, "pair": [1, 2], "error": None}]
    assert type(second[0]["sizes"]) is tuple


def test_rows_of_threads_hold_no_array_that_a_later_call_overwrites():
    """net.grads is such an array: its thread's next call fills it again."""
    net, X = nn.mlp(2, 3, 2), np.random.default_rng(0).normal(size=(2, 40))

    def run(k):
        return {"grads": net.loss_and_grad(X[:, k : k + 1], [k % 2])[1]}

    rows = nn.sweep(run, {"k": range(40)}, ThreadPoolExecutor(2), progress=False)
    assert [row["grads"] for row in rows] == [run(k)["grads"].tolist() for k in range(40)]


def test_a_foreign_file_that_is_no_text(tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")
    with pytest.raises(nn.BadFile, match="got one that starts"):
        nn.sweep(product, {"a": [1], "b": [1]}, Inline(), progress=False, checkpoint=path)
    assert path.read_bytes() == b"\x89PNG\r\n\xff\xfe"


def test_the_bar_goes_to_stderr(capsys):
    nn.sweep(product, {"a": [1, 2], "b": [3]}, Inline(), progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "2/2" in err
    assert "setting/s" in err


def test_a_cluster_that_loses_a_worker_gives_every_result_once(tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        warnings.simplefilter("ignore")  # dask says that it lost a worker
        pids = client.run(os.getpid)
        victim = min(pids.values())
        threading.Timer(0.5, os.kill, (victim, signal.SIGKILL)).start()
        rows = nn.sweep(
            slow, {"a": range(16), "folder": [str(tmp_path)]}, client.get_executor(), progress=False
        )
    assert [(row["a"], row["value"], row["error"]) for row in rows] == [(a, a, None) for a in range(16)]
    assert sorted(int(file.stem) for file in tmp_path.iterdir()) == list(range(16))


LONG = """
import os, sys, time
import nnlib as nn
def run(a):
    open(f"{a}.{os.getpid()}", "w").close()
    time.sleep(0.2)
    return a
if __name__ == "__main__":
    nn.sweep(run, {"a": range(1000)}, progress=False, checkpoint="sweep.jsonl")
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_an_ended_sweep_leaves_no_process_and_computes_no_more(tmp_path, sent):
    (tmp_path / "long.py").write_text(LONG)
    sweeping = subprocess.Popen([sys.executable, "long.py"], cwd=tmp_path, stderr=subprocess.DEVNULL,
                                env={**os.environ, "PYTHONPATH": str(ROOT)})
    while len(list(tmp_path.glob("*.[0-9]*"))) < 4:
        time.sleep(0.05)
    sweeping.send_signal(sent)
    assert sweeping.wait(60)
    workers = {int(path.suffix[1:]) for path in tmp_path.glob("*.[0-9]*")}
    deadline = time.monotonic() + 60
    while any(os.path.exists(f"/proc/{pid}") for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert len(list(tmp_path.glob("*.[0-9]*"))) < 500


def test_any_name_is_a_setting():
    names = {name: [1, 2] for name in ("run", "self", "fn", "executor", "grid")}
    rows = nn.sweep(lambda **settings: sum(settings.values()), names, Inline(), progress=False)
    assert [row["value"] for row in rows] == [sum(list(row.values())[:5]) for row in rows]
    assert len(rows) == 32


def test_a_run_that_changes_its_settings_changes_those_of_no_other():
    def run(sizes, seed, start, more):
        sizes.append(seed)
        start += 1
        more["seed"] = seed
        return [*sizes, *start, len(more)]

    start = np.zeros(2)
    grid = {"sizes": [[5], [6, 7]], "seed": [0, 1], "start": [start], "more": [{}]}
    rows = nn.sweep(run, grid, Inline(), progress=False)
    assert [row["value"] for row in rows] == [
        [5, 0, 1, 1, 1], [5, 1, 1, 1, 1], [6, 7, 0, 1, 1, 1], [6, 7, 1, 1, 1, 1]]
    assert [row["sizes"] for row in rows] == [[5], [5], [6, 7], [6, 7]]
    assert not start.any()
