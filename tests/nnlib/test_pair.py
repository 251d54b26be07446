"""A text in both languages is split and joined in one way."""

from nnlib._common.pair import Pair


def test_a_pair_is_split_changed_and_joined():
    figure = Pair.of("图 | figure")
    assert (figure.zh, figure.en) == ("图", "figure")
    assert str(figure.map(lambda half: f"{half} 1")) == "图 1 | figure 1"
    assert figure.marked() == "[[图|figure]]"


def test_a_text_for_all_readers_has_no_bar():
    name = Pair.of("nnlib")
    assert (name.zh, name.en, str(name), name.marked()) == ("nnlib",) * 4


def test_a_reader_of_one_language_sees_its_half():
    figure = Pair.of("图 | figure")
    assert [figure.read(key) for key in ("zh", "en", "both")] == ["图", "figure", "图 | figure"]
