"""What is there before the load: accounts in pairs, and tokens that each pair passes to and fro.

A transaction of the load is a gift, `transfer_from`, under the whole rule book; the charter sets the holding periods to
zero and the limits high, since gifts are otherwise rare by design. Nothing else is changed for the measurement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from canonical.hashing import Digest
from ledger.envelope import Envelope
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.operations.works import RegisterWork
from ledger.person import SALT_BYTES, commit
from node.home.keys import KeyPair
from node.wallet import Wallet

GIFTS_PER_PERSON_MAX = 1_000
"""The highest daily limit a charter may set (R10.4); it bounds how long one consortium can be loaded."""

PARAMETERS = {
    "hold_hours_first": 0,
    "hold_hours_later": 0,
    "gifts_per_day": GIFTS_PER_PERSON_MAX,
    "purchases_per_person": 10_000,
}
"""Of the charter."""

TOKENS_PER_PAIR = 100
"""What one bundle moves."""

EDITIONS_PER_SERIES = 10_000
MINTED_TOGETHER = 1_000
SIGNED_TOGETHER = 100

ENVELOPE_BYTES = 256
"""Size of a `signed` envelope; names are filled up to reach it."""

_NAME_LENGTH = 36
_PRICE_FEN = 1_000


@dataclass(slots=True)
class Pair:
    """Two accounts and the tokens that they give to each other."""

    platform: str
    """That keeps both; its gateway takes their gifts."""
    wallets: tuple[Wallet, Wallet]
    tokens: list[str] = field(default_factory=list)
    """In the order of their sale."""
    holders: list[int] = field(default_factory=list)
    """Which of the two holds each token, 0 or 1, once all that was signed is carried out."""
    given: list[int] = field(default_factory=lambda: [0, 0])
    """Gifts each has signed."""


@dataclass(frozen=True, slots=True)
class Gift:
    """One signed envelope of the load."""

    envelope: Envelope = field(repr=False)
    pair: int
    """Whose it is."""
    places: tuple[int, ...]
    """Which of the pair's tokens it moves."""


class Exhausted(Exception):
    """The day's gifts are used up: the measurement asks for more transactions than the world was made for."""


