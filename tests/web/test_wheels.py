"""nnlib's wheel, and the folder of the site that offers it to pip."""

import re
import subprocess
import sys
import zipfile

import pytest

from grader.published import PACKAGE
from web import wheels
from web.project import ROOT
from web.publish import pdf

NAME = f"nnlib_course-{PACKAGE['version']}-py3-none-any.whl"


def test_the_wheel_of_nnlib_holds_the_files_of_the_repository(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("expected a clone, got a folder without git's history")
    listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                                      "nnlib"], cwd=ROOT, text=True)
    with zipfile.ZipFile(wheels.of_nnlib(tmp_path)) as wheel:
        packed = {place for place in wheel.namelist() if ".dist-info/" not in place}
    assert packed == set(filter(None, listed.split("\0")))


def test_pip_finds_it_in_the_folder_that_the_site_offers(tmp_path, serve):
    offered, got = tmp_path / "wheel", tmp_path / "got"
    wheels.offer(offered)
    assert {path.name for path in offered.iterdir()} == {"index.html", NAME}
    with serve(offered) as address:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-index",
                        "--dest", got, "--find-links", f"{address}/", "nnlib-course[panels]"], check=True)
    assert (got / NAME).read_bytes() == (offered / NAME).read_bytes()


def test_the_folder_holds_no_other_version(tmp_path):
    (tmp_path / "nnlib_course-0.0.9-py3-none-any.whl").touch()
    wheels.offer(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", NAME}


def test_a_wheel_of_an_installed_package_says_nothing_of_this_machine(tmp_path, monkeypatch):
    notes, about = tmp_path / "demo-1.0.dist-info", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
    notes.mkdir()
    (tmp_path / "demo.py").touch()
    for name, words in {"METADATA": about, "INSTALLER": "pip", "REQUESTED": "", "direct_url.json": "{}"}.items():
        (notes / name).write_text(words)
    (notes / "RECORD").write_text("demo.py,,\n" + "".join(f"{notes.name}/{path.name},,\n" for path in notes.iterdir()))
    monkeypatch.syspath_prepend(tmp_path)
    with zipfile.ZipFile(wheels.of_installed("demo", tmp_path)) as wheel:
        assert {*wheel.namelist()} == {"demo.py", f"{notes.name}/METADATA", f"{notes.name}/RECORD"}


def test_the_site_offers_it(site):
    assert {path.name for path in (site / "wheel").iterdir()} == {"index.html", NAME}


@pytest.mark.parametrize("book", ["https://example.org/course", ""])
def test_the_printed_book_leads_to_the_folder_where_the_site_is_known(site, book, monkeypatch):
    monkeypatch.setenv("BOOK_URL", book)
    [link] = pdf.chapter(site, "index", "en").find_all("a", string=re.compile("own page"))
    assert link.get("href") == (f"{book}/wheel/index.html" if book else None)
