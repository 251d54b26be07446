"""The rubric for answers in words: whole, beside the answers, and out of sight of students."""

import base64
import csv
import html
import json
import re
import zipfile
from functools import cache
from itertools import pairwise

import nbformat
import numpy as np
import pytest
import yaml

import nnlib as nn
from assignments.solutions import hat_weights, periodic
from grader import __main__ as commands
from grader import assignments
from grader.output import write_sealed
from grader.reports.feedback import rubric
from nnlib.exercises.selfcheck import EXERCISES
from web import wheels
from web.project import OUT

TEXT = assignments.SOLUTIONS.with_name("rubric.yml").read_text("utf-8")
RUBRIC = yaml.safe_load(TEXT)
PARTS = [part for name in assignments.names() for part in assignments.load(name).written]
CJK = re.compile(r"[\u3400-\u9fff]")
READ = (".html", ".js", ".json", ".ipynb", ".txt", ".md", ".csv", ".py", ".yml")


def halves(text):
    zh, en = text.split(" | ")
    assert CJK.search(zh)
    assert en.strip()
    assert not CJK.search(en)
    assert not re.search(r"[\u3400-\u9fff] ?[,;:?!]", zh), "Chinese takes ，；：？！"
    return zh, en


def examples():
    return [(part, anchor["points"], key, anchor[key])
            for part in RUBRIC for anchor in RUBRIC[part]["anchors"] for key in ("zh", "en")]


def plain(text):
    """Letters and signs alone, so that no line break, tag or escape hides a sentence."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>|\\n", "", text)))


@cache
def secrets():
    """A piece of each model answer and of each example that occurs nowhere else."""
    texts = [half for part in RUBRIC.values() for half in halves(part["model"])]
    texts += [example["answer"] for *_, example in examples()]
    found = [plain(text)[:60] for text in texts]
    assert len({*found}) == len(found)
    assert min(map(len, found)) > 15
    return found


def told(text):
    text = plain(text)
    return [secret for secret in secrets() if secret in text]


def test_every_part_in_words_has_a_rubric_and_no_other():
    assert sorted(RUBRIC) == sorted(PARTS)


@pytest.mark.parametrize("part", RUBRIC)
def test_a_rubric_is_whole(part):
    how = RUBRIC[part]
    assert set(how) == {"counts", "anchors", "model", "variants"}
    assert len(how["counts"]) >= 3
    assert [anchor["points"] for anchor in how["anchors"]] == [0, 1, 2, 3]
    for text in (*how["counts"], how["model"]):
        halves(text)
    for anchor in how["anchors"]:
        assert set(anchor) == {"points", "looks", "zh", "en"}
        halves(anchor["looks"])
        for key in ("zh", "en"):
            assert set(anchor[key]) == {"answer", "because"}
            halves(anchor[key]["because"])
            assert bool(CJK.search(anchor[key]["answer"])) == (key == "zh")


@pytest.mark.parametrize("part", RUBRIC)
def test_its_html_shows_all_and_stays_one_block(part):
    """A blank line would end a block of HTML in nbgrader's form."""
    page = rubric(part)
    assert len(told(page)) == 10  # a model in two languages, eight examples
    assert not re.search(r"\n\s*\n", page)


def test_secrets_are_found_where_they_are():
    assert told(TEXT) == secrets()
    assert told(f"<p>{html.escape(RUBRIC['periodic-answer']['model'])}</p>")


VARIED = [(part, variant) for part in RUBRIC
          for variant in range(1, len(EXERCISES[part.removesuffix("-answer")].variants))]


def asking(part, variant):
    """The variants of a section's exercises, as far as a part needs them."""
    return {part.removesuffix("-answer"): variant}


@pytest.mark.parametrize(("part", "variant"), VARIED)
def test_the_rubric_of_a_variant_differs_and_keeps_its_form(part, variant):
    texts = [html.unescape(re.sub(r"<[^>]+>", "", rubric(part, asking(part, number)))) for number in (0, variant)]
    assert texts[0] != texts[1]
    assert texts[0].count("\n") == texts[1].count("\n")
    assert rubric(part, asking(part, variant)).count("<blockquote") == 8
    assert not re.search(r"\{\w+\}", texts[1])


