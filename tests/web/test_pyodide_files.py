"""Where Python for the browser comes from, and that only the right files count."""

import hashlib
import json
import subprocess
import zipfile

import pytest

from web.live import pyodide_files
from web.project import ROOT

WORDS = b"a file of Pyodide"
GOOD = {"one.whl": hashlib.sha256(WORDS).hexdigest()}


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three folders where a file may be, and no mirror."""
    found = [tmp_path / name for name in ("named", "shared", "cache")]
    for folder in found:
        folder.mkdir()
    monkeypatch.setattr(pyodide_files, "folders", lambda: found)
    monkeypatch.setattr(pyodide_files, "MIRRORS", [])
    return found


@pytest.fixture
def mirror(tmp_path, monkeypatch, places, serve):
    """A mirror on this machine; gives its folder and the paths asked for."""
    folder, asked = tmp_path / "mirror", []
    folder.mkdir()
    with serve(folder, asked=asked) as address:
        monkeypatch.setattr(pyodide_files, "MIRRORS", ["http://127.0.0.1:9/", f"{address}/"])
        yield folder, asked


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_file_is_taken_from_any_folder(places, place):
    (places[place] / "one.whl").write_bytes(WORDS)
    assert pyodide_files.fetch(GOOD) == {"one.whl": places[place] / "one.whl"}


def test_a_wrong_file_does_not_count(places):
    (places[0] / "one.whl").write_bytes(b"something else")
    assert pyodide_files.fetch(GOOD) is None
    (places[1] / "one.whl").write_bytes(WORDS)
    assert pyodide_files.fetch(GOOD) == {"one.whl": places[1] / "one.whl"}


def test_a_mirror_is_asked_once_and_its_file_kept(places, mirror):
    (mirror[0] / "one.whl").write_bytes(WORDS)
    for _ in range(2):
        assert pyodide_files.fetch(GOOD) == {"one.whl": places[2] / "one.whl"}
    assert mirror[1] == ["/one.whl"]


def test_a_mirror_with_a_wrong_file_is_refused(places, mirror):
    (mirror[0] / "one.whl").write_bytes(b"something else")
    assert pyodide_files.fetch(GOOD) is None
    assert not list(places[2].glob("one.whl"))


def test_a_mirror_without_a_file_ends_the_search(places, mirror):
    assert pyodide_files.fetch(GOOD | {"two.whl": "0" * 64}) is None
    assert len(mirror[1]) <= 2  # the first 'no' was enough


def test_the_folder_named_by_the_reader_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("PYODIDE_DIR", str(tmp_path))
    assert pyodide_files.folders()[0] == tmp_path


def test_without_files_there_is_nothing_to_publish(places):
    assert pyodide_files.find() is None


def test_closure():
    packages = {"a": {"depends": ["b", "pytz"]}, "b": {"depends": ["a", "C_c"]}, "c-c": {"depends": []}}
    assert pyodide_files.closure(packages, ["a"]) == ["a", "b", "c-c"]


def test_what_is_published_can_be_loaded_and_nothing_else_stays(tmp_path):
    source, site = tmp_path / "one.whl", tmp_path / "site"
    source.write_bytes(WORDS)
    site.mkdir()
    (site / "old.whl").write_bytes(b"of the last release")
    pyodide_files.publish({"packages": {}}, {"one.whl": source}, site)
    assert not (site / "old.whl").exists()
    lock, listed = (json.loads((site / name).read_text()) for name in ("pyodide-lock.json", "files.json"))
    assert set(listed) == {path.name for path in site.iterdir()} - {"worker.js", "files.json"}
    for name, package in lock["packages"].items():
        path = site / package["file_name"]
        assert package["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        with zipfile.ZipFile(path) as wheel:
            assert wheel.testzip() is None
            assert f"{name}/__init__.py" in wheel.namelist()
            [record] = [place for place in wheel.namelist() if place.endswith(".dist-info/RECORD")]
            rows = [row.split(",") for row in wheel.read(record).decode().splitlines()]
            assert sorted(place for place, *_ in rows) == sorted(wheel.namelist())
            assert all(digest for place, digest, _ in rows if place != record)


def test_the_wheel_of_nnlib_holds_the_files_of_the_repository(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("expected a clone, got a folder without git's history")
    listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                                      "nnlib"], cwd=ROOT, text=True)
    with zipfile.ZipFile(pyodide_files.make_wheel("nnlib", tmp_path)) as wheel:
        packed = {place for place in wheel.namelist() if ".dist-info/" not in place}
    assert packed == set(filter(None, listed.split("\0")))


def test_the_same_files_give_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        pyodide_files.publish({"packages": {}}, {}, tmp_path / name)
    first, second = (json.loads((tmp_path / name / "files.json").read_text()) for name in ("first", "second"))
    assert first == second
