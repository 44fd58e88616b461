"""What the linter finds, and what it leaves alone."""

import pytest

from ledger.personal_data import PersonalData, find_personal_data, is_identity_number, is_luhn

IDENTITY = "11010519491231002X"
"""The example of GB 11643-1999."""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (IDENTITY, PersonalData.IDENTITY_NUMBER),
        (f"owner {IDENTITY.lower()}, second hall", PersonalData.IDENTITY_NUMBER),
        ("110105 19491231 002X", PersonalData.IDENTITY_NUMBER),
        ("身份证\uff11\uff11\uff10\uff11\uff10\uff1519491231002\uff38号", PersonalData.IDENTITY_NUMBER),
        ("call 13812345678", PersonalData.MOBILE_NUMBER),
        ("+86 138-1234-5678", PersonalData.MOBILE_NUMBER),
        ("电话13912345678。", PersonalData.MOBILE_NUMBER),
        ("4111 1111 1111 1111", PersonalData.BANK_CARD),
        ("6222020000000000000", PersonalData.BANK_CARD),
        ("li.wei@museum.example.cn", PersonalData.EMAIL_ADDRESS),
        ("li\uff20example.cn", PersonalData.EMAIL_ADDRESS),
    ],
)
def test_personal_data_are_found_however_they_are_written(text, kind):
    assert find_personal_data(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hall 3, cabinet 12",
        "Catalogue 2021-0456, 3rd edition of 10,000",
        "110105194912310021",
        "11010519491331002X",
        "12812345678",
        "1381234567",
        "913812345678901",
        "4111111111111112",
        "2111111111111111",
        "scroll@home",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "2026-11-22T23:45:00Z",
        "千里江山图",
    ],
)
def test_what_museums_write_is_left_alone(text):
    assert find_personal_data(text) is None


def test_one_wrong_character_is_no_identity_number():
    assert is_identity_number(IDENTITY)
    for place in range(17):
        digit = str((int(IDENTITY[place]) + 1) % 10)
        assert not is_identity_number(IDENTITY[:place] + digit + IDENTITY[place + 1 :])


def test_the_luhn_digit_finds_every_single_wrong_digit():
    card = "4111111111111111"
    assert is_luhn(card)
    for place in range(len(card)):
        for digit in "0123456789":
            if digit != card[place]:
                assert not is_luhn(card[:place] + digit + card[place + 1 :])
