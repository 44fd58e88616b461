"""Stories in Python files: found, chosen among several, and refused with words when they cannot be told."""

import re

import pytest
from click.testing import CliRunner

from quorate.__main__ import main
from scenarios.plan import PlanUnreadable
from scenarios.run import find_plan
from tests.architecture.files import ROOT

PAGE = (ROOT / "docs" / "SCENARIOS.md").read_text(encoding="utf-8")

STORY = '''
from scenarios.library import LIBRARY, primary_killed
from scenarios.vocabulary import scenario

@scenario(members=4)
async def two_blocks(c):
    """Two blocks, and no more."""
    await c.progress(blocks=2)
'''

SECOND = '''
@scenario(members=7)
async def one_block(c):
    """A single one."""
    await c.progress(blocks=1)
'''


@pytest.fixture
def story(tmp_path):
    def written(text):
        file = tmp_path / "story.py"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def test_a_story_in_python_runs_from_the_command_line(story, tmp_path):
    done = CliRunner().invoke(main, ["run", str(story(STORY)), "--directory", str(tmp_path / "run"), "--quiet"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("two-blocks: held.")


def test_the_one_story_of_a_file_needs_no_name_and_what_it_imports_does_not_count(story):
    plan = find_plan(str(story(STORY)), members=None)
    assert (plan.name, plan.members, len(plan.steps)) == ("two-blocks", 4, 1)
    assert find_plan(str(story(STORY)), members=5).members == 5


@pytest.mark.parametrize("name", ["one-block", "one_block"])
def test_of_several_stories_one_is_chosen_by_name(name, story):
    file = story(STORY + SECOND)
    assert find_plan(f"{file}::{name}", members=None).name == "one-block"
    with pytest.raises(PlanUnreadable, match=r"::one-block.*::two-blocks"):
        find_plan(str(file), members=None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no scenario"),
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("def (", "invalid syntax|SyntaxError"),
        ("raise SystemExit(0)", "SystemExit"),
        (STORY.replace("c.progress(blocks=2)", "c.fly()"), "fly"),
        (STORY.replace("blocks=2", "blocks=0"), "not a plan: step 1, blocks"),
    ],
)
def test_a_file_that_tells_no_story_is_refused_with_words(text, word, story, tmp_path):
    done = CliRunner().invoke(main, ["run", str(story(text)), "--directory", str(tmp_path / "run")])
    assert done.exit_code == 2, done.output
    assert re.search(word, done.output)
    assert not (tmp_path / "run").exists()


def test_a_name_that_is_not_in_the_file_is_refused_with_those_that_are(story):
    with pytest.raises(PlanUnreadable, match=r"no scenario 'third'.*two-blocks"):
        find_plan(f"{story(STORY)}::third", members=None)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PlanUnreadable, match="neither a scenario nor a file"):
        find_plan(f"{tmp_path / 'none.py'}::third", members=None)


def test_the_page_s_example_in_python_compiles_as_it_stands(story):
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert find_plan(str(story(block)), members=None).name == "primary-killed"