class World:
    """All pairs, and the next gift of each."""

    def __init__(self, *, pairs: int, platforms: Sequence[str], chain: Digest, random: Random) -> None:
        """Invent `pairs` pairs, spread over the platforms; the same `random` invents the same keys."""
        self.pairs: list[Pair] = []
        self._platforms = tuple(platforms)
        self._registrations: dict[str, list[Operation]] = {platform: [] for platform in platforms}
        self._by_buyer: dict[str, Pair] = {}
        self._cursor = 0
        for number in range(pairs):
            platform = platforms[number % len(platforms)]
            wallets = tuple(self._open(platform, f"{number:05d}{side}", chain, random) for side in "ab")
            pair = Pair(platform, (wallets[0], wallets[1]))
            self.pairs.append(pair)
            self._by_buyer[wallets[0].account] = pair

    def _open(self, platform: str, name: str, chain: Digest, random: Random) -> Wallet:
        keys = KeyPair.generate(random.randbytes)
        account = f"{platform}.{name}".ljust(_NAME_LENGTH, "x")
        person = commit(random.randbytes(SALT_BYTES), account)
        claims = (Claim.OVER_14, Claim.OVER_18, Claim.REAL_NAME)
        self._registrations[platform].append(RegisterAccount(account, person, keys.public_key, claims))
        return Wallet(account, keys, chain=chain)

    @property
    def tokens(self) -> int:
        """How many are to be sold."""
        return len(self.pairs) * TOKENS_PER_PAIR

    # Before the load

    def opening(self, registrar: str) -> Iterator[tuple[str, list[Operation]]]:
        """What each institution signs to make this world, in steps of which each needs the one before."""
        issuer = self._platforms[0]
        yield registrar, [_work(issuer)]
        names = [f"bench-{number}" for number in range(-(-self.tokens // EDITIONS_PER_SERIES))]
        yield issuer, [_series(name, self._platforms) for name in names]
        for name in names:
            yield issuer, [MintBatch(name, MINTED_TOGETHER)] * (EDITIONS_PER_SERIES // MINTED_TOGETHER)
        yield issuer, [SealSeries(name) for name in names]

    def registrations(self) -> dict[str, list[Operation]]:
        """Accounts, by the platform that opens them."""
        return self._registrations

    def sales(self) -> dict[str, list[Operation]]:
        """Sales of every token to the first of a pair, by the platform that sells.

        Which edition a sale yields is known after it: `note_sale`.
        """
        sales: dict[str, list[Operation]] = {platform: [] for platform in self._platforms}
        for number, pair in enumerate(self.pairs):
            name = f"bench-{number * TOKENS_PER_PAIR // EDITIONS_PER_SERIES}"
            issue = Issue(name, pair.wallets[0].account, _PRICE_FEN, Digest(bytes(32)), "CNY")
            sales[pair.platform] += [issue] * TOKENS_PER_PAIR
        return sales

    def note_sale(self, account: str, token: str) -> None:
        """A token was sold to `account`."""
        pair = self._by_buyer[account]
        pair.tokens.append(token)
        pair.holders.append(0)

    # The load

    def single_gifts(self, count: int) -> list[Gift]:
        """The next `count` gifts, one an envelope; no token comes again before all others have.

        Raises: Exhausted.
        """
        gifts: list[Gift] = []
        for _ in range(count):
            place, number = divmod(self._cursor, len(self.pairs))
            self._cursor = (self._cursor + 1) % self.tokens
            holder = self.pairs[number].holders[place]
            gifts.append(self._sign(number, (place,), holder))
        return gifts

    def bundled_gifts(self, count: int) -> list[Gift]:
        """The next `count` envelopes, each of them all that one of a pair holds: normally all tokens of the pair.

        Raises: Exhausted.
        """
        gifts: list[Gift] = []
        for _ in range(count):
            number = self._cursor % len(self.pairs)
            self._cursor = number + 1
            holders = self.pairs[number].holders
            holder = 0 if 2 * holders.count(0) >= len(holders) else 1
            places = tuple(place for place, each in enumerate(holders) if each == holder)
            gifts.append(self._sign(number, places, holder))
        return gifts

    def _sign(self, number: int, places: tuple[int, ...], holder: int) -> Gift:
        pair = self.pairs[number]
        if pair.given[holder] + len(places) > GIFTS_PER_PERSON_MAX:
            raise Exhausted(
                f"{pair.wallets[holder].account} has given {pair.given[holder]} gifts today, and no charter allows more"
                f" than {GIFTS_PER_PERSON_MAX}. What to do: more --pairs, or fewer or shorter measurements."
            )
        pair.given[holder] += len(places)
        giver, recipient = pair.wallets[holder], pair.wallets[1 - holder]
        envelope = giver.seal(*(TransferFrom(pair.tokens[place], giver.account, recipient.account) for place in places))
        for place in places:
            pair.holders[place] = 1 - holder
        return Gift(envelope, number, places)

    def note_owner(self, gift: Gift, place: int, owner: str) -> None:
        """A gift's outcome was unclear; this is who owns its token now."""
        pair = self.pairs[gift.pair]
        pair.holders[place] = 0 if owner == pair.wallets[0].account else 1


def _work(issuer: str) -> RegisterWork:
    return RegisterWork(
        work="bench",
        title="A work to be measured with",
        creator="unknown",
        holder="nobody",
        source="benchmarks/world.py",
        content_hash=Digest(sha256(b"benchmarks/world.py").digest()),
        certificate_number="BENCH-1",
        licensees=(issuer,),
    )


def _series(name: str, sellers: tuple[str, ...]) -> CreateSeries:
    return CreateSeries(
        series=name,
        work="bench",
        title=name,
        edition_cap=EDITIONS_PER_SERIES,
        price_fen=_PRICE_FEN,
        sellers=sellers,
        anchors=(Anchor(AnchorKind.BRAND, "benchmarks"),),
        disclosure=Disclosure("A token to be measured with.", "To be given to and fro."),
    )
