"""L10: what people write. The model knows personal data by having invented them."""

from tests.ledger.naive.reasons import Reasons

PERSONAL = ("13800138000", "11010519491231002X", "6222021234567890128", "li@example.com")
"""A mobile number, an identity number with its check character, a bank card with its Luhn digit, an address."""


def is_personal(text: str) -> bool:
    return any(each in text for each in PERSONAL)


def judge_words(no: Reasons, *texts: str | None) -> None:
    no.when(any(text is not None and is_personal(text) for text in texts), "L10", "E_PERSONAL_DATA")
