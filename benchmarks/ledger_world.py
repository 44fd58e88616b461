"""A ledger of any size, without the blocks that would lead to it: one life is executed, and its records are copied.

Every edition is sold, each person has bought one edition of ten series, and has given a gift on an earlier day; so
there is a row for each token, each purchase, each account and each giver: about 2.2 for a token.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from benchmarks.world import EDITIONS_PER_SERIES, PARAMETERS
from canonical.encoding import encode
from canonical.hashing import Digest, Domain, digest
from canonical.signing import PublicKey, Signature
from ledger.charter import Charter, Member, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope, transaction_ids
from ledger.execute import AuthoredBatch, BlockResult
from ledger.ledger import Ledger
from ledger.names import token_id
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.operations.works import RegisterWork
from ledger.parameters import DAY_MS
from ledger.receipts import Status
from ledger.records.record import Record
from node.home.institutions import learners, voters

TOKENS_PER_PERSON = 10
"""Of ten series, one of each."""

FOUNDED_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""

_STRIDE = 7_919
"""From one giver to the next: prime, so that everybody gives once before anybody gives twice."""

_ISSUER = "ant"
_WORK = "bench"
_CLAIMS = (Claim.OVER_14, Claim.OVER_18, Claim.REAL_NAME)


def charter_of_a_bench() -> Charter:
    """Four voters with keys by name, for a ledger without nodes: nothing is signed, and the ledger compares keys."""
    voting = voters(4)
    rows = [(each, True) for each in voting] + [(each, False) for each in learners(voting)]
    members = tuple(
        Member(row.id, row.name, row.name_zh, row.role, votes, key_of(f"node {row.id}"), key_of(row.id))
        for row, votes in rows
    )
    return Charter(1, "bench", FOUNDED_MS, members, dict(PARAMETERS))


def key_of(account: str) -> PublicKey:
    """A public key by name."""
    return PublicKey(digest(Domain.PERSON, b"key of " + account.encode()))


def person_of(account: str) -> Digest:
    """A person by name."""
    return digest(Domain.PERSON, b"person " + account.encode())


def account_name(number: int) -> str:
    """Of the collector with that number, from 0."""
    return f"{_ISSUER}.collector-{number:07d}"


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is for so many tokens."""

    tokens: int
    """A multiple of 100."""

    @property
    def series(self) -> int:
        """At least ten, so that nobody buys two of one."""
        return max(TOKENS_PER_PERSON, -(-self.tokens // EDITIONS_PER_SERIES))

    @property
    def editions(self) -> int:
        """Of each series."""
        return self.tokens // self.series

    @property
    def people(self) -> int:
        """Who own everything."""
        return self.tokens // TOKENS_PER_PERSON

    def holding(self, person: int) -> Iterator[tuple[int, int]]:
        """What a person owns: series (from 0) and edition (from 1)."""
        group, edition = divmod(person, self.editions)
        for series in range(TOKENS_PER_PERSON):
            yield group * TOKENS_PER_PERSON + series, edition + 1


class LedgerWorld:
    """One ledger, and blocks for it. Signatures are zeros: the ledger does not check them."""

    def __init__(self, charter: Charter, size: Size) -> None:
        """Found it and let it be of `size`, a day after a first life that shows what its records look like."""
        self.charter = charter
        self.size = size
        self.chain = chain_id(charter)
        self.ledger = Ledger.genesis(charter)
        self.now_ms = charter.founded_ms
        self._operators = {member.id: member.operator_key for member in charter.members}
        self._nonces: dict[str, int] = {}
        self._held: dict[int, list[str]] = {}
        self._turn = 0
        self._batches = 0
        self._grow()

    def seal(self, account: str, *operations: Operation) -> Envelope:
        """An envelope of `account` with its next nonces."""
        first = self._nonces.get(account, 0) + 1
        self._nonces[account] = first + len(operations) - 1
        transactions = tuple(Transaction(first + place, 0, each) for place, each in enumerate(operations))
        key = self._operators.get(account) or key_of(account)
        return seal_envelope(
            account, transactions, chain=self.chain, public_key=key, sign=lambda _: Signature(bytes(64))
        )

    def batch(self, envelopes: tuple[Envelope, ...]) -> AuthoredBatch:
        """The next batch of the first member, its transactions' ids known as they are to a node."""
        ids = tuple(each for envelope in envelopes for each in transaction_ids(envelope, chain=self.chain))
        self._batches += 1
        return AuthoredBatch(0, self._batches, envelopes, ids)

    def execute(self, batch: AuthoredBatch) -> BlockResult:
        """One block of one batch, a second after the last."""
        self.now_ms += 1_000
        return self.ledger.execute(self.ledger.height + 1, self.now_ms, [batch])

    def gifts(self, count: int, *, together: int) -> tuple[Envelope, ...]:
        """So many gifts, each giver's `together` in one envelope; givers follow one another all over the key space."""
        return tuple(self._gifts_of_next(together) for _ in range(count // together))

    def _gifts_of_next(self, count: int) -> Envelope:
        """Whoever is next and holds so many: there is always somebody, as everybody has ten on the average."""
        people = self.size.people
        while len(own := self._held_by(giver := self._turn * _STRIDE % people)) < count:
            self._turn += 1
        recipient = (giver + 1 + self._turn // people) % people
        self._turn += 1
        given, own[:count] = own[:count], []
        self._held_by(recipient).extend(given)
        sender, to = account_name(giver), account_name(recipient)
        return self.seal(sender, *(TransferFrom(token, sender, to) for token in given))

    def _held_by(self, person: int) -> list[str]:
        if person not in self._held:
            holding = self.size.holding(person)
            self._held[person] = [token_id(series_name(series), edition) for series, edition in holding]
        return self._held[person]

    def _must(self, account: str, *operations: Operation) -> None:
        for receipt in self.execute(self.batch((self.seal(account, *operations),))).receipts:
            assert receipt.status is Status.ACCEPTED, receipt

    def _grow(self) -> None:
        size, first, second = self.size, account_name(0), account_name(1)
        self._must("copyright", _work())
        self._must(_ISSUER, _series(series_name(0), size.editions))
        left = size.editions
        while left:
            self._must(_ISSUER, MintBatch(series_name(0), min(left, 1_000)))
            left -= min(left, 1_000)
        self._must(_ISSUER, SealSeries(series_name(0)), *(_registration(each) for each in (first, second)))
        self._must(_ISSUER, Issue(series_name(0), first, 1_000, Digest(bytes(32)), "CNY"))
        token = token_id(series_name(0), 1)
        self._must(first, TransferFrom(token, first, second))
        self._must(second, TransferFrom(token, second, first))
        self.now_ms += DAY_MS
        entries = self._entries(first, token)
        self.ledger = Ledger.restore(self.charter, entries, height=self.ledger.height, timestamp_ms=self.now_ms)
        self._nonces = {name: nonce for name, nonce in self._nonces.items() if "." not in name}

    def _entries(self, account: str, token: str) -> Iterator[tuple[bytes, bytes]]:
        """What the first life left, and copies of it; one after the other, so that nothing else takes memory."""
        own = dict(self.ledger.entries())
        for key, value in self._copies(account, token):
            own.pop(key, None)
            yield key, value
        yield from own.items()

    def _copies(self, account: str, token: str) -> Iterator[tuple[bytes, bytes]]:
        """Every entry that a series, a person or a token has, by the model of the first."""
        size, state = self.size, self.ledger.state
        models = (
            state.series.get(series_name(0)),
            state.accounts.get(account),
            state.tokens.get(token),
            state.gifts.get(person_of(account).hex()),
            state.purchases.get(f"{series_name(0)}/{person_of(account).hex()}"),
        )
        series, person, edition, gift, purchase = map(_known, models)
        sold_out = encode(replace(series, issued=size.editions))
        given, bought = encode(gift), encode(purchase)
        fresh = replace(person, nonce_highest=0, nonces_used=b"", tokens=TOKENS_PER_PERSON)
        for number in range(size.series):
            yield f"series/{series_name(number)}".encode(), sold_out
        for number in range(size.people):
            name = account_name(number)
            who = person_of(name)
            yield f"account/{name}".encode(), encode(replace(fresh, person=who, public_key=key_of(name)))
            yield f"gift/{who.hex()}".encode(), given
            for place, place_in_series in size.holding(number):
                owned = token_id(series_name(place), place_in_series)
                yield f"token/{owned}".encode(), encode(replace(edition, owner=name, transfers=0))
                yield f"purchase/{series_name(place)}/{who.hex()}".encode(), bought


def series_name(number: int) -> str:
    """Of the series with that number, from 0."""
    return f"bench-{number}"


def _known(record: Record | None) -> Record:
    assert record is not None, "the first life left one of each"
    return record


def _registration(account: str) -> RegisterAccount:
    return RegisterAccount(account, person_of(account), key_of(account), _CLAIMS)


def _work() -> RegisterWork:
    return RegisterWork(
        work=_WORK,
        title="A work to be measured with",
        creator="unknown",
        holder="nobody",
        source="benchmarks/ledger_world.py",
        content_hash=digest(Domain.PERSON, b"benchmarks/ledger_world.py"),
        certificate_number="BENCH-1",
        licensees=(_ISSUER,),
    )


def _series(name: str, editions: int) -> CreateSeries:
    return CreateSeries(
        series=name,
        work=_WORK,
        title="A series to be measured with",
        edition_cap=editions,
        price_fen=1_000,
        sellers=(_ISSUER,),
        anchors=(Anchor(AnchorKind.BRAND, "benchmarks"),),
        disclosure=Disclosure("A token to be measured with.", "To be given to and fro."),
    )
