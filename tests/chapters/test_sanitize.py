"""nbval ignores a malformed sanitize file without a word: here every rule must parse and act."""

import re
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

TEXT = (Path(__file__).parent / "sanitize.cfg").read_text("utf-8")
RULES = get_sanitize_patterns(TEXT)


def test_nbval_finds_every_rule():
    assert len(RULES) == len(re.findall(r"^\[", TEXT, re.MULTILINE)) == 2


@pytest.mark.parametrize(("printed", "compared"), [
    ("<Net at 0x7f3a2c10>", "<Net at 0xADDRESS>"),
    ("loss -0.00", "loss 0.00"),
    ("[-0. 1.]", "[0. 1.]"),
    ("-0.001", "-0.001"),
    ("1e-05", "1e-05"),
    ("x-0", "x-0"),
    ("0x1f", "0x1f"),
])
def test_rules(printed, compared):
    for regex, replace in RULES:
        printed = re.sub(regex, replace, printed)
    assert printed == compared
