"""Personal data that must never reach the chain: found in what people wrote, before it is ordered and cannot be erased.

Four kinds have a form that a machine can tell: the Chinese identity number (GB 11643-1999, with its date and check
character), the mainland mobile number, the bank card (ISO/IEC 7812-1, with its Luhn digit), and the e-mail address. A
name has no such form; operations have no field for one. Full-width characters, and spaces or hyphens between digits,
are read through, since people write numbers so. What is found is named by kind only: repeating it would put it on the
chain.
"""

import enum
import re


class PersonalData(enum.StrEnum):
    """What was found."""

    IDENTITY_NUMBER = "identity_number"
    MOBILE_NUMBER = "mobile_number"
    BANK_CARD = "bank_card"
    EMAIL_ADDRESS = "email_address"


IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: 2^(17-i) mod 11 for the first seventeen digits."""

IDENTITY_CHECKS = "10X98765432"
"""The check character by the weighted sum modulo 11."""

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(0x5E)} | {0x3000: 0x20}
"""Full-width forms to ASCII; written out because Unicode's own tables differ between Pythons."""

_SEPARATED = re.compile(r"(?<=[0-9])[ \-.\u00b7\u2010-\u2015](?=[0-9Xx])")
_IDENTITY = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86|0086)?1[3-9][0-9]{9}(?![0-9])")
_CARD = re.compile(r"(?<![0-9])[3-6][0-9]{14,18}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})*\.[A-Za-z]{2,24}")


def is_identity_number(text: str) -> bool:
    """Whether eighteen characters carry the check character of an identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], IDENTITY_WEIGHTS, strict=True))
    return IDENTITY_CHECKS[total % 11] == text[17].upper()


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn digit of those before it (ISO/IEC 7812-1, annex B)."""
    weighted = (int(digit) << (place & 1) for place, digit in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in weighted) % 10 == 0


def find_personal_data(text: str) -> PersonalData | None:
    """The first kind found in `text`, most telling kind first; None where there is none. Linear in its length."""
    plain = text.translate(_FULL_WIDTH)
    if _EMAIL.search(plain):
        return PersonalData.EMAIL_ADDRESS
    if sum(character.isdigit() for character in plain) < 11:
        return None
    for candidate in (plain, _SEPARATED.sub("", plain)):
        if any(is_identity_number(found[0]) for found in _IDENTITY.finditer(candidate)):
            return PersonalData.IDENTITY_NUMBER
        if _MOBILE.search(candidate):
            return PersonalData.MOBILE_NUMBER
        if any(is_luhn(found[0]) for found in _CARD.finditer(candidate)):
            return PersonalData.BANK_CARD
    return None
