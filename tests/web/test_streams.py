"""What a busy kernel sends in pieces is printed as one."""

from nbformat.v4 import new_output

from web.extension.languages import whole_streams


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def texts(*outputs):
    return [output.get("text") for output in whole_streams(list(outputs))]


def test_a_line_sent_in_pieces_stays_one_line():
    assert texts(stream("82 parameters,"), stream(" 99% right\n")) == ["82 parameters, 99% right\n"]


def test_streams_of_two_kinds_stay_apart():
    assert texts(stream("a\n"), stream("oh\n", "stderr"), stream("b\n")) == ["a\nb\n", "oh\n"]


def test_what_is_no_text_is_left_alone():
    picture = new_output("display_data", {"image/png": "AA=="})
    assert whole_streams([stream("a"), picture])[1] == picture
    assert whole_streams([]) == []
