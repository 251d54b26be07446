"""A student's page: both languages, nothing that a browser would run, and the whole mark."""

import re

from grader.reports import feedback, manual

RESULT = {
    "assignment": "intro", "status": "marked", "score": 1, "max": 8, "pending": {"collapse-answer": 3, "report": 3},
    "exercises": {"collapse": {"points": 1, "max": 2, "tests": {
        "甲 | first": "", "乙 | second": "<b>因</b> | <script>cause</script>"}}},
    "notes": ["缺少单元格 | missing cells", "单元格“<b>” | cell “<b>”\n第 1 行 | line 1",
              "单元格“b” | cell “b”\n<script>alert(1)\n2"],
}


def text_of(result):
    return re.sub(r"<(?!b>|script>)[^>]*>", "", feedback.page("ann", result)).replace("\n", " ")


def test_both_languages_and_nothing_that_runs():
    page = feedback.page("<i>ann</i>", RESULT)
    assert "<li class='ok'>甲 · <span lang='en'>first</span></li>" in page
    assert "&lt;b&gt;因&lt;/b&gt; · <span lang='en'>&lt;script&gt;cause&lt;/script&gt;</span>" in page
    assert ("<p>单元格“&lt;b&gt;” · <span lang='en'>cell “&lt;b&gt;”</span></p>"
            "<pre>第 1 行 · <span lang='en'>line 1</span></pre>") in page
    assert "<p>缺少单元格 · <span lang='en'>missing cells</span></p>\n" in page
    assert "<pre>&lt;script&gt;alert(1)\n2</pre>" in page
    assert not re.search("<(script|i|b)>", page)


def test_the_page_shows_the_whole_mark(tmp_path):
    points = tmp_path / "manual.csv"
    points.write_text("student,assignment,part,points\nann,intro,collapse-answer,2.5\n")
    result = {**RESULT, "pending": dict(RESULT["pending"])}
    assert "score 1 of 8" in text_of(result)
    assert "collapse-answer: — / 3等待老师批阅 · to be marked by hand report: — / 3等待" in text_of(result)
    manual.add_points({"intro": {"ann": result}}, points)
    assert "score 3.5 of 8" in text_of(result)
    assert "collapse-answer: 2.5 / 3由老师批阅 · marked by hand report: — / 3等待老师批阅" in text_of(result)


def test_a_refusal_is_said_once_and_nothing_waits():
    why = "不是有效的 JSON | not valid JSON"
    page = text_of({**RESULT, "status": "refused", "score": 0, "pending": {}, "notes": [why]})
    assert "没有批改 · not marked: 不是有效的 JSON · not valid JSON" in page
    assert page.count("not valid JSON") == 1
    assert "等待" not in page
