"""The CIFAR-10 photographs, read straight from the official binary archive."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from .._common.checks import one_of
from .._common.files import BadFile, PathLike, as_path, write_whole

_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
_ARCHIVE, _FOLDER = "cifar-10-binary.tar.gz", "cifar-10-batches-bin"
_FILES = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}
_IMAGES = 10_000  # per file
_ROW = 1 + 3 * 32 * 32  # bytes per image: its label, then its pixels
_PIECE = 500  # images converted at a time, so that the peak of memory is little more than the result


def cifar10(split: str = "train", root: PathLike | None = None,
            download: bool = True) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Photographs of 32 by 32 pixels in ten classes: 50,000 to train on or 10,000 to test on.

    An archive is read only if it has the published md5; one that was downloaded is unpacked, as files load several
    times faster. The `.bin` files have no published sum. Source: A. Krizhevsky, *Learning multiple layers of features
    from tiny images*, 2009.

    Parameters
    ----------
    split : "train" or "test"
    root : path, optional
        The archive ``cifar-10-binary.tar.gz``; or a folder with it, with its ``.bin`` files, or with its folder
        ``cifar-10-batches-bin``. Without it, the user's cache folder.
    download : bool
        Fetch the archive (170 MB) into `root` if nothing is there.

    Returns
    -------
    X : (3072, 50000) or (3072, 10000) float32
        Brightness from 0 to 1, that is byte / 255. An image's 3072 numbers are its red, then green, then
        blue plane, each 32 lines of 32 pixels from the top left: ``X[:, i].reshape(3, 32, 32)``, or
        ``X[:, i].reshape(3, 32, 32).transpose(1, 2, 0)`` for a picture to show.
    y : (50000,) or (10000,) int64
        Labels: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.

    Raises
    ------
    ValueError
        If `split` is unknown, there is nothing at `root`, or the download fails.
    BadFile
        If an archive is not the official one, or a file has a wrong size or a label above 9.
    ImportError
        If pooch or tqdm, which only the download needs, are not installed.

    Examples
    --------
    >>> X, y = cifar10("validation")
    Traceback (most recent call last):
    ValueError: cifar10 split expected one of test, train, got 'validation'. Check the spelling.
    """
    files = one_of("cifar10 split", split, _FILES)
    folder = as_path(_pooch().os_cache("nnlib") if root is None else root, "cifar10 root").expanduser()
    found = [path for path in (folder, folder / _FOLDER) if all((path / name).is_file() for name in files)]
    found += [path for path in (folder, folder / _ARCHIVE) if path.is_file()]
    if not found and (not download or folder.suffix == ".gz"):
        raise ValueError(f"cifar10 expected {_ARCHIVE} or {', '.join(files)} in {folder}, got neither. "
                         "Correct root, or give a folder and download=True to fetch it (170 MB).")
    place = found[0] if found else _download(folder)
    images = np.empty((len(files) * _IMAGES, _ROW - 1), np.float32)
    y = np.empty(len(images), np.int64)
    for name, stream in _streams(place, files):
        own = slice(files.index(name) * _IMAGES, (files.index(name) + 1) * _IMAGES)
        for i in range(0, _IMAGES, _PIECE):
            brightness, labels = images[own][i : i + _PIECE], y[own][i : i + _PIECE]
            rows = np.frombuffer(stream.read(len(labels) * _ROW), np.uint8).reshape(-1, _ROW)
            np.divide(rows[:, 1:], 255, out=brightness, dtype=np.float32)
            labels[:] = rows[:, 0]
        if (highest := y[own].max()) > 9:
            raise BadFile(f"cifar10 expected labels 0 to 9 in {name}, got {highest}. "
                          f"Replace {place}, or remove it to have it fetched again.")
    return images.T, y


def _pooch() -> ModuleType:
    """The package that downloads, imported only when it is needed."""
    try:
        import_module("tqdm")  # pooch draws its progress bar with it
        return import_module("pooch")
    except ImportError as problem:
        # The server lets no page of another site read the archive.
        how = "Use Python outside of the browser" if sys.platform == "emscripten" else "Run pip install pooch tqdm"
        raise ImportError(f"cifar10 expected the extra nnlib-course[data] to download with, got: {problem}. "
                          f"{how}, or give as root the archive or its folder.") from problem


def _download(folder: Path) -> Path:
    """Fetch the archive into `folder` and unpack it; files appear complete and checked, or not at all."""
    pooch = _pooch()
    downloader = pooch.HTTPDownloader(progressbar=True, chunk_size=2**16)
    try:
        pooch.retrieve(_URL, f"md5:{_MD5}", _ARCHIVE, folder, downloader=downloader)
    except OSError as problem:
        raise ValueError(f"cifar10 expected to fetch {_URL} into {folder}, got {problem!r}. Check the network "
                         "and the folder, or fetch the file in another way and give its path as root.") from problem
    except ValueError as problem:
        raise BadFile(f"cifar10 expected {_URL} to have md5 {_MD5}, got another file: {problem} Try again "
                      "later, or fetch the official archive in another way and give its path as root.") from problem
    import shutil

    archive, unpacked = folder / _ARCHIVE, folder / _FOLDER
    with suppress(OSError):  # if the disk has no room for the files, the archive is read, which takes longer
        unpacked.mkdir(exist_ok=True)
        for name, stream in _streams(archive, [*_FILES["train"], *_FILES["test"]]):
            write_whole(unpacked / name, partial(shutil.copyfileobj, stream))
        archive.unlink()
    return archive if archive.is_file() else unpacked  # which another process may have finished first


def _streams(place: Path, files: list[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """The name of each of `files` in `place`, and its content, of the right length."""
    plain = ((name, (place / name).stat().st_size, (place / name).open("rb")) for name in files)
    for name, size, stream in plain if place.is_dir() else _archived(place, files):
        with stream:
            if size != _IMAGES * _ROW:
                raise BadFile(f"cifar10 expected {_IMAGES * _ROW} bytes in {name}, got {size}. "
                              f"Replace {place}, or remove it to have it fetched again.")
            yield name, stream


def _archived(place: Path, files: list[str]) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size in bytes and content of each of `files` in the official archive at `place`."""
    import tarfile  # here, so that `import nnlib` stays fast

    with place.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 != _MD5:
        raise BadFile(f"cifar10 expected the official {_ARCHIVE} with md5 {_MD5}, got {place} with md5 {md5}. Remove "
                      "it to have it fetched again; the -python and -matlab archives are not read.")
    missing = {f"{_FOLDER}/{name}": name for name in files}
    with tarfile.open(place, "r|gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() and member.name in missing else None
            if content:  # links are skipped
                yield missing.pop(member.name), member.size, content
            if not missing:
                return
    raise BadFile(f"cifar10 expected the files {', '.join(missing)} in {place}, got an archive without them. "
                  "Remove it to have it fetched again.")
