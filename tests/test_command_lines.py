"""A program that takes minutes, or writes into the repository, does neither because of a word that it does not know."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("command", "named"), [
    ("web.build --halp", "unrecognized arguments: --halp"),
    ("web.notebooks.store_outputs intro", "unrecognized arguments: intro"),
    ("web.notebooks.sets zh", "unrecognized arguments: zh"),
    ("web.publish.pdf zh", "unrecognized arguments: zh"),
    ("web.publish.slides intro", "unrecognized arguments: intro"),
    ("bench --only growth", "'growth' (choose from"),
    ("tests.browser.reader_wait", "required: rounds")])
def test_it_is_named_and_nothing_is_done(command, named):
    done = subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 2
    assert done.stdout == ""
    assert named in done.stderr
