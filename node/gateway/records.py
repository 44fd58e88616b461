"""The ledger's records as the gateway shows them: objects with named fields, bytes in hexadecimal.

Each names the height it was read at. The state read is what this member has executed: a quorum has committed all of it,
and at most the last few blocks may still be collecting their certificates.
"""

from ledger.charter import Role
from ledger.ledger import Ledger
from ledger.names import series_of_token
from ledger.operations.accounts import AccountState, Claim
from ledger.operations.series import Anchor, AnchorKind, Tag
from ledger.records.accounts import AccountRecord
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.records.works import Review, WorkRecord
from ledger.view import View
from node.gateway.types import Hex, Reply

TOKENS_SHOWN_MAX = 1_000
"""Tokens listed for one account; `tokens` counts them all."""


class AccountReply(Reply, frozen=True):
    """An account. No personal data exist on the chain, so none can be shown."""

    height: int
    account: str
    platform: str
    """The member that keeps it."""
    role: Role | None
    """A member's role; None for a person."""
    person: Hex | None
    """Salted commitment to the person; None for a member."""
    public_key: Hex
    """The key that signs for it in the next block."""
    next_key: Hex | None
    """The key that was announced in its place (R8.1); null without one."""
    next_key_from_height: int
    """The first block in which that one signs, if `next_key_from_ms` has come too; 0 without one."""
    next_key_from_ms: int
    """Block time until which the holder can object with `keep_key`; 0 where nobody is asked."""
    claims: tuple[Claim, ...]
    """What the platform vouches for."""
    platform_state: AccountState
    """As of the block time of `height`: a suspension that is over by then is none."""
    operator_state: AccountState
    """Likewise."""
    platform_until_ms: int
    """When a suspension by its platform ends, or ended, by itself; 0 without one."""
    operator_until_ms: int
    """The same of one by the regulator; 2^53 - 1 where only a decision ends it."""
    nonce_highest: int
    """The highest nonce used; a client that lost its own goes on above it."""
    frozen: bool
    """As of the block time of `height`."""
    freeze_case: str | None
    frozen_until_ms: int
    """0 without a freeze."""
    tokens: int
    """How many it owns."""
    token_ids: tuple[str, ...]
    """The first `TOKENS_SHOWN_MAX` of them, sorted."""


class WorkReply(Reply, frozen=True):
    """A registered work."""

    height: int
    work: str
    title: str
    creator: str
    holder: str
    source: str
    content_hash: Hex
    """SHA-256 of the content file."""
    certificate_number: str
    registrar: str
    licensees: tuple[str, ...]
    review: Review
    """Whether it may be issued as far as its likeness to another work goes (R4.2)."""
    similar_to: str | None
    """The work that it resembles."""
    disputed: bool
    """As of the block time of `height`."""
    dispute_case: str | None
    """Of the latest dispute that took effect."""
    disputed_until_ms: int
    """0 without a dispute, or when it was decided."""
    taken_down: str | None
    """The case in which it was taken down with all that was made of it."""


class AnchorReply(Reply, frozen=True):
    """What in the real world a series stands on."""

    kind: AnchorKind
    reference: str


class SeriesReply(Reply, frozen=True):
    """A series of editions."""

    height: int
    series: str
    work: str
    issuer: str
    title: str
    price_fen: int
    """The disclosed price, or the lower end of its band."""
    price_highest_fen: int | None
    """The other end of the band; None where there is one price."""
    sellers: tuple[str, ...]
    anchors: tuple[AnchorReply, ...]
    description: str
    rights: str
    risks: str
    tags: tuple[Tag, ...]
    cosigner: str | None
    """The institution that put its name to a series of heritage."""
    edition_cap: int
    minted: int
    issued: int
    burned: int
    """Sold editions that ended, refunds among them; `issued` still counts them."""
    refunded: int
    sealed: bool
    taken_down: str | None
    """The case in which it was taken down with all its editions; its work may be taken down as well."""


