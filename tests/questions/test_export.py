"""The question bank for an LMS and on paper: read again, it asks and judges what questions/ says."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
import xmlschema
from bs4 import BeautifulSoup
from lxml import etree

from nnlib.plot import style
from questions import bank, export, pools
from tests.questions import readers

READ = {"qti": readers.read_qti, "moodle": readers.read_moodle, "canvas": readers.read_canvas}
SEED, VARIANTS = int.from_bytes(b"a seed of an instructor"), 2
SCHEMAS = {name: bank.HERE.parent / "tests" / "questions" / f"{name}.xsd" for name in ("qti", "imscp")}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def drawn(seed=SEED, lang="both", chapters=(), count=None):
    return pools.draw(pools.chosen([*chapters], count, seed), seed, VARIANTS, lang)


@pytest.fixture(scope="module")
def whole():
    return drawn()


def written(form, found, lang, seed=SEED):
    return export.WRITERS[form](pools.forms(found, VARIANTS, seed) if form == "print" else found, lang)


@pytest.fixture(scope="module")
def files(whole):
    return {form: written(form, whole, "both") for form in export.WRITERS}


@pytest.fixture(scope="module", params=READ)
def both(request, whole, files):
    """Each variant as it was drawn, and as it is read again from one format."""
    found = READ[request.param](files[request.param])
    assert [[item.name for item in pool] for pool in found] == [[one["name"] for one in pool] for pool in whole]
    return request.param, [(one, item) for pool, again in zip(whole, found, strict=True)
                           for one, item in zip(pool, again, strict=True)]


def words(text):
    """A text of the bank as the readers give it, in both languages."""
    return readers.bare("".join(dict.fromkeys(text.split(" | "))))


def keys(item, says):
    """The keys of the choices that say this; lines of code say it with their indentation."""
    return tuple(next(key for key in item.choices if say == item.code[key] or words(say) == item.choices[key])
                 for say in says)


def answers(one, right):
    return [answer for answer in one["answers"] if right == ("right" in answer)]


def of_kind(both, *kinds):
    form, pairs = both
    return form, [(one, item) for one, item in pairs if one["kind"] in kinds]


# -- what is asked ----------------------------------------------------------------------------------
def test_every_question_is_asked_in_both_languages(both):
    for one, item in both[1]:
        assert item.ask.startswith(words(one["ask"])), item.name


def test_figures_arrive_with_the_question(both):
    for one, item in both[1]:
        assert item.figures == [one["figure"]] * bool(one["figure"]), item.name
        assert all(figure.startswith(readers.IMAGE) for figure in item.figures)


def test_choices_say_what_the_bank_says(both):
    for one, item in of_kind(both, "single", "multiple")[1]:
        assert item.kind == one["kind"], item.name
        assert sorted(item.choices.values()) == sorted(words(answer["say"]) for answer in one["answers"]), item.name


def test_lines_keep_their_indentation(both):
    _, pairs = of_kind(both, "parsons")
    assert any(line.startswith("    ") for one, _ in pairs for line in one["lines"])
    for one, item in pairs:
        shown = [line for code in item.code.values() for line in code.rstrip("\n").split("\n")]
        assert {*one["lines"]} <= {*shown} <= {*one["lines"], *one.get("distractors", [])}, item.name
        if one.get("distractors"):
            assert ({*shown} == {*one["lines"]}) == ("areleftouthere" in item.ask)


def test_an_lms_keeps_answers_in_the_order_of_their_letters(whole, files):
    variants = {one["name"]: one["lettered"] for pool in whole for one in pool if one["kind"] in ("single", "multiple")}
    assert any(variants.values())
    moodle = BeautifulSoup(files["moodle"], "xml")
    shuffled = {one.find("name").get_text(strip=True): one.shuffleanswers.text for one in moodle.select("question")
                if one.shuffleanswers}
    archive = ZipFile(BytesIO(files["qti"]))
    for name, lettered in variants.items():
        choices = etree.fromstring(archive.read(f"items/{name}.xml")).find(".//{*}choiceInteraction")
        assert {shuffled[name], choices.get("shuffle")} == {"false" if lettered else "true"}, name


# -- what is right, and what one is told -------------------------------------------------------------
def test_a_choice_is_judged_and_told_why(both):
    for one, item in of_kind(both, "single")[1]:
        for answer in one["answers"]:
            points, told = item.judge(keys(item, [answer["say"]]))
            assert points == ("right" in answer), item.name
            assert words(answer["because"]) in told, item.name


def test_of_several_each_right_one_earns_its_share_and_each_wrong_one_costs_its_share(both):
    form, pairs = of_kind(both, "multiple")
    for one, item in pairs:
        right, wrong = ([answer["say"] for answer in answers(one, side)] for side in (True, False))
        costs = len(right if form == "canvas" else wrong)  # Canvas has its own rule for the wrong ones
        for many in range(1, len(item.choices) + 1):
            for says in combinations(right + wrong, many):
                hits = len({*says} & {*right})
                points, _ = item.judge(keys(item, says))
                assert points == pytest.approx(max(0, hits / len(right) - (many - hits) / costs), abs=1e-4), item.name
        _, told = item.judge(keys(item, right))
        assert all(words(answer["because"]) in told for answer in answers(one, True)), item.name


def test_a_number_counts_up_to_the_edge_of_its_tolerance(both):
    form, pairs = of_kind(both, "number")
    assert sum(item.kind == "textEntry" for _, item in pairs) > 0.9 * len(pairs)
    for one, item in pairs:
        if item.kind == "single":  # Canvas takes no number next to 0
            assert form == "canvas"
            assert item.judge(keys(item, [answers(one, True)[0]["say"]]))[0] == 1
            continue
        right, reach = Decimal(answers(one, True)[0]["say"]), Decimal(str(one.get("tolerance", 0)))
        for good in (right, right - reach, right + reach):
            points, told = item.judge(str(good))
            assert points == 1, (item.name, good)
            assert words(answers(one, True)[0]["because"]) in told
        for bad in (right - reach - Decimal("0.0001"), right + reach + Decimal("0.0001"), right + 1000):
            assert item.judge(str(bad))[0] == 0, (item.name, bad)
        for mistake in answers(one, False):
            points, told = item.judge(mistake["say"])
            assert points == 0
            assert words(mistake["because"]) in told, (item.name, mistake["say"])


def test_every_right_order_counts_and_no_other(both):
    form, pairs = of_kind(both, "order", "parsons")
    for one, item in pairs:
        parts = one.get("steps") or one["lines"]
        right = [[parts[i] for i in order] for order in [range(len(parts)), *one.get("also", [])]]
        if item.kind == "order":
            swapped = [parts[1], parts[0], *parts[2:]]
            given = [keys(item, order) for order in (*right, swapped)]
        else:  # one of four orders is to be chosen, and only one of them is right
            assert len(item.choices) == 4, item.name
            assert form == "canvas" or one.get("also")
            shown = item.code if one["kind"] == "parsons" else item.choices  # Canvas numbers the steps in a choice
            shown = {key: readers.bare(re.sub(r"\(\d\)", "", text)) for key, text in shown.items()}
            match = [readers.bare(re.sub(r"\(\d\)", "", "".join(order))) for order in right]
            good = [key for key, code in shown.items() if code in match]
            given = [(key,) for key in good + [key for key in item.choices if key not in good]]
            right = good
            assert len(good) == 1, (item.name, shown, match)
        for i, response in enumerate(given):
            points, told = item.judge(response)
            assert points == (i < len(right)), (item.name, response)
            assert words(one["because"]) in told


# -- the files ---------------------------------------------------------------------------------------
def test_the_package_follows_the_standard(files):
    archive = ZipFile(BytesIO(files["qti"]))
    quick = {name: etree.XMLSchema(etree.parse(path)) for name, path in SCHEMAS.items()}
    slow = {name: xmlschema.XMLSchema(path) for name, path in SCHEMAS.items()}
    for name in (name for name in archive.namelist() if name.endswith(".xml")):
        kind, root = "imscp" if name == "imsmanifest.xml" else "qti", etree.fromstring(archive.read(name))
        quick[kind].assertValid(root)
        slow[kind].validate(root)
        for formula in root.iter("{http://www.w3.org/1998/Math/MathML}math"):
            assert "\\" not in "".join(formula.itertext()), (name, formula.get("alttext"))  # a command left as it was


SPOILT = [("maxChoices", "many"), ("identifier", "1st"), ("cardinality", "some")]


@pytest.mark.parametrize(("attribute", "value"), SPOILT)
def test_the_schema_refuses_what_the_standard_refuses(files, attribute, value):
    archive = ZipFile(BytesIO(files["qti"]))
    name = next(name for name in archive.namelist() if f"{attribute}=" in archive.read(name).decode()
                and "choiceInteraction" in archive.read(name).decode())
    root = etree.fromstring(archive.read(name))
    next(one for one in root.iter("{*}*") if one.get(attribute) and one is not root).set(attribute, value)
    assert not etree.XMLSchema(etree.parse(SCHEMAS["qti"])).validate(root)
    assert not xmlschema.XMLSchema(SCHEMAS["qti"]).is_valid(root)


@pytest.mark.parametrize("form", READ)
def test_a_description_holds_no_formula(form, files):
    """It is read aloud as it stands."""
    files = [files[form]] if form == "moodle" else [
        ZipFile(BytesIO(files[form])).read(name) for name in ZipFile(BytesIO(files[form])).namelist() if ".xml" in name]
    said = [alt for data in files for alt in re.findall(r'alt="([^"]*)"', data.decode())]
    said += [alt for data in files for alt in re.findall(r'alt=&#34;(.*?)&#34;', data.decode())]
    assert any("λ" in alt for alt in said)
    assert not [alt for alt in said if "$" in alt]


def test_paper_has_forms_and_their_keys(whole, files):
    page = BeautifulSoup(files["print"], "html.parser")
    forms, answers_to = page.select("section.form"), page.select("section.key")
    assert len(forms) == len(answers_to) == VARIANTS
    for number, (form, key) in enumerate(zip(forms, answers_to, strict=True), 1):
        assert form.h1.b.text.endswith(f"Form {number}")
        assert key.h1.b.text.endswith(f"Key to form {number}")
        for pool, asked, told in zip(whole, form.select("[data-question]"), key.select("[data-key]"), strict=True):
            one = pool[(number - 1) % len(pool)]
            assert asked["data-question"] == told["data-key"] == one["name"]
            letters = [readers.plain(str(part)) for part in asked.select("ol.parts > li")]
            given = told.b.text.split()
            if one["kind"] == "number":
                reach = ["±", str(one["tolerance"])] if "tolerance" in one else []
                assert given == [answers(one, True)[0]["say"].replace("-", "−"), *reach]
            elif one["kind"] in ("single", "multiple"):
                assert {letters["abcde".index(letter)] for letter in given} == {
                    words(answer["say"]) for answer in answers(one, True)}
            else:
                parts = one.get("steps") or one["lines"]
                first = " ".join(given).split(" / ")[0].split()
                assert [letters["abcdefghi".index(letter)] for letter in first] == [words(part) for part in parts]
            assert asked.img is not None or not one["figure"]
    orders = [[part.text for part in form.select("ol.parts > li")] for form in forms]
    assert orders[0] != orders[1]


def test_neighbours_have_other_numbers_than_each_other_and_the_page(whole):
    for pool in whole:
        question = {key: value for key, value in pool[0].items() if key == "id"}
        if not bank.drawing(question):
            assert len(pool) == 1
            continue
        page = bank.drawn(next(one for one in bank.questions(question["id"].partition("-")[0])
                               if one["id"] == question["id"]), bank.SEED)
        right = [[answer["say"] for answer in one["answers"] if answer.get("right")] for one in [page, *pool]]
        texts = [(one["ask"], one["answers"]) for one in [page, *pool]]
        assert all(a != b for i, a in enumerate(texts) for b in texts[:i])
        assert pool[0]["kind"] != "number" or len({*map(tuple, right)}) == len(right), question


@pytest.mark.parametrize("form", export.WRITERS)
def test_a_seed_decides_every_byte(form):
    first, again, other = (written(form, drawn(seed, "en", ["activations"], 6), "en", seed)
                           for seed in (SEED, SEED, SEED + 10**6))
    assert first == again
    assert first != other
    if form in ("qti", "canvas"):  # nor does the day change it
        archive = ZipFile(BytesIO(first))
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert date.today().isoformat() not in archive.read("imsmanifest.xml").decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_language_alone(lang):
    few = drawn(lang=lang, chapters=["intro"])
    for form in export.WRITERS:
        data = written(form, few, lang)
        ask = READ[form](data)[0][0].ask if form in READ else BeautifulSoup(data, "html.parser").ol.text
        assert bool(CHINESE.search(ask)) == (lang == "zh"), form


def test_without_a_chinese_font_there_is_english(monkeypatch):
    monkeypatch.setattr(style, "FONTS", ("No Such Font",))
    with pytest.raises(ValueError, match=r"expected a Chinese font .+ found none\. .+ Or give --lang en\."):
        drawn(lang="zh", chapters=["intro"])
    assert drawn(lang="en", chapters=["intro"])
