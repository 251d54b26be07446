"""The first cell of a notebook to run: whom it tells what, whether its cure works; beside our nnlib it is silent."""

import os
import shlex
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest
from wheel.wheelfile import WheelFile

import nnlib
from grader import guard, published
from grader.published import ROOT
from web import wheels

SITE = "https://example.org/course/"
REPOSITORY = "https://github.com/someone/a-course"
FROM_SITE = '--find-links https://example.org/course/wheel/ "nnlib-course[panels]"'
VERSION = published.PACKAGE["version"]
FROM_RELEASE = (f'"nnlib-course[panels] @ https://github.com/someone/a-course/releases/download/v{VERSION}/'
                f'nnlib_course-{VERSION}-py3-none-any.whl"')
REMOVE = "pip uninstall -q -y nnlib nnlib-course"
PROGRAM = """
import os, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.register_magic_function(lambda line: print("pip", line), "line", "pip")
if {colab}:
    sys.modules["google.colab"] = sys
before = set(shell.user_ns)
shell.run_cell({code!r}).raise_error()
assert set(shell.user_ns) == before, "a name is left in the reader's way"
assert "nnlib" not in sys.modules
assert os.environ["NNLIB_LANG"] == {key!r}
"""


@pytest.fixture
def known(monkeypatch):
    """Sets what is known: the addresses of the site and of the repository."""
    def tell(site, repository):
        monkeypatch.setattr(published.yaml, "safe_load", lambda text: {})
        monkeypatch.setenv("BOOK_URL", site)
        monkeypatch.setenv("BOOK_REPOSITORY", repository)

    return tell


def said(packages, folder, key="both", colab=False, python=sys.executable, then=""):
    """What the cell prints, and asks of pip, in a notebook of this folder, where nnlib is in `packages`."""
    program = PROGRAM.format(code=guard.code(key), key=key, colab=colab) + then
    path = f"{packages}{os.pathsep}{sysconfig.get_path('purelib')}"
    places = {"PYTHONPATH": path, "HOME": os.devnull, "IPYTHONDIR": os.devnull}
    alone = ["-S"] if python == sys.executable else []  # the environment of the tests has our nnlib by a .pth file
    done = subprocess.run([python, *alone, "-W", "ignore", "-c", program], capture_output=True, text=True,
                          cwd=folder, env=os.environ | places)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(params=["missing", "somebody else's", "a file is gone", "older", "one more file"])
def not_ours(request, tmp_path):
    """A folder of packages without our nnlib as it is, and another folder for the notebook."""
    packages, folder = tmp_path / "packages", tmp_path / "notebooks"
    packages.mkdir()
    folder.mkdir()
    if request.param == "somebody else's":
        (packages / "nnlib").mkdir()
        (packages / "nnlib" / "__init__.py").write_text("raise AssertionError('it was imported')")
    elif request.param != "missing":
        with zipfile.ZipFile(wheels.of_nnlib(tmp_path)) as wheel:
            wheel.extractall(packages)
        first = packages / "nnlib" / "__init__.py"
        if request.param == "a file is gone":  # pip uninstall nnlib
            first.unlink()
        else:
            (packages / "nnlib" / "more.py" if request.param == "one more file" else first).write_text("import os")
    return packages, folder


@pytest.mark.parametrize(("site", "repository", "what"), [
    (SITE, REPOSITORY, FROM_SITE), (SITE.rstrip("/"), "", FROM_SITE), ("", REPOSITORY, FROM_RELEASE)])
def test_three_lines_say_what_to_install(site, repository, what, known, tmp_path):
    known(site, repository)
    words, *cure = said(tmp_path, tmp_path)
    zh, en = words.split(" | ")
    assert "没有本书的 nnlib" in zh
    assert "PyPI's package of that name" in en
    assert cure == [f"%{REMOVE}", f"%pip install -q {what}"]


@pytest.mark.parametrize(("key", "word", "other"), [("zh", "重启内核", "restart"), ("en", "restart", "重启")])
def test_it_speaks_the_language_of_the_notebook(key, word, other, known, tmp_path):
    known(SITE, "")
    words = said(tmp_path, tmp_path, key)[0]
    assert word in words
    assert other not in words


def test_whatever_is_not_our_nnlib_is_noticed(known, not_ours):
    known(SITE, REPOSITORY)
    assert said(*not_ours)[1:] == [f"%{REMOVE}", f"%pip install -q {FROM_SITE}"]


def test_on_colab_it_installs_by_itself(known, tmp_path):
    known(SITE, REPOSITORY)
    assert said(tmp_path, tmp_path, colab=True) == [REMOVE, f"pip install -q {FROM_SITE}"]


