"""docs/LEDGER.md is held to the rule table: no rule without its lines, no figure, wording or test that is not so."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

from ledger.epochs import EPOCH_RULE_IDS
from ledger.operations.table import OPERATION_TYPES
from ledger.parameters import RANGES, Parameters
from ledger.policies import DEFAULT_POLICIES
from ledger.presets import PRESETS
from ledger.rules.table import RULE_IDS, RULES
from ledger.tenets import TENETS, tenet_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "LEDGER.md").read_text(encoding="utf-8")
WITHOUT_FUNCTION = ("R3.3", "R5.2", "R7.3", "R8.4", "R9.1", "R10.3", "R11.4")
ENTRY = re.compile(
    r"^\*\*(?P<id>[LR][\d.]+)\*\* (?P<head>.*?)\n- Parameters: (?P<parameters>.*?)\n- Example: (?P<example>.*?)\n"
    r"- Test: (?P<tests>.*?)\n\n",
    re.MULTILINE | re.DOTALL,
)
ENTRIES = {found["id"]: found for found in ENTRY.finditer(PAGE)}


def templates(rule_id):
    """Every message in the files of the rule, as a pattern."""
    for module in {rule.check.__module__ for rule in RULES if rule.id == rule_id}:
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refuse":
                message = node.args[0]
                assert isinstance(message, ast.Constant), "messages are literal"
                assert isinstance(message.value, str), "and text"
                yield re.sub(r"\\{\w+\\}", r"[^ ]+", re.escape(message.value))


def test_every_rule_has_its_entry_and_no_entry_is_of_no_rule():
    assert set(ENTRIES) == {*RULE_IDS, *EPOCH_RULE_IDS, *WITHOUT_FUNCTION}
    assert [each for each in ENTRIES if each in RULE_IDS] == list(RULE_IDS)
    assert [each for each in ENTRIES if each in EPOCH_RULE_IDS] == list(EPOCH_RULE_IDS)


@pytest.mark.parametrize("rule_id", RULE_IDS)
def test_an_entry_names_the_codes_of_its_rule(rule_id):
    codes = list(dict.fromkeys(rule.code for rule in RULES if rule.id == rule_id))
    assert sorted(re.findall(r"`(E_[A-Z_]+)`", ENTRIES[rule_id]["head"])) == sorted(codes)


@pytest.mark.parametrize("rule_id", RULE_IDS)
def test_an_example_is_worded_as_the_rule_words_it(rule_id):
    example = ENTRIES[rule_id]["example"].strip("*").replace("\n", " ")
    assert any(re.fullmatch(pattern, example) for pattern in templates(rule_id)), example


def test_every_parameter_stands_there_once_with_its_default_and_its_range():
    stated = re.findall(
        r"`(\w+)` = ([\d,]+)[^()]*\(([\d,]+) to ([\d,]+)\)", "\n".join(each["parameters"] for each in ENTRIES.values())
    )
    found = {name: tuple(int(figure.replace(",", "")) for figure in figures) for name, *figures in stated}
    assert len(found) == len(stated)
    assert found == {name: (getattr(Parameters(), name), *limits) for name, limits in RANGES.items()}


def test_the_policies_of_the_page_are_those_of_the_code():
    governance = PAGE[PAGE.index("## Governance") : PAGE.index("## Presets")]
    stated = {
        kind: found[2]
        for found in re.finditer(r"^\| (`[^|]*) \|(?:[^|\n]*\|)? ([^|\n]+) \|$", governance, re.MULTILINE)
        for kind in re.findall(r"`(\w+)`", found[1])
    }
    by_approval = re.search(r"\(([^()]*), all (\w+) by default\)", governance)
    assert by_approval is not None
    stated |= dict.fromkeys(re.findall(r"`(\w+)`", by_approval[1]), by_approval[2])
    assert stated == DEFAULT_POLICIES


def test_the_presets_of_the_page_are_those_of_the_code():
    presets = PAGE[PAGE.index("## Presets") : PAGE.index("## Time")]
    assert re.findall(r"^\| `([\w-]+)` \|", presets, re.MULTILINE) == list(PRESETS)


@pytest.mark.parametrize("rule_id", ENTRIES)
def test_the_tests_named_exist(rule_id):
    named = re.findall(r"`(test_\w+)`", ENTRIES[rule_id]["tests"])
    assert named
    sources = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py"))]
    for name in named:
        assert any(re.search(rf"^def {name}\(", source, re.MULTILINE) for source in sources), name


def test_rules_stand_under_their_tenets_and_every_tenet_has_its_two_names():
    found = list(re.finditer(r"^### Tenet (\d+) · ([^\x00-\x7f]+) · (.+)$", PAGE, re.MULTILINE))
    headings = [(int(each[1]), each.end()) for each in found]
    assert {int(each[1]): (each[2], each[3]) for each in found} == TENETS
    assert [tenet for tenet, _ in headings] == list(range(1, 12))
    for rule_id, entry in ENTRIES.items():
        tenet = max((tenet for tenet, end in headings if end < entry.start()), default=0)
        assert tenet == tenet_of(rule_id)


def test_no_operation_but_the_primary_sale_names_a_price__r10_3():
    tags = {each.__struct_config__.tag for each in OPERATION_TYPES}
    assert not [tag for tag in tags if re.search("sell|bid|offer|list|auction|match|order", str(tag))]
    priced = {
        each.__struct_config__.tag
        for each in OPERATION_TYPES
        if {"price_fen", "currency", "receipt", "consideration"} & set(each.__struct_fields__)
    }
    assert priced == {"create_series", "issue", "refund"}


def test_every_operation_stands_there_with_its_fields_in_their_order():
    table = PAGE[PAGE.index("## Transactions") : PAGE.index("## Refusals")]
    stated = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| .+ \|$", table, re.MULTILINE)
    assert stated == [(each.__struct_config__.tag, ", ".join(each.__struct_fields__)) for each in OPERATION_TYPES]