@pytest.mark.parametrize("part", RUBRIC)
def test_all_words_that_differ_stand_in_the_rubric(part):
    whole = json.dumps({key: text for key, text in RUBRIC[part].items() if key != "variants"}, ensure_ascii=False)
    values = {value for one in EXERCISES[part.removesuffix("-answer")].variants for value in one.values()}
    for old, new in RUBRIC[part]["variants"].items():
        assert old in whole
        assert isinstance(new, str) or new.keys() <= values


def relu_net(*parts):
    """The ReLU network with these weights and biases."""
    net = nn.mlp(parts[0].shape[1], *(len(b) for b in parts[1::2]))
    for layer, W, b in zip(net[::2], parts[::2], parts[1::2], strict=True):
        layer.W, layer.b = W, b
    return net


def wave(points, periods, function=np.sin):
    """The sine's or cosine's broken line with so many points per period, in one layer."""
    x = np.linspace(0, 2 * np.pi, points)
    y = function(x)
    return relu_net(*periodic(x, np.append(y[:-1], y[0]), periods))


def folded_wave(pieces, tents, function=np.sin):
    """From a trough of the sine or a top of the cosine on, folded by tents; the last layer draws half a period."""
    sign, shift = (-1, np.pi / 2) if function is np.sin else (1, 0)
    parts, below = [], np.ones((1, 1))  # below: how a layer reads the one below it
    for k in range(tents, 0, -1):
        parts += [np.repeat(below, 2, axis=0), np.array([[shift], [shift - np.pi * 2 ** (k - 1)]])]
        below, shift = np.array([[1.0, -2.0]]), 0
    x = np.linspace(0, np.pi, pieces // 2 + 1)
    y = sign * np.cos(x)
    changes = np.diff(np.diff(y) / np.diff(x), prepend=0)
    return relu_net(*parts, np.repeat(below, len(changes), axis=0), -x[:-1, None], changes[None], y[:1, None])


def units(net):
    return sum(layer.n_out for layer in net[:-1:2])


def model(part, variant=0):
    """Both languages of a model answer."""
    text = html.unescape(rubric(part, asking(part, variant)).rpartition("<p>")[2].partition("</p>")[0])
    return re.fullmatch("(.*) · (.*)", re.sub(r"<[^>]+>", "", text)).groups()


def count(part, number, variant=0):
    """Both languages of what counts."""
    text = re.findall(r"<li>(.*?)</li>", rubric(part, asking(part, variant)))[number]
    return re.fullmatch("(.*) · (.*)", html.unescape(re.sub(r"<[^>]+>", "", text))).groups()


def stated(halves, *numbers):
    """Say if a text has these numbers in this order, in both languages."""
    return all(re.search(".*?".join(map(re.escape, map(str, numbers))), half) for half in halves)


WAVES = [(variant, getattr(np, one["function"]), one["end"] // 2)
         for variant, one in enumerate(EXERCISES["periodic"].variants)]


@pytest.mark.parametrize(("variant", "function", "periods"), WAVES)
def test_the_errors_of_the_periodic_answers_are_those_of_a_run(variant, function, periods):
    x = np.linspace(0, 2 * periods * np.pi, 10_001)[None]
    whole, short = ([abs(wave(pieces + more, periods, function)(x) - function(x)).max() for pieces in (4, 8, 16, 32)]
                    for more in (1, 0))
    ratios = [f"{a / b:.1f}" for a, b in pairwise(whole)]
    assert stated(model("periodic-answer", variant), *(f"{error:.4f}" for error in whole), *ratios)
    for half in count("periodic-answer", 0, variant):
        np.testing.assert_allclose([float(error) for error in re.findall(r"0\.\d+", half)], whole + short, rtol=0.02)


@pytest.mark.parametrize(("variant", "function", "periods"), WAVES)
def test_the_units_of_the_periodic_answers_are_those_of_a_run(variant, function, periods):
    once, twice = ([wave(pieces + 1, times, function) for pieces in (4, 8, 16, 32)] for times in (periods, 2 * periods))
    assert stated(model("periodic-answer", variant), *map(units, once), *map(units, twice))
    for half in count("periodic-answer", 1, variant):
        bent = [int(np.sum(abs(net[2].W) > 1e-9)) for net in once]
        told = [int(n) for n in re.findall(r"\d+", half.replace("π/2", "π"))]
        assert told == [*map(units, once), *map(units, twice), *bent]
    x, deep, wide = np.linspace(0, 2 * periods * np.pi, 10_001)[None], folded_wave(32, 3, function), once[-1]
    np.testing.assert_allclose(deep(x), wide(x), atol=1e-12)
    assert sorted([units(deep), deep.n_params]) == [22, 81]
    for half in model("periodic-answer", variant):
        assert {"22", "81", str(units(wide)), str(wide.n_params)} <= {*re.findall(r"\d+", half)}
    assert units(folded_wave(32, 4, function)) == units(deep) + 2


@pytest.mark.parametrize("inputs", [1, 2, 10, 64])
def test_the_parameters_of_the_hats_are_those_of_networks_that_make_them(inputs):
    rng = np.random.default_rng(inputs)
    w, b, X, height = rng.normal(size=(1, inputs)), rng.normal(size=(1, 1)), rng.normal(size=(inputs, 500)), 1.5
    W, B = hat_weights(w, b, height)
    pair = (W @ X + B).max(axis=0)
    wide = relu_net(np.repeat(w, 3, axis=0), b + height * np.array([[1], [0], [-1]]), np.array([[1.0, -2, 1]]), 0 * b)
    deep = relu_net(np.vstack([w, -w]), np.vstack([b, -b]), -np.ones((1, 2)), np.array([[height]]))
    for hat in (pair[:1] - pair[1:], wide(X), np.maximum(0, deep(X))):
        np.testing.assert_allclose(hat, np.maximum(0, height - abs(w @ X + b)), atol=1e-12)
    maxout, relu = W.size + B.size, wide[0].W.size + wide[0].b.size
    assert (maxout, relu) == (6 * inputs + 6, 3 * inputs + 3)
    assert (wide.n_params, deep.n_params) == (3 * inputs + 7, 2 * inputs + 5)
    if inputs == 64:
        assert stated(model("maxout-hat-answer"), maxout, relu, maxout + 3, wide.n_params)


def test_no_released_assignment_tells(tmp_path, capsys):
    commands.main(["release", "--out", str(tmp_path)])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == len(assignments.names())
    assert not {path: found for path in files if (found := told(path.read_text("utf-8")))}


def test_no_wheel_tells(tmp_path):
    with zipfile.ZipFile(wheels.of_nnlib(tmp_path)) as archive:
        texts = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    assert len(texts) > 40
    assert not [name for name, text in texts.items() if "rubric" in name or told(text)]


@pytest.mark.skipif(not (OUT / "html").is_dir(), reason="the pages are not built")
def test_no_page_tells():
    files = [path for path in (OUT / "html").rglob("*") if path.is_file()]
    assert not [path for path in files if path.name == "rubric.yml"]
    marks = [secret[:12] for secret in secrets()]
    for path in files:
        if path.suffix in READ and "pyodide" not in path.parts and path.stat().st_size < 10e6:
            text = re.sub(r"\s+", "", path.read_text("utf-8", "replace"))
            if any(mark in text for mark in marks):
                assert not told(text), path


@pytest.fixture
def class_of(notebook, results, tmp_path):
    """Results of students whose answers are these texts, and where they were marked from."""
    def class_of(**said):
        for student, text in said.items():
            made = notebook("intro", collapse_answer=text)
            place = tmp_path / "in" / student / "intro" / "intro.ipynb"
            place.parent.mkdir(parents=True)
            nbformat.write(made, place)
            write_sealed(results / "intro" / f"{student}.k.json", {
                "assignment": "intro", "status": "marked", "score": 5, "max": 11, "exercises": {}, "notes": [],
                "pending": {"collapse-answer": 3}})
        write_sealed(results / "intro.json", dict.fromkeys(said, "k"))
        write_sealed(results / "folders.json", {"intro": str(tmp_path / "in")})
        return results

    return class_of


def sheet(folder, out, *options, part="collapse-answer"):
    """The page of a part: its students in order, and its text."""
    assert commands.main(["export", str(folder), "--format", "sheets", "--out", str(out), *map(str, options)]) == 0
    page = (out / f"{part}.html").read_text("utf-8")
    return html.unescape(" ".join(re.findall(r"<h2>(.*)</h2>", page))).split(), page


def test_answers_stand_beside_the_rubric(class_of, tmp_path, capsys):
    _, page = sheet(class_of(ann="<script>alert(1)</script>\n\n第二段", bob=""), tmp_path / "s")
    assert "<h2>ann</h2>\n<pre>&lt;script&gt;alert(1)&lt;/script&gt;\n\n第二段</pre>" in page
    assert "<h2>bob</h2>\n<pre>这里没有回答" in page
    assert "<script" not in page
    assert len(told(page)) == 10
    assert capsys.readouterr().out == f"1 pages for markers in {tmp_path / 's'}\n"


def test_a_cell_that_the_student_added_belongs_to_the_answer_above(class_of, tmp_path):
    folder = class_of(ann="first")
    path = tmp_path / "in" / "ann" / "intro" / "intro.ipynb"
    made = nbformat.read(path, 4)
    at = next(i for i, cell in enumerate(made.cells) if cell.source == "first")
    made.cells.insert(at + 1, nbformat.v4.new_markdown_cell("second"))
    nbformat.write(made, path)
    assert "<pre>first\nsecond</pre>" in sheet(folder, tmp_path / "s")[1]


def test_answers_that_begin_alike_stand_together(class_of, tmp_path):
    folder = class_of(a="two, as", b="one", c="two, as well", d="three")
    assert sheet(folder, tmp_path / "s")[0] == ["b", "d", "a", "c"]


def test_the_table_needs_only_points_and_what_has_them_is_not_shown_again(class_of, tmp_path):
    folder = class_of(**dict.fromkeys(["李雷", 'O"Hara', "1003", "x,y"], "words"))
    students, page = sheet(folder, tmp_path / "s")
    table = "student," + html.unescape(page.partition("<pre>student,")[2].partition("</pre>")[0])
    head, *rows = csv.reader(table.splitlines())
    assert head == ["student", "assignment", "part", "points"]
    assert rows == [[student, "intro", "collapse-answer", ""] for student in students]
    assert sorted(students) == sorted(["李雷", 'O"Hara', "1003", "x,y"])
    with open(tmp_path / "manual.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *([*row[:3], "2" if row[0] != "x,y" else ""] for row in rows)])
    assert sheet(folder, tmp_path / "rest", "--manual", tmp_path / "manual.csv")[0] == ["x,y"]


def test_the_question_stands_above_its_rubric(class_of, tmp_path, released):
    """As it was handed out, in both languages, with its formulas."""
    _, page = sheet(class_of(ann="mine"), tmp_path / "s")
    above = re.sub(r'<span class="math inline">(<math .*?</math>)</span>', "$", page.partition("<ul>")[0])
    assert "<math" not in above
    cells = {cell.get("id"): cell.source for cell in nbformat.read(released / "intro" / "intro.ipynb", 4).cells}
    for key in ("zh", "en"):
        (shown,) = re.findall(rf'<span lang="{key}">(.*?)</span>', above.partition("<p><b>")[2].partition("<p>")[2])
        asked = re.sub(r"\$[^$]+\$", "$", cells[f"collapse-question-{key}"])
        assert plain(shown) == plain(asked.replace("**", ""))
        assert shown.count("$") > 2


@pytest.mark.parametrize("part", PARTS)
def test_each_question_can_be_shown(part, results, tmp_path, notebook):
    (name,) = (name for name in assignments.names() if part in assignments.load(name).written)
    place = tmp_path / "in" / "ann" / name / f"{name}.ipynb"
    place.parent.mkdir(parents=True)
    nbformat.write(notebook(name), place)
    write_sealed(results / f"{name}.json", {"ann": "k"})
    write_sealed(results / "folders.json", {name: str(tmp_path / "in")})
    write_sealed(results / name / "ann.k.json", {"assignment": name, "pending": {part: 3}})
    above = sheet(results, tmp_path / "s", "--assignment", name, part=part)[1].partition("<ul>")[0]
    assert re.search(r'<b>.*[\u3400-\u9fff].* · <span', above, re.DOTALL)
    assert re.search(r'<strong>(问答。|报告。)</strong>.*<strong>(In words|Report)\.</strong>', above, re.DOTALL)
    assert "$" not in above


def b64(data):
    return base64.b64encode(data).decode()


DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5E"
                       "rkJggg==")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def given(path, change):
    """Change the cell of the answer in a notebook, as plain JSON: nbformat would refuse some of it."""
    made = json.loads(path.read_text("utf-8"))
    (cell,) = (cell for cell in made["cells"] if cell["id"] == "collapse-answer")
    change(cell, made["cells"])
    path.write_text(json.dumps(made), "utf-8")


def attached(name="image.png", **kinds):
    return lambda cell, _: cell.update(attachments={name: {f"image/{kind}": data for kind, data in kinds.items()}})


def with_a_plot(cell, cells):
    cells.insert(cells.index(cell) + 1, {
        "cell_type": "code", "id": "mine", "metadata": {}, "source": "draw()", "execution_count": 1,
        "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": b64(DOT).splitlines()}}]})


