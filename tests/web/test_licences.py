"""What the site ships of others comes with its licence."""

import json

from web import licences
from web.project import ROOT


def test_every_package_in_the_site_is_named_with_its_terms(site):
    found = dict(licences.parts(site))
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    shipped = {place.removeprefix("node_modules/") for place in lock if place and not lock[place].get("dev")}
    assert shipped <= {name.split(" ")[0] for name in found}
    assert {path.name for path in site.glob("pyodide/*.whl")} <= set(found)
    silent = {name.split(" ")[0].split("-")[0] for name, texts in found.items() if not texts}
    assert silent <= {"pyodide", "ssl", "sqlite3", "JupyterLab:"}  # their packages hold no text


def test_the_site_has_them_and_a_page_leads_there(site):
    text = (site / "licences.txt").read_text("utf-8")
    for word in ("Khan Academy", "Marijn Haverbeke", "Mozilla Public License", "PYTHON SOFTWARE FOUNDATION",
                 "Font Awesome", "NumPy Developers", "IPython"):
        assert word in text
    assert 'href="licences.txt"' in (site / "references.html").read_text("utf-8")
