"""Whole nodes come to the same alerts, whatever happened to them in the middle of an epoch (R11.2)."""

import pytest

from ledger.envelope import Transaction, seal_envelope
from ledger.names import token_id
from ledger.operations.series import MintBatch, SealSeries
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.records.alerts import Detector
from ledger.rules.no_laundering import alerts_in
from node.simulation import Simulation
from tests.ledger.world import issue_operation, series_operation, work_operation
from tests.node.simulated import register

RULES = {"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000, "epoch_blocks": 3}
GIFTS = 12


class Market:
    """Two people, one token, and a consortium that orders what they do."""

    def __init__(self, seed: int) -> None:
        self.simulation = Simulation(4, seed=seed, rules=RULES)
        self._nonces = {"ant": 10}
        for number in (1, 2):
            register(self.simulation, number, at=0)
        self.simulation.run_for(1_000)
        self.ask("copyright", work_operation())
        self.ask("ant", series_operation("s"), MintBatch("s", 1), SealSeries("s"), issue_operation("s", "ant.p1"))

    def ask(self, account: str, *operations: Operation, at: int = 0) -> None:
        """One envelope, and the time for a block."""
        transactions: list[Transaction] = []
        for operation in operations:
            self._nonces[account] = self._nonces.get(account, 0) + 1
            transactions.append(Transaction(self._nonces[account], 0, operation))
        key = self.simulation.keyring.key(account)
        envelope = seal_envelope(
            account, tuple(transactions), chain=self.simulation.chain, public_key=key.public_key, sign=key.sign
        )
        self.simulation.submit(self.simulation.members[at], envelope)
        self.simulation.run_for(1_000)

    def give(self, number: int) -> None:
        """The token goes from the one who has it to the other."""
        sender, to = ("ant.p1", "ant.p2") if number % 2 == 0 else ("ant.p2", "ant.p1")
        self.ask(sender, TransferFrom(token_id("s", 1), sender, to))


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["none", "killed", "wiped"])
def test_members_that_were_away_raise_the_alerts_of_the_others__r11_2(trouble: str) -> None:
    market = Market(seed=5)
    away = market.simulation.members[3]
    for number in range(GIFTS):
        if number == 4 and trouble != "none":
            away.kill()
        if number == 7 and trouble != "none":
            if trouble == "wiped":
                away.wipe()
            away.start()
        market.give(number)
    market.simulation.run_for(20_000)
    ledgers = [member.core.ledger for member in market.simulation.members]
    assert len({(ledger.height, ledger.state_root) for ledger in ledgers}) == 1
    ended = len(ledgers[0].state.epochs)
    found = [[alerts_in(ledger.state, epoch) for epoch in range(1, ended + 1)] for ledger in ledgers]
    assert found[0] == found[1] == found[2] == found[3]
    raised = [alert for alerts in found[0] for alert in alerts if alert.detector is Detector.BACK_AND_FORTH]
    assert len(raised) >= GIFTS - 1 - 2, "all but those of the epoch that has not ended"