URL = f"data:image/png;base64,{b64(DOT)}"
PASTED = "![image.png](attachment:image.png)"
PICTURES = {  # an answer, what else is in its cell, the addresses that the page shows, and whether it names the folder
    "attached": (PASTED, attached(png=b64(DOT)), [URL], False),
    "attached in lines": (PASTED, attached(png=[b64(DOT)[:20] + "\n", b64(DOT)[20:]]), [URL], False),
    "under another name": (PASTED, attached(jpg=b64(b"\xff\xd8\xff\xe0.")), ["data:image/jpeg;base64,/9j/4C4="], False),
    "webp": (PASTED, attached(webp=b64(b"RIFF\n\0\0\0WEBP")), ["data:image/webp;base64,UklGRgoAAABXRUJQ"], False),
    "in HTML": (f'see <img src="{URL}" onerror="alert(1)">', lambda *_: 0, [URL], False),
    "in Markdown": (f"![]({URL}) and ![]({URL})", lambda *_: 0, [URL, URL], False),
    "in lines in HTML": (f'<img src="{URL[:62]}\n{URL[62:]}">' + " a" * 50, lambda *_: 0, [URL], False),
    "a plot below": ("see below", with_a_plot, [URL], False),
    "SVG": (PASTED, attached(**{"svg+xml": b64(SVG)}), [], True),
    "SVG called PNG": (PASTED, attached(png=b64(SVG)), [], True),
    "SVG in HTML": (f"<img src='data:image/svg+xml;base64,{b64(SVG)}'>", lambda *_: 0, [], True),
    "SVG as text": (f"<img src='data:image/svg+xml;utf8,{SVG.decode()}'>", lambda *_: 0, [], True),
    "SVG itself": (SVG.decode(), lambda *_: 0, [], True),
    "too large": (PASTED, attached(png=b64(DOT + bytes(2 << 20))), [], True),
    "foreign": ("![](https://example.org/x.png) <img src=//example.org/x.png>", lambda *_: 0, [], True),
    "a file": ("![my sketch](sketch.jpg)", lambda *_: 0, [], True),
    "one of two": (f"{PASTED} ![](sketch.jpg)", attached(png=b64(DOT)), [URL], True),
    "lost": (PASTED, lambda *_: 0, [], True),
    "broken": (PASTED, lambda cell, _: cell.update(attachments=["image/png"]), [], True),
    "broken bytes": (PASTED, attached(png={"a": 1}), [], True),
    "breaking out": (PASTED, attached(**{'png" onerror="alert(1)': b64(DOT) + '"><script>'}), [URL], False),
    "none": ("x<y and f[x](y), wow!", lambda *_: 0, [], False),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_shown_or_named_and_nothing_foreign_is_loaded(kind, class_of, tmp_path):
    text, change, urls, elsewhere = PICTURES[kind]
    folder = class_of(ann=text)
    given(tmp_path / "in" / "ann" / "intro" / "intro.ipynb", change)
    page = sheet(folder, tmp_path / "s")[1]
    assert ('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
            'style-src \'unsafe-inline\'">') in page
    tags = re.findall("<img.*?>", page, re.DOTALL)
    assert tags == [f'<img src="{url}" alt="ann: {number}">' for number, url in enumerate(urls, 1)]
    assert (f"<code>{tmp_path / 'in' / 'ann' / 'intro'}</code>" in page) == elsewhere
    assert not re.search(r"<(script|svg|iframe|object|embed|link|base|form)\b| on\w+=(?![^<]*</pre>)", page)
    assert len(page) < 40_000


def test_a_picture_alone_is_an_answer(class_of, tmp_path):
    folder = class_of(ann="")
    given(tmp_path / "in" / "ann" / "intro" / "intro.ipynb", attached(png=b64(DOT)))
    page = sheet(folder, tmp_path / "s")[1]
    assert URL in page
    assert "这里没有回答" not in page


def test_a_notebook_that_is_gone_is_said(class_of, tmp_path, capsys):
    folder = class_of(ann="mine")
    (tmp_path / "in" / "ann" / "intro" / "intro.ipynb").unlink()
    assert commands.main(["export", str(folder), "--format", "sheets", "--out", str(tmp_path / "s")]) == 2
    assert "no notebook was handed in" in capsys.readouterr().err
