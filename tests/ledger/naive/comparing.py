"""What model and ledger say after a block, in the same words: rows that must be equal."""

from typing import Any

from ledger.governance import is_listed, is_paused
from ledger.ledger import Ledger
from ledger.parameters import figures_of
from ledger.records.accounts import AccountRecord
from tests.ledger.naive.known import Known
from tests.ledger.naive.works import dispute_in_force

Rows = dict[tuple[str, ...], Any]

CHAINS = ("wenchang", "bsn")


def differences(known: Known, ledger: Ledger) -> list[str]:
    """Each thing of which they say different things, with both; nothing if they agree."""
    model, told = rows_of_model(known), rows_of_ledger(known, ledger)
    return [
        f"{'/'.join(name)}: model {model.get(name)!r}, ledger {told.get(name)!r}"
        for name in sorted(model.keys() | told.keys())
        if model.get(name) != told.get(name)
    ]


def rows_of_model(known: Known) -> Rows:
    """Asked at the time of the last block, of which `known.height` is one ahead."""
    rows: Rows = {("figures",): known.figures, ("policies",): known.policies, ("members",): sorted(known.members)}
    rows["governors",] = sorted(known.voting())
    rows["chains",] = sorted(known.chains)
    rows["paused",] = known.paused
    for name, account in known.accounts.items():
        rows["account", name] = (
            account.role,
            account.votes,
            account.person,
            sorted(account.claims),
            known.suspended(name),
            known.key_in_force(name),
            known.case_in_force(name),
            max(account.nonces, default=0),
            sorted(account.operators),
            sum(token.owner == name and token.state == "issued" for token in known.tokens.values()),
        )
        rows["tokens of", name] = sorted(
            token for token, each in known.tokens.items() if each.owner == name and each.state != "burned"
        )
    for name, work in known.works.items():
        dispute = dispute_in_force(known, name)
        rows["work", name] = (
            work.registrar, sorted(work.licensees), work.review, work.resembles, dispute, work.taken_down
        )  # fmt: skip
    for name, series in known.series.items():
        of_series = [token for token in known.tokens.values() if token.series == name]
        burned = sum(token.state == "burned" for token in of_series)
        sale = (series.minted, series.sold, series.cap, series.sealed, burned)
        rows["series", name] = (series.issuer, *sale, series.cosigner, series.taken_down)
    for name, token in known.tokens.items():
        owner = None if token.state == "burned" else token.owner
        case, end_ms = known.case_in_force(name), 0
        if case is not None:
            end_ms = known.freezes[name, case].end_ms()
        life = (owner, token.state, token.gifts, token.since_ms, token.approved, len(token.redeemed))
        rows["token", name] = (*life, token.taken_down, case, end_ms)
    for (series_name, person), count in known.bought.items():
        if count:
            rows["bought", series_name, person.hex()] = count
    for (thing, case), freeze in known.freezes.items():
        parties = (freeze.approved, freeze.released, freeze.upheld)
        rows["freeze", thing, case] = (freeze.reason, freeze.ends_ms, *map(sorted, parties), freeze.alone)
    for (work_name, case), each in known.disputes.items():
        rows["dispute", work_name, case] = (each.ends_ms, sorted(each.approved), sorted(each.decided))
    for (kind, name, case), measure in known.takedowns.items():
        rows["takedown", kind, name, case] = (measure.until_ms, sorted(measure.approved), measure.done)
    for (name, case), measure in known.forced.items():
        rows["forced", name, case] = (measure.until_ms, sorted(measure.approved), measure.done)
    for (kind, name), until_ms in known.winding.items():
        rows["wind down", kind, name] = until_ms
    for name, choice in known.choices.items():
        rows["choice", name] = choice
    for name, proposal in known.proposals.items():
        votes = (sorted(proposal.votes_for), sorted(proposal.votes_against))
        rows["proposal", name] = (proposal.state, *votes, proposal.decided, proposal.effective)
    for name, until_ms in known.cooling.items():
        rows["cooling", name] = until_ms
    return rows


def rows_of_ledger(known: Known, ledger: Ledger) -> Rows:
    state, now_ms = ledger.state, ledger.timestamp_ms
    rows: Rows = {("figures",): figures_of(ledger.parameters), ("policies",): ledger.policies()}
    rows["members",] = list(ledger.members())
    rows["governors",] = sorted(name for name in ledger.members() if _account(ledger, name).governor)
    rows["chains",] = sorted(chain for chain in CHAINS if is_listed(state, chain))
    rows["paused",] = is_paused(state)
    for name, account in state.accounts.rows():
        operators = state.operators.get(name)
        platform, operator = account.states(now_ms)
        axes = (("operator", operator), ("platform", platform))
        rows["account", name] = (
            account.role,
            account.governor,
            account.person,
            list(account.claims),
            [axis for axis, axis_state in axes if axis_state == "suspended"],
            ledger.key_of(name),
            account.freeze_case if account.is_frozen(now_ms) else None,
            account.nonce_highest,
            list(operators.operators) if operators else [],
            account.tokens,
        )
        rows["tokens of", name] = list(ledger.tokens_of(name))
    for name, work in state.works.rows():
        dispute = work.dispute_case if now_ms < work.disputed_until_ms else None
        rows["work", name] = (
            work.registrar, list(work.licensees), work.review, work.similar_to, dispute, work.taken_down
        )  # fmt: skip
    for name, series in state.series.rows():
        sale = (series.minted, series.issued, series.edition_cap, series.sealed, series.burned)
        rows["series", name] = (series.issuer, *sale, series.cosigner, series.taken_down)
    for name, token in state.tokens.rows():
        is_frozen = token.is_frozen(now_ms)
        life = (ledger.owner_of(name), token.state, token.transfers, token.acquired_ms, token.approved)
        frozen = (token.freeze_case, token.frozen_until_ms) if is_frozen else (None, 0)
        rows["token", name] = (*life, token.redeemed.bit_count(), token.taken_down, *frozen)
    for row, purchase in state.purchases.rows():
        if purchase.count:
            rows[("bought", *row.split("/"))] = purchase.count
    for row, freeze in state.freezes.rows():
        parties = (freeze.approvals, freeze.releases, freeze.upheld_by)
        rows[("freeze", *row.split("/"))] = (freeze.reason, freeze.expires_ms, *map(list, parties), freeze.emergency_by)
    for row, each in state.disputes.rows():
        decided = sorted((*each.for_restoring, *each.for_taking_down))
        rows[("dispute", *row.split("/"))] = (each.expires_ms, list(each.approvals), decided)
    for row, measure in state.takedowns.rows():
        rows[("takedown", *row.split("/"))] = (measure.expires_ms, list(measure.approvals), measure.state == "done")
    for row, forced in state.forced_transfers.rows():
        rows[("forced", *row.split("/"))] = (forced.expires_ms, list(forced.approvals), forced.state == "done")
    for row, announced in state.wind_downs.rows():
        rows[("wind down", *row.split("/"))] = announced.choose_until_ms
    for row, choice in state.choices.rows():
        rows["choice", row] = (choice.owner, choice.choice)
    for row, proposal in state.proposals.rows():
        votes = (list(proposal.votes_for), list(proposal.votes_against))
        rows["proposal", row] = (proposal.state, *votes, proposal.decided_height, proposal.effective_height)
    for row, cooling in state.coolings.rows():
        rows["cooling", row] = cooling.until_ms
    return rows


def _account(ledger: Ledger, name: str) -> AccountRecord:
    record = ledger.account(name)
    assert record is not None
    return record
