"""The CIFAR-10 reader, on small archives of the official layout, on disk and served on loopback."""

import hashlib
import os
import sys
import tarfile
import threading
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from nnlib import datasets
from nnlib._common.files import BadFile
from nnlib.datasets import cifar

IMAGES = 20
NAMES = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
FOLDER = "cifar-10-batches-bin"
ARCHIVE = "cifar-10-binary.tar.gz"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(cifar, "_IMAGES", IMAGES)
    monkeypatch.setattr(cifar, "_PIECE", 7)  # the last piece of a file is a short one


@pytest.fixture
def rows():
    """What each file holds: (IMAGES, 3073) bytes, a label and 3072 pixels per row."""
    rng = np.random.default_rng(0)
    files = {name: rng.integers(0, 256, (IMAGES, 3073), dtype=np.uint8) for name in NAMES}
    for array in files.values():
        array[:, 0] = rng.permutation(IMAGES) % 10
    return files


def member(name, kind=tarfile.REGTYPE, size=0, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info


def pack(path, members):
    """Write (header, bytes) pairs as they are, whatever the headers claim."""
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            block = info.tobuf(archive.format) + content + bytes(-len(content) % 512)
            archive.fileobj.write(block)  # addfile would read as much as the header claims
            archive.offset += len(block)
    return path


def files_of(rows):
    """Members in another order than wanted, among others that the official archive has too."""
    yield member(FOLDER, tarfile.DIRTYPE), b""
    yield member(f"{FOLDER}/readme.html", size=5), b"hello"
    for name in [NAMES[i] for i in (3, 5, 0, 4, 2, 1)]:
        yield member(f"{FOLDER}/{name}", size=rows[name].nbytes), rows[name].tobytes()


def trust(path, monkeypatch):
    monkeypatch.setattr(cifar, "_MD5", hashlib.md5(path.read_bytes()).hexdigest())
    return path


@pytest.fixture
def archive(tmp_path, rows, monkeypatch):
    (tmp_path / "there").mkdir()
    return trust(pack(tmp_path / "there" / ARCHIVE, files_of(rows)), monkeypatch)


@pytest.fixture
def folder(tmp_path, rows):
    """The unpacked .bin files."""
    path = tmp_path / "unpacked" / FOLDER
    path.mkdir(parents=True)
    for name, content in rows.items():
        (path / name).write_bytes(content.tobytes())
    return path


@pytest.fixture
def server(archive, monkeypatch):
    """Serves the archive; `.asked` counts requests, `.status` and `.claim` make it misbehave."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked += 1
            body = archive.read_bytes()
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(body) + self.server.claim))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.asked, http.status, http.claim = 0, 200, 0
        http.url = f"http://127.0.0.1:{http.server_port}/{ARCHIVE}"
        monkeypatch.setattr(cifar, "_URL", http.url)
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield http
        http.shutdown()
        thread.join()


def expected(rows, names):
    """The same numbers by another way: one image after the other, in double precision."""
    images = [image for name in names for image in rows[name]]
    X = np.array([[byte / 255 for byte in image[1:].tolist()] for image in images]).T
    return X.astype(np.float32), np.array([int(image[0]) for image in images])


def test_constants_are_the_published_ones(monkeypatch):
    monkeypatch.undo()
    assert cifar._URL == "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    assert cifar._MD5 == "c32a1d4ab5d03f1284b67883e8d87530"
    assert cifar._IMAGES * cifar._ROW == 30_730_000
    assert [*cifar._FILES["train"], *cifar._FILES["test"]] == NAMES


@pytest.mark.parametrize(("split", "names"), [("train", NAMES[:5]), ("test", NAMES[5:])])
@pytest.mark.parametrize(
    "place", ["archive", "its folder", "folder of files", "folder of folder", "text"]
)
def test_every_place_gives_the_same_numbers(split, names, place, archive, folder, rows):
    root = {
        "archive": archive,
        "its folder": archive.parent,
        "folder of files": folder,
        "folder of folder": folder.parent,
        "text": str(archive),
    }[place]
    X, y = datasets.cifar10(split, root=root, download=False)
    X_expected, y_expected = expected(rows, names)
    np.testing.assert_array_equal(X, X_expected)
    np.testing.assert_array_equal(y, y_expected)
    assert (X.dtype, y.dtype) == (np.float32, np.int64)
    assert X.shape == (3072, IMAGES * len(names))
    assert X.flags.f_contiguous
    assert (X.min(), X.max()) == (0, 1)


def test_order_of_pixels(folder):
    # Image 1 of the second file, a frog (6). By hand: red at line 0, column 1 is 51 = 0.2 * 255;
    # green at line 1, column 0 is 102 = 0.4 * 255; blue in the last corner is full.
    image = np.zeros(3073, np.uint8)
    image[0] = 6
    image[1 + 1], image[1 + 1024 + 32], image[1 + 3071] = 51, 102, 255
    with (folder / "data_batch_2.bin").open("r+b") as file:
        file.seek(3073)
        file.write(image.tobytes())
    X, y = datasets.cifar10(root=folder)
    picture = X[:, IMAGES + 1].reshape(3, 32, 32).transpose(1, 2, 0)
    assert y[IMAGES + 1] == 6
    np.testing.assert_array_equal(picture[0, 1], np.float32([0.2, 0, 0]))
    np.testing.assert_array_equal(picture[1, 0], np.float32([0, 0.4, 0]))
    np.testing.assert_array_equal(picture[31, 31], np.float32([0, 0, 1]))
    assert np.count_nonzero(picture) == 3


def test_home_folder(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    X, _ = datasets.cifar10("test", root=f"~/{FOLDER}")
    assert X.shape == (3072, IMAGES)


def test_memory_stays_close_to_the_result(tmp_path, monkeypatch):
    monkeypatch.setattr(cifar, "_IMAGES", 400)
    monkeypatch.setattr(cifar, "_PIECE", 50)
    for name in NAMES:
        (tmp_path / name).write_bytes(bytes(400 * 3073))
    tracemalloc.start()
    try:
        X, y = datasets.cifar10(root=tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < X.nbytes + y.nbytes + 5 * 50 * 3073


def test_download(server, tmp_path, rows, capsys):
    root = tmp_path / "new" / "folder"
    X, y = datasets.cifar10(root=root)
    X_expected, y_expected = expected(rows, NAMES[:5])
    np.testing.assert_array_equal(X, X_expected)
    np.testing.assert_array_equal(y, y_expected)
    assert "100%" in capsys.readouterr().err  # a progress bar
    assert os.listdir(root) == [FOLDER]
    for name in NAMES:
        assert (root / FOLDER / name).read_bytes() == rows[name].tobytes()
    assert len(os.listdir(root / FOLDER)) == 6
    again, _ = datasets.cifar10(root=root)
    np.testing.assert_array_equal(again, X)
    assert server.asked == 1


def test_download_beside_a_part_of_the_files(server, tmp_path):
    root = tmp_path / "new"
    (root / FOLDER).mkdir(parents=True)
    (root / FOLDER / NAMES[0]).write_bytes(b"torn")
    assert datasets.cifar10("test", root=root)[0].shape == (3072, IMAGES)
    assert os.listdir(root) == [FOLDER]
    assert {path.stat().st_size for path in (root / FOLDER).iterdir()} == {3073 * IMAGES}


def test_download_with_no_room_to_unpack(server, tmp_path, rows, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(cifar, "write_whole", full)
    X, _ = datasets.cifar10("test", root=tmp_path / "new")
    np.testing.assert_array_equal(X, expected(rows, NAMES[5:])[0])
    assert (tmp_path / "new" / ARCHIVE).exists()


def test_download_into_the_cache(server, tmp_path, monkeypatch):
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / "cache" / project)
    X, _ = datasets.cifar10("test")
    assert X.shape == (3072, IMAGES)
    assert os.listdir(tmp_path / "cache" / "nnlib") == [FOLDER]


def test_download_with_another_hash_leaves_nothing(server, tmp_path, monkeypatch):
    monkeypatch.setattr(cifar, "_MD5", "0" * 32)
    root = tmp_path / "new"
    with pytest.raises(BadFile) as error:
        datasets.cifar10(root=root)
    text = str(error.value)
    assert text.startswith(f"cifar10 expected {server.url} to have md5 {'0' * 32}, got another ")
    assert text.endswith("fetch the official archive in another way and give its path as root.")
    assert os.listdir(root) == []


@pytest.mark.parametrize("trouble", ["refused", "not found", "cut off"])
def test_missing_network(trouble, server, tmp_path, monkeypatch):
    if trouble == "refused":
        monkeypatch.setattr(cifar, "_URL", f"http://127.0.0.1:1/{ARCHIVE}")
    server.status = 404 if trouble == "not found" else 200
    server.claim = 100 if trouble == "cut off" else 0
    root = tmp_path / "new"
    with pytest.raises(ValueError, match="Check the network and the folder, or fetch") as error:
        datasets.cifar10(root=root)
    assert str(error.value).startswith(f"cifar10 expected to fetch {cifar._URL} into {root}, got ")
    assert os.listdir(root) == []


def test_an_archive_that_another_process_has_unpacked_meanwhile(server, tmp_path, rows, monkeypatch):
    root, unpack = tmp_path / "new", cifar._streams

    def overtaken(place, files):
        monkeypatch.setattr(cifar, "_streams", unpack)
        cifar._download(root)  # the other process: it unpacks and removes the archive
        return unpack(place, files)

    monkeypatch.setattr(cifar, "_streams", overtaken)
    X, _ = datasets.cifar10("test", root=root)
    np.testing.assert_array_equal(X, expected(rows, NAMES[5:])[0])


@pytest.mark.parametrize("package", ["pooch", "tqdm"])
def test_missing_package(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r"^cifar10 expected the extra nnlib-course\[data\] to download"):
        datasets.cifar10(root=tmp_path)
    remedy = r"\. Run pip install pooch tqdm, or give as root the archive or its folder\.$"
    with pytest.raises(ImportError, match=remedy):
        datasets.cifar10()
    monkeypatch.setattr(sys, "platform", "emscripten")  # where nothing can be installed
    with pytest.raises(ImportError, match=r"\. Use Python outside of the browser, or give as root the archive"):
        datasets.cifar10()


def test_files_on_disk_need_no_package(archive, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    X, _ = datasets.cifar10("test", root=archive)
    assert X.shape == (3072, IMAGES)


@pytest.mark.parametrize(("name", "download"), [("empty", False), ("wrong.tar.gz", True)])
def test_nothing_there(name, download, tmp_path, server):
    with pytest.raises(ValueError, match="got neither") as error:
        datasets.cifar10("test", root=tmp_path / name, download=download)
    assert str(error.value) == (
        f"cifar10 expected {ARCHIVE} or test_batch.bin in {tmp_path / name}, got neither. "
        "Correct root, or give a folder and download=True to fetch it (170 MB)."
    )
    assert server.asked == 0
    assert not (tmp_path / name).exists()


def test_one_file_of_five_missing(folder):
    (folder / "data_batch_4.bin").unlink()
    with pytest.raises(ValueError, match="got neither"):
        datasets.cifar10(root=folder, download=False)


def test_another_archive_is_not_opened(archive, monkeypatch):
    found = cifar._MD5
    monkeypatch.setattr(cifar, "_MD5", "0" * 32)
    monkeypatch.setattr(tarfile, "open", None)
    with pytest.raises(BadFile) as error:
        datasets.cifar10(root=archive)
    assert str(error.value) == (
        f"cifar10 expected the official {ARCHIVE} with md5 {'0' * 32}, got {archive} with md5 "
        f"{found}. Remove it to have it fetched again; the -python and -matlab archives are not "
        "read."
    )


@pytest.mark.parametrize("change", [-1, -3073, 1])
def test_file_of_another_length(change, folder, rows):
    path = folder / "data_batch_3.bin"
    path.write_bytes((path.read_bytes() + b"x")[: 3073 * IMAGES + change])
    with pytest.raises(BadFile) as error:
        datasets.cifar10(root=folder)
    assert str(error.value) == (
        f"cifar10 expected {3073 * IMAGES} bytes in data_batch_3.bin, got "
        f"{3073 * IMAGES + change}. Replace {folder}, or remove it to have it fetched again."
    )


@pytest.mark.parametrize("image", [0, IMAGES - 1])
@pytest.mark.parametrize("name", NAMES)
def test_label_above_nine(name, image, folder):
    with (folder / name).open("r+b") as file:
        file.seek(3073 * image)
        file.write(bytes([10]))
    with pytest.raises(BadFile) as error:
        datasets.cifar10("test" if name == "test_batch.bin" else "train", root=folder)
    assert str(error.value) == (
        f"cifar10 expected labels 0 to 9 in {name}, got 10. Replace {folder}, or remove it to "
        "have it fetched again."
    )


def test_size_in_an_archive_is_checked_before_reading(tmp_path, monkeypatch):
    claim = member(f"{FOLDER}/test_batch.bin", size=2**40)
    path = trust(pack(tmp_path / ARCHIVE, [(claim, b"x")]), monkeypatch)
    with pytest.raises(BadFile, match=f"test_batch.bin, got {2**40}"):
        datasets.cifar10("test", root=path)


@pytest.mark.parametrize(
    "hostile",
    [
        member(f"{FOLDER}/test_batch.bin", tarfile.SYMTYPE, link="/etc/passwd"),
        member(f"{FOLDER}/test_batch.bin", tarfile.LNKTYPE, link="../../secret"),
        member(f"{FOLDER}/test_batch.bin", tarfile.FIFOTYPE),
        member("../test_batch.bin", size=3073 * IMAGES),
        member("/test_batch.bin", size=3073 * IMAGES),
    ],
    ids=["symbolic link", "hard link", "pipe", "above", "absolute"],
)
def test_hostile_members_are_passed_over(hostile, tmp_path, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = trust(pack(inside / ARCHIVE, [(hostile, bytes(hostile.size))]), monkeypatch)
    with pytest.raises(BadFile) as error:
        datasets.cifar10("test", root=path)
    assert str(error.value) == (
        f"cifar10 expected the files {FOLDER}/test_batch.bin in {path}, got an archive without them. "
        "Remove it to have it fetched again."
    )
    assert [entry for entry in Path(tmp_path).rglob("*") if entry.is_file()] == [path]


def test_first_of_two_members_counts_and_nothing_is_unpacked(tmp_path, rows, monkeypatch):
    name = f"{FOLDER}/test_batch.bin"
    content = rows["test_batch.bin"].tobytes()
    members = [(member(name, size=len(content)), content), (member(name, size=1), b"x")]
    path = trust(pack(tmp_path / ARCHIVE, members), monkeypatch)
    X, _ = datasets.cifar10("test", root=path)
    np.testing.assert_array_equal(X, expected(rows, ["test_batch.bin"])[0])
    assert os.listdir(tmp_path) == [ARCHIVE]
