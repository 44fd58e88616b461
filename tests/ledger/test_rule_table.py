"""The table itself: complete, in order, and its rows are what they say."""

import inspect
import re
import typing
from pathlib import Path

import pytest

from ledger.operations.part import Part
from ledger.operations.table import OPERATION_TYPES
from ledger.rules import privacy, table
from ledger.rules.table import OPERATION_RULES, RULE_IDS, RULES, SIGNING_RULES, rules_met_by
from ledger.transitions.table import TRANSITIONS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}-{rule.check.__name__}")
def test_a_row_judges_what_its_function_takes(rule):
    operation = list(inspect.signature(rule.check).parameters.values())[1].annotation
    if operation is Part:
        assert rule.check is privacy.texts_hold_no_personal_data
        return
    accepted = set(typing.get_args(operation)) or ({operation} if operation is not object else set(OPERATION_TYPES))
    assert set(rule.applies_to) == accepted


@pytest.mark.parametrize("operation", OPERATION_TYPES, ids=lambda each: each.__name__)
def test_a_transition_carries_out_what_its_function_takes(operation):
    taken = list(inspect.signature(TRANSITIONS[operation]).parameters.values())[1].annotation
    assert operation in (typing.get_args(taken) or (taken,))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}-{rule.check.__name__}")
def test_a_row_has_the_number_of_its_docstring_and_tenet(rule):
    assert re.fullmatch(r"L\d+|R\d+\.\d", rule.id)
    assert rule.tenet == (0 if rule.id.startswith("L") else int(rule.id[1:].split(".")[0]))
    assert rule.check.__doc__ is not None
    assert rule.check.__doc__.startswith(f"{rule.id}: ")
    assert re.fullmatch(r"E_[A-Z_]+", rule.code)


def test_rows_are_in_the_order_of_their_numbers():
    def number(identifier: str) -> tuple[int, ...]:
        return tuple(map(int, re.findall(r"\d+", identifier)))

    ids = [rule.id for rule in RULES]
    assert ids == sorted(ids, key=lambda each: (each[0] == "R", number(each)))
    assert list(RULE_IDS) == sorted(set(ids), key=ids.index)


def test_every_rule_function_of_a_rule_file_is_in_the_table_once():
    listed = [rule.check for rule in RULES]
    assert len(set(listed)) == len(listed)
    modules = [each for each in vars(table).values() if inspect.ismodule(each)]
    assert {Path(str(each.__file__)).stem for each in modules} == {
        path.stem for path in Path(table.__file__).parent.glob("*.py")
    } - {"__init__", "batches", "closing", "request", "table"}
    for module in modules:
        for _, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and list(inspect.signature(function).parameters)[:2] in (
                ["request", "operation"],
                ["request", "_"],
                ["_", "operation"],
            ):
                assert function in listed, function


def test_every_operation_meets_every_signing_rule_first_and_rules_of_its_own():
    for operation in OPERATION_TYPES:
        assert all(operation in rule.applies_to for rule in SIGNING_RULES)
        assert any(rule.id == "L6" and rule in rules_met_by(operation) for rule in OPERATION_RULES)


def test_no_message_uses_repr_or_a_locale():
    for rule in RULES:
        source = inspect.getsource(inspect.getmodule(rule.check))  # type: ignore[arg-type]
        assert not re.search(r"\{\w+(![rsa]|:\W)", source)
