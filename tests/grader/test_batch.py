"""A run that is interrupted, killed or hit by a grader's fault ends with an undisturbed run's results."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest

from grader import assignments, batch, output, seeds
from grader.marking import Conditions
from grader.sandbox import process

SLOW = "import time\ntime.sleep(0.3)"
SEED_TEXT = "a seed for these tests only"


@pytest.fixture(scope="module")
def submitted(hand_in, tmp_path_factory):
    """Six students, right and wrong, each a little slow."""
    folder = tmp_path_factory.mktemp("submitted")
    for n in range(6):
        slope = f"{SLOW}\ndef sigmoid_slope(z):\n    u = np.exp(-abs(z))\n    return u / (1 + u)**2 + {n % 3}"
        hand_in(folder, f"student-{n}", "activations", sigmoid_slope=slope)
    (folder / "seed").write_text(SEED_TEXT)
    return folder


def run(submitted, results, **popen):
    seed = submitted / "seed"
    command = [sys.executable, "-m", "grader", "grade", submitted, "--seed-file", seed, "--out", results]
    return subprocess.Popen(command, cwd=assignments.ROOT, **popen)


def grade(submitted, results, pool=None):
    with ThreadPoolExecutor(4) as threads:
        return batch.grade(submitted, results, Conditions(seeds.read(submitted / "seed")), pool or threads)


@pytest.fixture(scope="module")
def undisturbed(sandboxed, submitted, tmp_path_factory):
    results = tmp_path_factory.mktemp("undisturbed")
    assert run(submitted, results).wait(120) == 0
    return contents(results)


def contents(results):
    torn = [path for path in results.rglob("*") if path.is_file() and path.suffix != ".json"]
    assert not torn
    return {path.relative_to(results).as_posix(): json.loads(path.read_text("utf-8"))
            for path in results.rglob("*.json")}


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def some(results, count, process):
    """Wait until there are some results, while the run goes on."""
    def there():
        assert process.poll() is None, "it ended too early to be disturbed"
        return len(list(results.rglob("student-*.json"))) >= count

    wait_until(there)


def test_scores_of_the_undisturbed_run(undisturbed):
    results = {name.split("/")[1]: result for name, result in undisturbed.items() if "/" in name}
    scores = {name.split(".")[0]: result["score"] for name, result in results.items()}
    assert scores == {f"student-{n}": 5 if n % 3 else 9 for n in range(6)}


def test_a_grader_that_was_killed_is_run_again(submitted, undisturbed, tmp_path):
    first = run(submitted, tmp_path, stderr=subprocess.DEVNULL, start_new_session=True)
    some(tmp_path, 2, first)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait(60) != 0
    there = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("student-*.json")}
    assert 0 < len(there) < 6
    again = run(submitted, tmp_path, stdout=subprocess.PIPE, text=True)
    assert f"6 results in {tmp_path}, {6 - len(there)} of them new" in again.communicate(timeout=120)[0]
    assert again.returncode == 0
    assert contents(tmp_path) == undisturbed
    assert all(path.stat().st_mtime_ns == then for path, then in there.items()), "marked twice"


def test_a_process_of_the_pool_that_was_killed_costs_no_marks(submitted, undisturbed, tmp_path):
    """It is killed when three submissions are handed over and the first of them is marked."""
    class Killed(ProcessPoolExecutor):
        jobs = []

        def submit(self, *args):
            if len(self.jobs) == 3 and not self._broken:
                wait_until(self.jobs[0].done)  # its file is there before the grader has heard of it
                os.kill(next(iter(self._processes)), signal.SIGKILL)
                wait_until(lambda: self._broken)
            self.jobs.append(super().submit(*args))
            return self.jobs[-1]

    with Killed(1, mp_context=get_context("spawn")) as pool:
        first = grade(submitted, tmp_path, pool)
    assert 0 < first.marked == first.results < 6
    assert first.marked + len(first.faults) == 6
    again = grade(submitted, tmp_path)
    assert not again.faults
    assert contents(tmp_path) == undisturbed


def test_a_fault_of_the_grader_is_no_zero(submitted, undisturbed, tmp_path, monkeypatch):
    boxes = process.Box
    turns = iter(range(100))

    def sometimes(sandboxed):
        if next(turns) in (1, 4):
            raise OSError("no more processes on this machine")
        return boxes(sandboxed)

    monkeypatch.setattr(process, "Box", sometimes)
    first = grade(submitted, tmp_path)
    assert len(first.faults) == 2
    assert first.marked == first.results == 4
    assert all("no more processes" in why for why in first.faults.values())
    assert all(result.get("score") != 0 for result in contents(tmp_path).values())
    again = grade(submitted, tmp_path)
    assert (again.faults, again.marked, again.results) == ({}, 2, 6)
    assert contents(tmp_path) == undisturbed


def test_a_new_submission_is_marked_and_becomes_the_current_one(sandboxed, hand_in, tmp_path):
    scores = []
    with ThreadPoolExecutor(1) as pool:
        for value in ("1", "(V @ W, V @ b + c)"):
            collapse = f"def collapse(W, b, V, c):\n    return {value}"
            hand_in(tmp_path / "in", "ann", "intro", collapse=collapse)
            batch.grade(tmp_path / "in", tmp_path / "out", Conditions(5), pool)
            scores.append(batch.read_results(tmp_path / "out")["intro"]["ann"]["score"])
    assert scores == [5, 8]
    assert len(list((tmp_path / "out" / "intro").glob("ann.*"))) == 2, "the first result is kept"


def test_a_refusal_is_a_result_too(tmp_path):
    (tmp_path / "in" / "ann" / "intro").mkdir(parents=True)
    with ThreadPoolExecutor(1) as pool:
        runs = [batch.grade(tmp_path / "in", tmp_path / "out", Conditions(5), pool) for _ in range(2)]
    assert [(run.results, run.marked) for run in runs] == [(1, 1), (1, 0)]
    assert [run.refused for run in runs] == [["ann/intro: 没有交笔记本 | no notebook was handed in"]] * 2


@pytest.fixture
def refused(tmp_path):
    """Mark submissions without a notebook, which needs no sandbox; they are folders student/assignment."""
    def refused(*submissions, out="out", folder="in"):
        for name in submissions:
            (tmp_path / folder / name).mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(1) as pool:
            return batch.grade(tmp_path / folder, tmp_path / out, Conditions(5), pool)

    return refused


@pytest.mark.parametrize("damage", [
    b"", b'{"assignment": "intro"', b"{}", b"null", b"\0" * 100, b"\xff", b"[" * 100_000,
    lambda whole: whole.replace(b'"score": 0', b'"score": 99'),
    lambda whole: whole.replace(b'"score": 0', b'"score": "0"'),
    lambda whole: whole.replace(b'"pending": {}', b'"pending": null'),
    lambda whole: whole.replace(b"notebook", b"notebo0k"),
    lambda whole: json.dumps({**json.loads(whole), "exercises": {}}).encode(),
    lambda whole: json.dumps({**json.loads(whole), output.SEAL: None}).encode(),
], ids=range(13))
def test_a_damaged_result_is_made_again(damage, refused, tmp_path):
    assert refused("ann/intro", "bob/intro").marked == 2
    path, = (tmp_path / "out" / "intro").glob("ann.*.json")
    whole = path.read_bytes()
    damage = damage(whole) if callable(damage) else damage
    assert damage != whole
    path.write_bytes(damage)
    with pytest.raises(ValueError,
                       match=r"expected a result in .*ann\..*\.json, got a damaged file or none. Run `grade` again"):
        batch.read_results(tmp_path / "out")
    assert (refused().marked, path.read_bytes()) == (1, whole)
    for name in ("intro.json", "folders.json"):
        (tmp_path / "out" / name).write_bytes(damage)
    assert refused().results == 2
    assert set(batch.read_results(tmp_path / "out")["intro"]) == {"ann", "bob"}


def test_an_index_that_has_lost_a_student_is_damaged(refused, tmp_path):
    """It is one that is still JSON; a student may be called like any other entry of it."""
    refused("ann/intro", "digest/intro")
    assert set(batch.read_results(tmp_path / "out")["intro"]) == {"ann", "digest"}
    index = tmp_path / "out" / "intro.json"
    index.write_text(json.dumps({name: key for name, key in json.loads(index.read_text()).items() if name != "ann"}))
    with pytest.raises(ValueError, match=r"got a damaged or foreign file intro\.json"):
        batch.read_results(tmp_path / "out")
    refused()
    assert set(batch.read_results(tmp_path / "out")["intro"]) == {"ann", "digest"}


def test_two_classes_never_share_results(refused, tmp_path):
    """In another class, somebody else may have the same name; another assignment of theirs is no harm."""
    refused("ann/intro")
    refused("ann/activations", folder="second")
    before = contents(tmp_path / "out")
    with pytest.raises(ValueError, match=r"expected the folder whose results are in .*in\), got .*third"):
        refused("bob/intro", folder="third")
    assert contents(tmp_path / "out") == before
    (tmp_path / "third").rename(tmp_path / "moved")
    (tmp_path / "out" / "folders.json").unlink()
    assert refused(folder="moved").aside == [f"'ann': handed in intro before, and is no longer in {tmp_path / 'moved'}"]


def test_what_a_killed_run_left_half_written_is_removed(refused, tmp_path):
    refused("ann/intro", "b.json.0123abcd/intro")
    before = contents(tmp_path / "out")
    for torn in ("intro.json.0123abcd", "intro/ann.k.json.89abcdef"):
        (tmp_path / "out" / torn).write_bytes(b"{")
    assert refused().results == 2
    assert contents(tmp_path / "out") == before


def test_who_is_left_out_and_what_is_set_aside(refused, tmp_path):
    """One odd name costs one student a line; results inside the folder are no student."""
    for name in ("bob/Intro", "=1/intro", "cy/intro", "cy/ps1", "old/intro"):
        (tmp_path / "in" / name).mkdir(parents=True)
    for name in ("roster.csv", "dan_intro.ipynb", "eve.zip", "old/intro.json"):
        (tmp_path / "in" / name).write_text("{}")
    for _ in range(2):
        run = refused("O'Brien/intro", out="in/results")
        assert run.results == 2
        assert [line.partition(":")[0] for line in run.left_out] == ["'=1'", "'bob'", "'dan_intro.ipynb'", "'eve.zip'"]
    assert [line.partition(":")[0] for line in run.aside] == ["'cy'", "'old'", "'results'", "'roster.csv'"]
    assert "['Intro'] is no assignment" in run.left_out[1]


def test_a_folder_that_cannot_be_read_is_one_students(refused, tmp_path, monkeypatch):
    listdir, read = os.listdir, batch.read

    def broken(path, name, well):
        if name in str(path):
            raise PermissionError(13, "Permission denied")
        return well(path)

    monkeypatch.setattr(batch.os, "listdir", lambda path: broken(path, "bob", listdir))
    monkeypatch.setattr(batch, "read", lambda path: broken(path, "cy", read))
    run = refused("ann/intro", "bob/intro", "cy/intro")
    assert (run.results, run.left_out, list(run.faults)) == (1, ["'bob': Permission denied"], ["cy/intro"])


def test_an_early_interruption_is_one_line(sandboxed, submitted, tmp_path):
    """Ctrl-C goes to all processes, also to those that are about to mark and still import."""
    process = run(submitted, tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    started, commands = Path(f"/proc/{process.pid}/task/{process.pid}/children"), b""
    while b"multiprocessing" not in commands:
        for child in started.read_text().split():
            with suppress(OSError):  # it has ended
                commands += Path(f"/proc/{child}/cmdline").read_bytes()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert said == "\nInterrupted. Run the same command again: it marks only what is missing.\n"
