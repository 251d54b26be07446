"""The search finds every term in both languages, the right chapter first, from a server and from disk."""

import re
from pathlib import Path

import pytest

GLOSSARY = (Path(__file__).parents[2] / "chapters" / "glossary.md").read_text("utf-8")
TERMS = re.findall(r"^(?![ :`#({])(\S.*)$", GLOSSARY.split("{glossary}")[1], re.MULTILINE)
ASK = """query => {
    Search.asked = query;
    return Search._performSearch(...Search._parseQuery(query)).reverse().map(result => result[0]);
}"""
FIRST = {  # what a reader types, and the page that must come first
    "过拟合": "overfitting", "overfitting": "overfitting", "正则化": "overfitting", "dropout": "overfitting",
    "激活函数": "activations", "activation function": "activations", "dying ReLU": "activations",
    "饱和": "activations", "Maxout": "activations",
    "反向传播": "intro", "backpropagation": "intro", "gradient check": "intro",
    "网络架构": "architecture", "architecture": "architecture", "通用近似定理": "architecture",
}


@pytest.fixture
def results(open_page):
    page = open_page("search.html")
    page.wait_for_function("() => typeof Search !== 'undefined' && Search.hasIndex()")
    return lambda query: page.evaluate(ASK, query)


def test_every_term_is_found_in_both_languages(results):
    assert len(TERMS) > 200
    assert not [term for term in TERMS if "glossary" not in results(term)]


def test_mixed_and_short_questions_are_answered(results):
    for query in ("ReLU 激活", "L2 正则化", "L2", "轮", "sigmoid 饱和", "dropout 噪声"):
        assert results(query), query


@pytest.mark.parametrize(("query", "same"), [
    ("ｒｅｌｕ", "relu"), ("ＲｅＬＵ 激活", "relu 激活"), ("Ｌ２", "l2"), ("dying　ReLU", "dying ReLU")])
def test_full_width_forms_are_read_as_the_plain_ones(results, query, same):
    assert results(query) == results(same) != []


@pytest.mark.parametrize("query", ["C++", "c#", "Ｃ＋＋", "17.25", "3.1.4.1.5"])
def test_what_no_page_says_is_not_found_by_its_parts(results, query):
    assert results(query) == []


def test_a_decimal_number_is_found_where_it_stands(results, site):
    found = set(results("0.1"))
    assert found
    for page in found:
        assert re.search(r"(?<![\d.])0\.1(?![\d.]*\d)", (site / f"{page}.html").read_text("utf-8")), page


def test_the_right_chapter_comes_first(results):
    found = {query: results(query)[0] for query in FIRST}
    assert found == FIRST


@pytest.mark.parametrize(("choice", "other"), [("zh", "en"), ("en", "zh")])
def test_results_are_in_the_language_of_the_reader(open_page, choice, other):
    page = open_page(f"search.html?q=过拟合&lang={choice}")
    page.locator("#search-results li a").first.wait_for()
    page.locator(f"#search-results p.search-summary .lang-{choice}").wait_for()
    first = page.locator("#search-results li a").first
    assert first.locator(f".lang-{choice}").is_visible()
    assert not first.locator(f".lang-{other}").is_visible()
    assert not page.locator("#search-results", has_text="${").count()


def test_the_language_of_the_address_stays_while_browsing(open_page):
    page = open_page("index.html?lang=en", locale="zh-CN")
    page.evaluate("localStorage.clear()")
    page.locator("article a[href*='intro.html'] >> visible=true").first.click()
    page.wait_for_url("**/intro.html?lang=en*")
    assert page.evaluate("document.documentElement.dataset.lang") == "en"


OVERFIT = {"过拟合", "overfitting", "overfit", "overfits"}
MARKS = {  # a reader's language, what they ask, and all that may be marked
    ("zh", "过拟合"): OVERFIT, ("en", "过拟合"): OVERFIT, ("zh", "overfitting"): OVERFIT,
    ("zh", "反向传播"): {"反向传播", "backpropagation"},
    ("en", "activation function"): {"激活函数", "activation function", "activation functions"},
    ("en", "gradient checks"): {"梯度检验", "gradient check", "gradient checks"},
    ("en", "entropies"): {"entropy", "entropies"}}


@pytest.fixture(scope="module")
def reading(visiting, serve, site):
    with serve(site) as address, visiting(address) as visit:
        yield visit.open("index.html"), address


@pytest.mark.parametrize(("lang", "query"), MARKS)
def test_whole_terms_are_marked_in_the_readers_language(reading, lang, query):
    page, address = reading
    page.goto(f"{address}/search.html?q={query}&lang={lang}")
    first = page.locator("#search-results li").first
    first.locator(".highlighted").first.wait_for()
    assert {text.lower() for text in first.locator(".highlighted").all_inner_texts()} <= MARKS[lang, query]
    assert bool(re.search("[\u4e00-\u9fff]{5}", first.locator(".context").inner_text())) == (lang == "zh")
    first.locator("a").click()
    shown = page.locator("article .highlighted >> visible=true")
    shown.first.wait_for()
    assert "highlight" not in page.url
    assert {text.lower() for text in shown.all_text_contents()} <= MARKS[lang, query]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("query", ["net", "x", "relu", "学习率", "learning rate", "fit"])
def test_each_result_says_what_it_is_about(reading, lang, query):
    page, address = reading
    page.goto(f"{address}/search.html?q={query}&lang={lang}")
    page.locator("#search-results .search-summary:not(:empty)").wait_for()
    page.wait_for_function("() => document.querySelectorAll('#search-results li:not(:has(.context))').length === 0")
    shown = page.locator("#search-results .context").all_inner_texts()
    assert shown
    assert not [text for text in shown if text in ("", query)]
    if lang == "en":
        assert not [text for text in shown if re.search("[\u3400-\u9fff]{5}", text)]