class TokenReply(Reply, frozen=True):
    """One edition."""

    height: int
    token: str
    series: str
    owner: str
    state: TokenState
    transfers: int
    """Gifts since the sale."""
    acquired_ms: int
    """Block time at which the owner got it, Unix milliseconds."""
    frozen: bool
    """As of the block time of `height`."""
    freeze_case: str | None
    frozen_until_ms: int
    """0 without a freeze."""
    approved: str | None
    """The account that may give it on its owner's behalf."""
    redeemed: tuple[str, ...]
    """The benefits that were used, as its series calls them."""
    taken_down: str | None
    """The case in which it was taken down by itself; `/v1/query/standing` tells of its series and its work too."""


def account_reply(ledger: Ledger, account: str, record: AccountRecord) -> AccountReply:
    """Return an account as the gateway shows it."""
    tokens = ledger.tokens_of(account)
    platform_state, operator_state = record.states(ledger.timestamp_ms)
    announced = ledger.key_announced(account)
    return AccountReply(
        height=ledger.height,
        account=account,
        platform=record.platform,
        role=record.role,
        person=None if record.person is None else record.person.hex(),
        public_key=(ledger.key_of(account) or record.public_key).hex(),
        next_key=None if announced is None else announced.public_key.hex(),
        next_key_from_height=0 if announced is None else announced.from_height,
        next_key_from_ms=0 if announced is None else announced.from_ms,
        claims=record.claims,
        platform_state=platform_state,
        operator_state=operator_state,
        platform_until_ms=record.platform_until_ms,
        operator_until_ms=record.operator_until_ms,
        nonce_highest=record.nonce_highest,
        frozen=record.is_frozen(ledger.timestamp_ms),
        freeze_case=record.freeze_case,
        frozen_until_ms=record.frozen_until_ms,
        tokens=len(tokens),
        token_ids=tuple(sorted(tokens)[:TOKENS_SHOWN_MAX]),
    )


def work_reply(ledger: Ledger | View, work: str, record: WorkRecord) -> WorkReply:
    """Return a work as the gateway shows it."""
    return WorkReply(
        height=ledger.height,
        work=work,
        title=record.title,
        creator=record.creator,
        holder=record.holder,
        source=record.source,
        content_hash=record.content_hash.hex(),
        certificate_number=record.certificate_number,
        registrar=record.registrar,
        licensees=record.licensees,
        review=record.review,
        similar_to=record.similar_to,
        disputed=ledger.timestamp_ms < record.disputed_until_ms,
        dispute_case=record.dispute_case,
        disputed_until_ms=record.disputed_until_ms,
        taken_down=record.taken_down,
    )


def series_reply(ledger: Ledger | View, series: str, record: SeriesRecord) -> SeriesReply:
    """Return a series as the gateway shows it."""
    return SeriesReply(
        height=ledger.height,
        series=series,
        work=record.work,
        issuer=record.issuer,
        title=record.title,
        price_fen=record.price_fen,
        price_highest_fen=record.price_highest_fen,
        sellers=record.sellers,
        anchors=tuple(map(_anchor_reply, record.anchors)),
        description=record.disclosure.description,
        rights=record.disclosure.rights,
        risks=record.disclosure.risks,
        tags=record.tags,
        cosigner=record.cosigner,
        edition_cap=record.edition_cap,
        minted=record.minted,
        issued=record.issued,
        burned=record.burned,
        refunded=record.refunded,
        sealed=record.sealed,
        taken_down=record.taken_down,
    )


def token_reply(ledger: Ledger, token: str, record: TokenRecord) -> TokenReply:
    """Return an edition as the gateway shows it."""
    series = ledger.series(series_of_token(token))
    anchors = () if series is None else series.anchors
    return TokenReply(
        height=ledger.height,
        token=token,
        series=series_of_token(token),
        owner=record.owner,
        state=record.state,
        transfers=record.transfers,
        acquired_ms=record.acquired_ms,
        frozen=record.is_frozen(ledger.timestamp_ms),
        freeze_case=record.freeze_case,
        frozen_until_ms=record.frozen_until_ms,
        approved=record.approved,
        redeemed=tuple(each.reference for place, each in enumerate(anchors) if record.redeemed >> place & 1),
        taken_down=record.taken_down,
    )


def _anchor_reply(anchor: Anchor) -> AnchorReply:
    return AnchorReply(anchor.kind, anchor.reference)
