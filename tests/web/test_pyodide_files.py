"""Where Python for the browser comes from, and that only the right files count."""

import hashlib
import json
import zipfile

import pytest

from web.live import pyodide_files
from web.project import ROOT

WORDS = b"a file of Pyodide"
SILENT = "http://127.0.0.1:9/"
GOOD = {"one.whl": hashlib.sha256(WORDS).hexdigest()}


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three folders where a file may be, and no mirror but one that does not answer."""
    found = [tmp_path / name for name in ("named", "npm", "cache")]
    for folder in found:
        folder.mkdir()
    monkeypatch.setattr(pyodide_files, "folders", lambda: found)
    monkeypatch.setattr(pyodide_files, "CDN", [SILENT])
    return found


@pytest.fixture
def mirror(tmp_path, monkeypatch, places, serve):
    """A mirror on this machine that PYODIDE_MIRROR names; gives its folder and the paths asked for."""
    folder, asked = tmp_path / "mirror", []
    folder.mkdir()
    with serve(folder, asked=asked) as address:
        monkeypatch.setenv("PYODIDE_MIRROR", address)
        yield folder, asked


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_file_is_taken_from_any_folder(places, place):
    (places[place] / "one.whl").write_bytes(WORDS)
    assert pyodide_files.fetch(GOOD) == {"one.whl": places[place] / "one.whl"}


def refusal(hashes):
    with pytest.raises(pyodide_files.Unavailable) as fault:
        pyodide_files.fetch(hashes)
    return str(fault.value)


def test_a_wrong_file_does_not_count(places):
    (places[0] / "one.whl").write_bytes(b"something else")
    assert f"\n  {places[0]} (has another one.whl)\n  {places[1]}\n" in refusal(GOOD)
    (places[1] / "one.whl").write_bytes(WORDS)
    assert pyodide_files.fetch(GOOD) == {"one.whl": places[1] / "one.whl"}


def test_a_mirror_is_asked_once_and_its_file_kept(places, mirror):
    (mirror[0] / "one.whl").write_bytes(WORDS)
    for _ in range(2):
        assert pyodide_files.fetch(GOOD) == {"one.whl": places[2] / "one.whl"}
    assert mirror[1] == ["/one.whl"]


def test_after_a_silent_mirror_comes_the_next(places, mirror, monkeypatch):
    monkeypatch.setattr(pyodide_files, "mirrors", lambda mirrors=pyodide_files.mirrors: mirrors()[::-1])
    (mirror[0] / "one.whl").write_bytes(WORDS)
    assert pyodide_files.fetch(GOOD) == {"one.whl": places[2] / "one.whl"}


def test_a_mirror_with_a_wrong_file_is_refused(places, mirror):
    (mirror[0] / "one.whl").write_bytes(b"something else")
    assert "/ (has another one.whl)\n" in refusal(GOOD)
    assert not list(places[2].glob("one.whl"))


def test_a_mirror_without_a_file_ends_the_search(places, mirror):
    refusal(GOOD | {"two.whl": "0" * 64})
    assert len(mirror[1]) == 1  # the first 'no' was enough


def test_a_refusal_says_what_is_missing_where_it_was_sought_and_what_to_do(places, mirror):
    (places[1] / "one.whl").write_bytes(WORDS)
    said = refusal(GOOD | {"two.whl": "0" * 64, "three.whl": "1" * 64})
    assert "files of Pyodide 0.27.7: three.whl, two.whl; got" in said
    assert "one.whl" not in said
    assert all(f"\n  {folder}\n" in said for folder in places)
    assert "/ (HTTPError at three.whl)\n" in said
    assert f"\n  {SILENT}v0.27.7/full/ (ConnectionError at three.whl)\n" in said
    assert "Let PYODIDE_DIR name a folder that holds them, or PYODIDE_MIRROR the address" in said


def test_what_the_reader_names_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("PYODIDE_DIR", str(tmp_path))
    monkeypatch.setenv("PYODIDE_MIRROR", "https://example.org/pyodide")
    assert pyodide_files.folders()[0] == tmp_path
    assert pyodide_files.mirrors()[0] == "https://example.org/pyodide/"


def test_python_itself_comes_through_npm_at_the_pinned_version(monkeypatch):
    package = json.loads((ROOT / "web" / "package.json").read_text())
    assert package["dependencies"]["pyodide"] == pyodide_files.VERSION
    brought = ROOT / "web" / "node_modules" / "pyodide"
    monkeypatch.setattr(pyodide_files, "folders", lambda: [brought])
    assert pyodide_files.fetch(pyodide_files.CORE) == {name: brought / name for name in pyodide_files.CORE}


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


def test_the_same_files_give_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        pyodide_files.publish({"packages": {}}, {}, tmp_path / name)
    first, second = (json.loads((tmp_path / name / "files.json").read_text()) for name in ("first", "second"))
    assert first == second
