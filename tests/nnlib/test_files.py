"""Saving and loading: interrupted writes, damaged and hostile files (round trips: test_network.py)."""

import io
import json
import os
import pickle
import re
import stat
import tracemalloc
import zipfile

import numpy as np
import pytest

import nnlib as nn
from nnlib._common import files


def plan(net):
    return [[type(layer).__name__, layer.settings()] for layer in net]


def as_text(architecture):
    return np.array(json.dumps(architecture))


def refused(path):
    """The file gives a BadFile that says what was expected, what it got and what to do."""
    with pytest.raises(
        nn.BadFile, match=r"(?s)load expected .*, got .*\. Save the network again"
    ) as caught:
        nn.load(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_file_is_plain(tmp_path):
    """Anyone can read it with NumPy, without pickle; readable by others as the umask says."""
    net, path = nn.mlp(3, 4, 2), tmp_path / "net"
    net.save(path)
    with np.load(path, allow_pickle=False) as archive:
        assert sorted(archive) == ["architecture", "params"]
        np.testing.assert_array_equal(archive["params"], net.params)
        kinds = [kind for kind, _ in json.loads(str(archive["architecture"]))]
    assert kinds == ["Linear", "ReLU", "Linear"]
    assert list(tmp_path.iterdir()) == [path]
    other = tmp_path / "plain"
    other.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


# --- whole or not at all


@pytest.mark.parametrize(
    "problem", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=repr
)
@pytest.mark.parametrize("step", ["savez", "fsync", "replace"])
def test_interrupted_write(tmp_path, monkeypatch, problem, step):
    net, path = nn.mlp(3, 4, 2), tmp_path / "net.npz"
    net.save(path)
    before = path.read_bytes()
    net.params += 1

    def fail(*args, **kwargs):
        if step == "savez":
            args[0].write(before[: len(before) // 2])
        raise problem

    monkeypatch.setattr(np if step == "savez" else os, step, fail)
    with pytest.raises(type(problem)):
        net.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["net.npz"]
    path.unlink()
    with pytest.raises(type(problem)):
        net.save(path)
    assert not list(tmp_path.iterdir())  # no litter where there was no file


def test_reader_sees_old_or_new(tmp_path):
    """While the writer is at work the old file stands there whole."""
    path, seen = tmp_path / "file", []
    path.write_bytes(b"old")

    def write(file):
        file.write(b"half")
        file.flush()
        seen.append((path.read_bytes(), sorted(p.name[:5] for p in tmp_path.iterdir())))

    files.write_whole(path, write)
    assert seen == [(b"old", ["file", "file."])]  # beside it: only a rename within one disk is whole
    assert path.read_bytes() == b"half"


# --- damaged files


@pytest.fixture
def saved(tmp_path):
    net, path = nn.mlp(3, 4, 2, dropout=0.5, rng=1), tmp_path / "net.npz"
    net.save(path)
    return net, path, path.read_bytes()


def test_truncated(saved):
    _, path, whole = saved
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        refused(path)


def test_flipped_bytes(saved):
    """300 times one byte: the same network, or BadFile; never a wrong number, never another error."""
    net, path, whole = saved
    rng, found = np.random.default_rng(0), {"same": 0, "refused": 0}
    for place in rng.choice(len(whole), 300):
        damaged = bytearray(whole)
        damaged[place] ^= rng.integers(1, 256)
        path.write_bytes(damaged)
        try:
            other = nn.load(path)
        except nn.BadFile:
            found["refused"] += 1
        else:
            found["same"] += 1
            assert repr(other) == repr(net)
            np.testing.assert_array_equal(other.params, net.params)
    assert found["refused"] > 100


def test_not_a_network_file(tmp_path):
    contents = {
        "empty": b"", "text": b"hello, world\n" * 99, "pickle": pickle.dumps({"a": 1}),
        "zip header": b"PK\x03\x04" + b"\0" * 100, "zip end": b"PK\x05\x06" + b"\xff" * 18,
        "png": b"\x89PNG\r\n\x1a\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name)
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(
        tmp_path / "more.npz", architecture=np.array("[]"), params=np.zeros(3), more=np.zeros(3)
    )
    np.savez(tmp_path / "less.npz", params=np.zeros(3))
    with zipfile.ZipFile(tmp_path / "docs.zip", "w") as archive:
        archive.writestr("../../evil.txt", "x")
    for name in ("array.npy", "other.npz", "more.npz", "less.npz", "docs.zip"):
        refused(tmp_path / name)
    refused(tmp_path)
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "nothing.npz")


# --- hostile files


class Bomb:
    """Unpickling it would leave a trace."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_pickle_is_not_executed(tmp_path):
    trace = tmp_path / "trace"
    bomb = np.array([Bomb(trace)], dtype=object)
    text = as_text(plan(nn.mlp(3, 2)))
    np.savez(tmp_path / "params.npz", architecture=text, params=bomb)
    np.savez(tmp_path / "text.npz", architecture=bomb, params=np.zeros(8))
    (tmp_path / "bare.npz").write_bytes(pickle.dumps(Bomb(trace)))
    for path in sorted(tmp_path.glob("*.npz")):
        refused(path)
        assert not trace.exists()
    pickle.loads((tmp_path / "bare.npz").read_bytes())
    assert trace.exists()  # the bomb is a real one


def test_compressed_bomb_is_not_inflated(tmp_path):
    size = 2**26
    path = tmp_path / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (size // 8,)}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("params.npy", "w") as file:
            file.write(header.getvalue())
            for _ in range(64):
                file.write(bytes(size // 64))
        claimed = [["Linear", {"n_in": size // 8 - 1, "n_out": 1}]]
        archive.writestr("architecture.npy", entry(claimed))
    assert path.stat().st_size < size / 500
    assert peak_of_refusal(path) < 2**20


def peak_of_refusal(path):
    refused(path)  # what is imported on first use is no part of it
    tracemalloc.start()
    refused(path)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


def entry(architecture):
    """The bytes of an architecture in the archive."""
    text = io.BytesIO()
    np.save(text, as_text(architecture))
    return text.getvalue()


def with_header(path, header, data=b""):
    """A network file whose params have this header."""
    raw = header.encode("latin1")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("architecture.npy", entry(plan(nn.mlp(3, 2))))
        archive.writestr(
            "params.npy", b"\x93NUMPY\x01\x00" + len(raw).to_bytes(2, "little") + raw + data
        )
    return path


@pytest.mark.parametrize("shape", ["(10000000,)", "(1000, 10000)", "(1000000000,)"])
def test_header_that_claims_much_takes_no_memory(tmp_path, shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}"
    assert peak_of_refusal(with_header(tmp_path / "net.npz", header, bytes(64))) < 2**20


ENTRY = "{'descr': %s, 'fortran_order': %s, 'shape': %s}"
HEADERS = {
    "cut off": ENTRY[:40],
    "no dict": "{1, 2}",
    "other keys": "{'descr': '<f8', 1: 2, 'shape': (8,)}",
    "unhashable": "{[]: 1}",
    "code": "__import__('os').mkdir('trace')",
    "deep": "(" * 9000,
    "many signs": "-" * 9000 + "1",
    "long integer": "5L",
    "NUL": "\0",
    "no descr": ENTRY % ("()", "False", "(8,)"),
    "objects": ENTRY % ("'|O'", "False", "(8,)"),
    "text": ENTRY % ("'<U2'", "False", "(8,)"),
    "no width": ENTRY % ("'<U0'", "False", "(8,)"),
    "integers": ENTRY % ("'<i8'", "False", "(8,)"),
    "half": ENTRY % ("'<f2'", "False", "(32,)"),
    "complex": ENTRY % ("'<c16'", "False", "(4,)"),
    "swapped": ENTRY % ("'>f8'", "False", "(8,)"),
    "record": ENTRY % ("[('a', '<f8')]", "False", "(8,)"),
    "shape is no tuple": ENTRY % ("'<f8'", "False", "8"),
    "shape of flags": ENTRY % ("'<f8'", "False", "(True,)"),
    "negative": ENTRY % ("'<f8'", "False", "(-1, -8)"),
    "negative alone": ENTRY % ("'<f8'", "False", "(-8,)"),
    "too many axes": ENTRY % ("'<f8'", "False", f"(8,{'1,' * 99})"),
    "empty and huge": ENTRY % ("'<f8'", "False", f"(0, {10**30})"),
    "too short": ENTRY % ("'<f8'", "False", "(9,)"),
    "too long": ENTRY % ("'<f8'", "False", "(7,)"),
    "another number": ENTRY % ("'<f4'", "False", "(16,)"),
    "no axis": ENTRY % ("'<f8'", "False", "()"),
    "three axes": ENTRY % ("'<f8'", "False", "(1, 1, 8)"),
    "no networks": ENTRY % ("'<f8'", "False", "(0, 8)"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_hostile_header(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    refused(with_header(tmp_path / "net.npz", HEADERS[name], bytes(64)))
    assert not (tmp_path / "trace").exists()


def test_header_helper_makes_good_files(tmp_path):
    good = with_header(tmp_path / "net.npz", ENTRY % ("'<f8'", "False", "(8,)"), bytes(64))
    assert not nn.load(good).params.any()


def test_pickle_that_fits_its_header_is_not_executed(tmp_path):
    """As long as the header says: nothing but the refusal to unpickle stands in the way."""
    trace = tmp_path / "trace"
    data = pickle.dumps(Bomb(trace))
    data += bytes(-len(data) % 8)
    refused(with_header(tmp_path / "net.npz", ENTRY % ("'|O'", "False", f"({len(data) // 8},)"), data))
    assert not trace.exists()


def test_compressed_file_is_foreign(tmp_path):
    net = nn.mlp(3, 4, 2)
    path, text = tmp_path / "net.npz", as_text(plan(net))
    np.savez_compressed(path, architecture=text, params=net.params)
    assert "compressed" in refused(path)


GOOD = {"n_in": 3, "n_out": 2, "init": "he"}
ARCHITECTURES = {
    "no JSON": "nn.Linear(3, 2)",
    "no list": '{"a": 1}',
    "number": "5",
    "null": "null",
    "NaN": "NaN",
    "nothing": "[]",
    "deep": "[" * 100_000,
    "layer is a number": [5],
    "layer is null": [None],
    "layer is text": ["Linear"],
    "three parts": [["Linear", GOOD, 1]],
    "kind is a number": [[5, {}]],
    "kind is a list": [[["Linear"], GOOD]],
    "unknown kind": [["Convolution", {}]],
    "kind of another sort": [["Layer", {}]],
    "private name": [["__class__", {}]],
    "settings are a list": [["Linear", [3, 2]]],
    "settings are null": [["Linear", None]],
    "setting missing": [["Linear", {"n_in": 3}]],
    "setting too many": [["Linear", {**GOOD, "more": 1}]],
    "setting called self": [["Linear", {**GOOD, "self": 1}]],
    "setting without a name": [["Linear", {**GOOD, "": 1}]],
    "setting of text": [["Linear", {**GOOD, "n_in": "3"}]],
    "setting of a list": [["Linear", {**GOOD, "n_in": [3]}]],
    "setting of a flag": [["Linear", {**GOOD, "n_in": True}]],
    "fraction": [["Linear", {**GOOD, "n_in": 3.0}]],
    "negative": [["Linear", {**GOOD, "n_in": -3}]],
    "init is a list": [["Linear", {**GOOD, "init": ["he"]}]],
    "huge": [["Linear", {"n_in": 10**9, "n_out": 10**9, "init": "he"}]],
    "hugest": [["Linear", {"n_in": 10**4000, "n_out": 10**4000, "init": "he"}]],
    "huge pieces": [["Maxout", {"n_in": 3, "n_out": 2, "pieces": 10**12, "init": "he"}]],
    "one too many": [["Linear", {"n_in": 4, "n_out": 2, "init": "he"}]],
    "do not fit": [
        ["Linear", {"n_in": 1, "n_out": 2, "init": "he"}],
        ["Linear", {**GOOD, "n_out": 1}],
    ],
    "PReLU first": [["PReLU", {}], ["Linear", GOOD]],
    "p is infinite": '[["Linear", {"n_in": 3, "n_out": 2}], ["Dropout", {"p": Infinity}]]',
    "p is 1e400": '[["Linear", {"n_in": 3, "n_out": 2}], ["Dropout", {"p": 1e400}]]',
    "std is 10**400": [["Linear", GOOD], ["GaussianNoise", {"std": 10**400}]],
    "std is NaN": '[["Linear", {"n_in": 3, "n_out": 2}], ["GaussianNoise", {"std": NaN}]]',
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_hostile_architecture(tmp_path, name):
    text, path = ARCHITECTURES[name], tmp_path / "net.npz"
    text = np.array(text) if isinstance(text, str) else as_text(text)
    np.savez(path, architecture=text, params=np.zeros(8))
    refused(path)
    if "huge" in name:
        assert peak_of_refusal(path) < 2**20


@pytest.mark.parametrize(
    "text", [np.array(b"[]"), np.array(7), np.array(["[]"]), np.zeros(3), np.array("a\0b"),
             np.frombuffer(b"\xff" * 8, "<U2")[0:1].reshape(())], ids=repr
)
def test_architecture_of_another_type(tmp_path, text):
    np.savez(tmp_path / "net.npz", architecture=text, params=np.zeros(8))
    refused(tmp_path / "net.npz")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_parameters_need_not_be_finite(tmp_path, bad):
    """What was saved comes back, also after training went wrong."""
    net, path = nn.mlp(3, 2), tmp_path / "net.npz"
    net.params[3] = bad
    net.save(path)
    assert nn.load(path).params.tobytes() == net.params.tobytes()


def test_entries_of_the_zip_may_lie(saved):
    """Encryption, an unknown compression or a size beyond the file: refused."""
    _, path, whole = saved
    start = whole.index(
        b"PK\x01\x02"
    )  # first directory entry: flags at 8, method at 10, size at 24
    for offset, value in ((8, b"\x01\x00"), (10, b"\x63\x00"), (24, b"\xff\xff\xff\x7f")):
        damaged = bytearray(whole)
        damaged[start + offset : start + offset + len(value)] = value
        path.write_bytes(damaged)
        assert peak_of_refusal(path) < 2**20


def test_an_entry_of_another_size_is_said(tmp_path):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), }\n"
    path = with_header(tmp_path / "net.npz", header, bytes(56))
    assert "(56 bytes for an array of shape (8,))" in refused(path)


def test_what_is_wrong_with_the_entries_is_said(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, **dict.fromkeys("gfedcba", 1))
    assert "broken or foreign file (entries ['a', 'b', 'c', 'd', 'e'])" in refused(path)
    np.savez_compressed(path, architecture="x", params=np.zeros(1))
    assert "foreign file (a compressed or oversized entry 'architecture')" in refused(path)
    np.savez(path, architecture=as_text([]), params=np.zeros(0))
    assert "(no layers)" in refused(path)
    np.savez(path, architecture='[["Nonsense", {}]]', params=np.zeros(1))
    assert re.search(r"\(layer expected one of .*, got 'Nonsense'\. Check the spelling\.\)", refused(path))
    np.savez(path, architecture='[["Linear", {"n_in": 2, "n_out": 1}]]', params=np.zeros(5))
    assert ("(the layers expected 3 float32 or float64 parameters, got float64 (5,). "
            "Use the parameters of a network of the same shape.)") in refused(path)


def test_a_name_as_long_as_the_disk_allows_and_a_link_that_stays_one(tmp_path):
    net = nn.mlp(2, 3, 2)
    for name in ("a" * 251 + ".npz", "网" * 80 + ".npz"):
        net.save(tmp_path / name)
        np.testing.assert_array_equal(nn.load(tmp_path / name).params, net.params)
    (link := tmp_path / "link.npz").symlink_to("there.npz")
    for _ in range(2):  # its file is new, then replaced
        net.save(link)
        assert link.is_symlink()
        np.testing.assert_array_equal(nn.load(tmp_path / "there.npz").params, net.params)
