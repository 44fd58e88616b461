"""The end of an epoch: what it reports, and the series that changed hands too quickly (R2.1, R3.1, R10.5)."""

from tests.ledger.naive.figures import DAY_MS
from tests.ledger.naive.known import Known

GIVEN_MIN = 10


def end_epoch(known: Known) -> dict[str, tuple[int, int]]:
    """What each rule looked at and found, if this block ends an epoch."""
    if known.height % known.figure("epoch_blocks"):
        return {}
    report = {"R2.1": culture(known), "R3.1": authors(known), "R10.5": cool(known)}
    known.opened, known.authors = [], []
    return report


def culture(known: Known) -> tuple[int, int]:
    """Platforms that opened series, and those of them that opened too few of culture."""
    platforms = {platform for platform, _ in known.opened}
    short = 0
    for platform in platforms:
        of_culture = [is_cultural for opener, is_cultural in known.opened if opener == platform]
        short += sum(of_culture) * 100 < known.figure("culture_percent_min") * len(of_culture)
    return len(platforms), short


def authors(known: Known) -> tuple[int, int]:
    """Members whose batches came, and those of them whose share was too large."""
    share = known.figure("author_percent_max")
    each = set(known.authors)
    return len(each), sum(known.authors.count(one) * 100 > share * len(known.authors) for one in each)


def cool(known: Known) -> tuple[int, int]:
    """Series that moved within thirty days, and those of them that moved too quickly and cool from now on."""
    moved: dict[str, int] = {}
    for token in known.tokens.values():
        if any(known.now_ms - given_ms <= 30 * DAY_MS for given_ms in token.gifts_ms):
            moved[token.series] = moved.get(token.series, 0) + 1
    hot = [
        name
        for name, given in moved.items()
        if given >= GIVEN_MIN and given * 100 > known.figure("turnover_percent_max") * known.series[name].sold
    ]
    for name in hot:
        known.cooling[name] = known.now_ms + known.days_ms("cooling_days")
    return len(moved), len(hot)
