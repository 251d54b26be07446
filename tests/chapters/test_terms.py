"""One word for one thing: the chapters use the glossary's terms, in both languages alike."""

import re

import pytest

from tests.book import notebooks
from web.project import ROOT

ENTRIES = (ROOT / "chapters" / "glossary.md").read_text("utf-8").split("```{glossary}\n")[1].split("\n```")[0]
PAIRS = [tuple(entry.split("\n")[:2]) for entry in re.split(r"\n\n(?=\S)", ENTRIES)]
ENTRY = {term: pair for pair in PAIRS for term in pair}
VARIANTS = {  # what other books say for a term of ours, as regular expressions
    "激活函数": "激励函数|活化函数|激发函数",
    "过拟合": "过度拟合|过适应",
    "学习率": "学习速率|学习速度",
    "反向传播": "反向传递|逆传播|后向传播",
    "正则化": "正规化|规则化",
    "偏置": "偏差项|偏移量|偏倚",
    "权重": "权值",
    "隐藏层": "隐含层|隐层",
    "隐藏单元": "隐单元|隐含单元|隐节点",
    "损失函数": "代价函数|成本函数",
    "合页损失": "铰链损失|折页损失",
    "随机失活": "丢弃法|暂退法",
    "小批量": "小批次|迷你批",
    "早停": "提前停止|提前终止",
    "多层感知机": "多层感知器",
    "支持向量机": "支撑向量机",
    "梯度消失": "梯度弥散",
    "准确率": "正确率|精确度",
    "learning rate": r"step[ -]size",
    "hidden unit": "hidden (node|neuron)",
    "backpropagation": "back[ -]propagat",
    "overfitting": "over-fit",
    "minibatch": "mini-batch",
    "loss function": "cost function|objective function",
    "activation function": "transfer function",
    "regularisation": "regulariz",
    "dropout": "drop-out",
}
TERM = re.compile(r"\{term\}`([^`]+)`")
MARKUP = re.compile(
    r"```.*?```|\{(?!term)[^}]*\}`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|(?<!\})`[^`]*`|^\([\w-]+\)=",
    re.DOTALL | re.MULTILINE,
)
SHORT = {"层", "批", "轮"}  # single characters stand inside other words

pytestmark = pytest.mark.parametrize(
    "notebook", [pytest.param(notebook, id=name) for name, notebook in notebooks().items()])


def cells(notebook, language):
    return [c for c in notebook.cells if c.cell_type == "markdown" and language in c.metadata.get("tags", [])]


def linked(cell):
    """The glossary entries that a cell links."""
    return {ENTRY[re.sub(r".*<(.+)>", r"\1", text, flags=re.DOTALL)] for text in TERM.findall(cell.source)}


def words(cell):
    """What a reader reads: the shown half of a link, no code, no formulas."""
    shown = re.sub(r"\{term\}`([^`<]+?)\s*(<[^`]*>)?`", r"\1", cell.source)
    return MARKUP.sub("", shown)


def test_no_word_that_the_glossary_does_not_know(notebook):
    assert set(VARIANTS) <= set(ENTRY)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for term, variants in VARIANTS.items():
                if term.isascii() and "lang-zh" in cell.metadata.get("tags", []):
                    continue  # a Chinese sentence gives the American spelling, as code does
                found = re.search(variants, words(cell), re.IGNORECASE)
                assert not found, f"{cell.id}: the glossary says {term}, not {found[0]}"


def test_twins_link_the_same_terms(notebook):
    for zh, en in zip(cells(notebook, "lang-zh"), cells(notebook, "lang-en"), strict=True):
        assert linked(zh) == linked(en), f"{zh.id}: only one twin links {linked(zh) ^ linked(en)}"


def test_every_term_is_linked_where_it_is_first_used(notebook):
    """The opening may name what is to come; after it, the first cell that uses a term links it."""
    terms = sorted((zh for zh, _ in PAIRS), key=len, reverse=True)  # 权重矩阵 before 权重
    pattern = re.compile("|".join(map(re.escape, terms)))
    known = set(SHORT)
    for number, cell in enumerate(cells(notebook, "lang-zh")):
        known |= {zh for zh, _ in linked(cell)}
        if number:
            new = set(pattern.findall(words(cell).replace("单元格", "cell"))) - known
            assert not new, f"{cell.id}: link {sorted(new)}"
