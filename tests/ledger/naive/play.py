"""A life drawn at random and given to both: what is asked for, when, in which envelopes and blocks."""

from random import Random

from canonical.signing import PublicKey, Signature
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.operations.table import Operation
from tests.ledger.naive.acts import ACTS
from tests.ledger.naive.both import Block, Both
from tests.ledger.naive.drawing import Asked
from tests.ledger.naive.drawing_cases import CaseDrawing
from tests.ledger.naive.figures import DAY_MS, HOUR_MS, MINUTE_MS
from tests.ledger.naive.founding import draw_charter, key_of
from tests.ledger.naive.reasons import Reason
from tests.ledger.naive.times import times_ahead
from tests.ledger.naive.writing import PERSONAL

WEIGHTS = {
    **dict.fromkeys(("register_account", "update_claims", "rotate_key", "update_state", "keep_key"), 3),
    **dict.fromkeys(("register_work", "review_work", "grant_licence", "revoke_licence"), 2),
    **dict.fromkeys(("create_series", "seal_series", "mint_batch"), 4),
    **dict.fromkeys(("cosign_series", "mint"), 2),
    **dict.fromkeys(("issue", "transfer_from"), 12),
    **dict.fromkeys(("approve", "safe_batch_transfer_from", "redeem", "refund"), 6),
    **dict.fromkeys(("set_approval_for_all", "burn"), 2),
    **dict.fromkeys(("freeze", "emergency_freeze", "unfreeze", "appeal", "uphold"), 4),
    **dict.fromkeys(("open_dispute", "resolve_dispute", "takedown", "forced_transfer"), 4),
    **dict.fromkeys(("choose", "attest"), 2),
    **dict.fromkeys(("wind_down", "record_access", "report"), 1),
    **dict.fromkeys(("propose", "vote"), 8),
    "submit_evidence": 1,
}
"""How often each is asked for."""

WAITS_MS = (0, 0, 0, 1, MINUTE_MS, HOUR_MS, HOUR_MS, DAY_MS, DAY_MS)
LONG_WAITS_MS = (16 * DAY_MS, 180 * DAY_MS, 730 * DAY_MS)
CANDIDATES = 10