@pytest.mark.parametrize("colab", [False, True])
def test_without_an_address_it_sends_to_the_first_page(known, tmp_path, colab):
    known("", "")
    [line] = said(tmp_path, tmp_path, colab=colab)
    index = (ROOT / "chapters" / "index.md").read_text("utf-8")
    for heading in ("在自己的电脑上", "On your own machine"):
        assert heading in line
        assert heading in index


@pytest.mark.parametrize("colab", [False, True])
@pytest.mark.parametrize("place", ["nnlib.py", "nnlib/__init__.py"])
def test_the_readers_own_file_is_not_blamed_on_a_package(known, tmp_path, colab, place):
    known(SITE, REPOSITORY)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).touch()
    [line] = said(ROOT, tmp_path, "en", colab)
    assert line.startswith("Python finds another nnlib beside this notebook")
    assert line.endswith(f": {tmp_path / place}")


@pytest.mark.parametrize("colab", [False, True])
def test_beside_our_nnlib_it_is_silent(known, tmp_path, colab):
    known(SITE, REPOSITORY)
    assert said(ROOT, tmp_path, colab=colab) == []
    assert said("", ROOT, colab=colab) == []


def test_a_numpy_that_does_not_import_speaks_for_itself(known, tmp_path):
    known(SITE, REPOSITORY)
    (tmp_path / "numpy.py").write_text("raise ImportError('numpy is broken')")
    assert said(f"{tmp_path}{os.pathsep}{ROOT}", tmp_path) == []


def test_the_grader_knows_the_cell_of_any_edition(known, monkeypatch, tmp_path):
    known(SITE, "")
    cells = [guard.cell(key) for key in ("zh", "en", "both")]
    monkeypatch.setattr(guard, "ROOT", tmp_path)
    known("", "")
    for one in [*cells, guard.cell("en", deletable=False)]:
        nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.from_dict(one)]))
        text = "".join(one["source"])
        assert guard.is_guard(text)
        assert not guard.is_guard(text + "\nanswer = 42")
        assert not guard.is_guard(text.replace("import", "import ", 1))


# -- the cure, with a real pip ---------------------------------------------------------------------------
PYPI = {"nnlib/__init__.py": "import nnlib.layers", "nnlib/layers.py": "", "nnlib/more.py": ""}


def pack(folder, name, version, files):
    with WheelFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for place, text in files.items():
            wheel.writestr(place, text)
        info = f"{name}-{version}.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        return Path(wheel.filename)


def unpack(wheel, packages):
    """As pip installs it: over what is there."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)


@pytest.mark.parametrize("state", ["PyPI's came later", "PyPI's came and went", "an older one of ours"])
def test_its_lines_cure(state, known, tmp_path, serve):
    """With pip as it is; NumPy and the like are empty wheels for pip, and those of the tests for Python."""
    offered, work = tmp_path / "site" / "wheel", tmp_path / "work"
    wheels.offer(offered)
    work.mkdir()
    pypis = pack(tmp_path, "nnlib", "0.0.4", PYPI)
    for name, version in {"numpy": "2.9", "matplotlib": "3.9", "ipywidgets": "8.2"}.items():
        pack(work, name, version, {})
    venv.create(work / ".venv")  # which is not the reader's own nnlib
    python = work / ".venv" / "bin" / "python"
    packages = next((work / ".venv" / "lib").glob("*/site-packages"))
    unpack(next(offered.glob("*.whl")), packages)
    if state == "an older one of ours":
        (packages / "nnlib" / "losses.py").write_text("CrossEntropy = None")
    else:
        unpack(pypis, packages)
    if state == "PyPI's came and went":
        for place in PYPI:
            (packages / place).unlink()

    (tmp_path / "pip").symlink_to(Path(sysconfig.get_path("purelib")) / "pip")
    with serve(tmp_path / "site") as address:
        known(f"{address}/", "")
        _, *cure = said(packages, work, python=python)
        for line in cure:
            command = shlex.split(line.removeprefix("%"))
            subprocess.run([python, "-m", *command], check=True, cwd=work, env=os.environ | {
                "PYTHONPATH": str(tmp_path), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(work)})
        then = "import nnlib\nprint(nnlib.__file__, nnlib.datasets.__name__)"
        assert said(packages, work, python=python, then=then) == [f"{packages}/nnlib/__init__.py nnlib.datasets"]
    assert not (packages / "nnlib" / "more.py").exists()
    assert nnlib.__file__ == str(ROOT / "nnlib" / "__init__.py")