class Play:
    """One life."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.both = Both(draw_charter(random))
        self.known = self.both.model.known
        self.draw = CaseDrawing(random, self.known)
        self.now_ms = self.known.now_ms
        self.envelopes: list[Envelope] = []
        self.expected: list[list[list[Reason]]] = []

    def live(self, blocks: int) -> Both:
        """A beginning in which there is something to have, then so many blocks, then the end."""
        self.begin()
        for _ in range(blocks):
            if self.random.random() < 0.12:
                self.act()
            else:
                for _ in range(self.random.choice((0, 1, 2, 3, 5))):
                    self.ask()
                self.close()
            self.now_ms += self.wait_ms()
        self.both.end()
        return self.both

    def begin(self) -> None:
        """Accounts, works and sealed series: drawn like everything else, only in this order."""
        for name in ("register_account",) * 8 + ("register_work",) * 2 + ("create_series",) * 3:
            self.ask(name)
        self.close()
        for name in ("cosign_series",) * 2 + ("mint_batch",) * 4 + ("seal_series",) * 3 + ("issue",) * 6:
            self.ask(name)
        self.close()

    def wait_ms(self) -> int:
        """Often nothing, sometimes years, and sometimes to just before, at or after something ends."""
        chance = self.random.random()
        if chance < 0.25:
            ahead = times_ahead(self.known)
            if ahead:
                place = min(int(self.random.expovariate(0.7)), len(ahead) - 1)
                return max(0, ahead[place] + self.random.choice((-1, 0, 1)) - self.now_ms)
        if chance < 0.28:
            return self.random.choice(LONG_WAITS_MS)
        return self.random.choice(WAITS_MS)

    def act(self) -> None:
        """One of those that take many transactions, each envelope in a block of its own."""
        for wait_ms, by, operations, stem in self.random.choice(ACTS)(self.draw):
            self.now_ms += wait_ms
            self.known.now_ms = self.now_ms
            if by in self.known.accounts and operations:
                keys = [f"{stem}-{number}" if stem else None for number in range(len(operations))]
                self.send(by, list(zip(operations, keys, strict=True)))
            self.close()

    def ask(self, name: str | None = None) -> None:
        """One envelope: the best of some candidates, and sometimes more by the same signer."""
        self.known.now_ms = self.now_ms
        by, operation = self.choose(name)
        if self.random.random() < 0.005:
            by = self.random.choice(("ant.ghost", "cctv"))
        self.send(by, [(operation, self.idempotency_key())])

    def idempotency_key(self) -> str | None:
        if self.random.random() < 0.9:
            return None
        return self.random.choice(PERSONAL[:1]) if self.random.random() < 0.1 else f"key-{self.random.randrange(3)}"

    def choose(self, name: str | None) -> Asked:
        """Mostly what will be done, else what only one rule refuses, else anything."""
        wish, refused = self.random.random(), []
        kind = name or self.kind()
        for place in range(CANDIDATES):
            if place == CANDIDATES // 2 and name is None:
                kind = self.kind()
            asked = self.candidate(kind)
            reasons = self.reasons(asked)
            if wish > 0.9 or (wish < 0.75 and not reasons):
                return asked
            refused.append((len(reasons) or 99, asked))
        return min(refused, key=lambda each: each[0])[1]

    def kind(self) -> str:
        return self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]

    def candidate(self, name: str) -> Asked:
        asked: Asked = getattr(self.draw, name)()
        return asked

    def reasons(self, asked: Asked) -> list[Reason]:
        by, operation = asked
        key = self.known.key_in_force(by) if by in self.known.accounts else key_of(by)
        return self.both.model.reasons(by, key, Transaction(self.next_nonce(by), 0, operation))

    def next_nonce(self, by: str) -> int:
        account = self.known.accounts.get(by)
        return 1 if account is None else max(account.nonces, default=0) + 1

    def send(self, by: str, wishes: list[tuple[Operation, str | None]]) -> None:
        """Sign an envelope, mostly as one should, and let the model take it."""
        first, transactions = self.next_nonce(by), []
        for place, (operation, key) in enumerate(wishes):
            # What takes many is signed as it should be, or one nonce far ahead would end it.
            is_one_of_many = len(wishes) > 1
            nonce = first + place
            transactions.append(
                Transaction(nonce, 0, operation, key) if is_one_of_many else self.transaction(nonce, operation, key)
            )
        while len(wishes) == 1 and len(transactions) < 4 and self.random.random() < 0.3:
            also, operation = self.choose(None)
            if also == by:
                transactions.append(self.transaction(first + len(transactions), operation, None))
        public_key = self.known.key_in_force(by) if by in self.known.accounts else key_of(by)
        if self.random.random() < 0.01:
            public_key = key_of("a stranger")
        envelope = seal_envelope(
            by,
            tuple(transactions),
            chain=self.both.chain,
            public_key=PublicKey(public_key),
            sign=lambda _: Signature(bytes(64)),
        )
        self.envelopes.append(envelope)
        self.expected.append(self.both.model.take_all(envelope))

    def transaction(self, nonce: int, operation: Operation, key: str | None) -> Transaction:
        chance, deadline_ms, schema = self.random.random(), 0, 1
        if chance < 0.02:
            nonce = max(1, nonce + self.random.choice((-1, -1, 1, 5, 1_023, 1_024, -1_024, -1_100)))
        elif chance < 0.05:
            deadline_ms = self.now_ms + self.random.choice((-1, 0, 1))
        elif chance < 0.055:
            schema = 2
        return Transaction(nonce, deadline_ms, operation, key, schema)

    def close(self) -> None:
        """Give what was gathered to the ledger."""
        author = self.random.choice((0, 0, 1, 2))
        block = Block(self.now_ms, author, tuple(self.envelopes), self.random.random() < 0.04)
        self.known.now_ms = self.now_ms
        expected, self.envelopes, self.expected = self.expected, [], []
        self.both.execute(block, expected)
