"""Own votes: the chain of their rows, and the prepared certificates behind the COMMITs among them."""

from canonical.hashing import Digest
from consensus.certificate import is_prepared_certificate
from consensus.messages import BlockVote, Commit
from consensus.types import SequenceNumber
from node.audit.context import AuditContext, read_column
from node.storage.columns import PREPARED, STATEMENT, VOTE, VoteRow, statement_seal, statement_tag, vote_link, vote_row


def audit_votes(context: AuditContext) -> dict[SequenceNumber, Digest]:
    """Find votes that were edited, inserted or removed; return the headers this member voted for, by height.

    Each row's link is recomputed from the one before. Where it differs, the next row tells which column was edited: its
    own link was made from this row's true one.
    """
    meta, findings = context.meta, context.findings
    voted: dict[SequenceNumber, Digest] = {}
    links = [Digest(bytes.fromhex(meta.votes_base_link))]
    expected_lsn = meta.votes_base + 1
    doubtful: int | None = None
    for lsn, phase, view, sequence, digest, item, link in context.connection.execute(
        "SELECT lsn, phase, view, sequence, digest, item, link FROM votes ORDER BY lsn"
    ):
        if lsn > meta.votes_last or lsn < expected_lsn:
            findings.add("votes", f"lsn={lsn}", "", "a row that this node never wrote")
            continue
        _report_missing(context, expected_lsn, lsn)
        is_gap, expected_lsn = lsn > expected_lsn, lsn + 1
        vote = read_column(VOTE, item)
        row = VoteRow(lsn, phase, view, sequence, digest, item)
        true_row = row if vote is None else vote_row(lsn, vote, chain=context.chain, epoch=context.epoch)
        possible = [vote_link(previous, true_row) for previous in links]
        if doubtful is not None:
            _blame(context, doubtful, link_is_true=link in possible[:1])
            doubtful = None
        if is_gap:
            links = [link]
        elif link in possible:
            links = [link]
            _compare_columns(context, row, true_row)
            if isinstance(vote, BlockVote):
                voted[vote.sequence] = vote.digest
        else:
            doubtful, links = lsn, [link, possible[0]]
    _report_missing(context, expected_lsn, meta.votes_last + 1)
    if doubtful is not None:
        _blame(context, doubtful, link_is_true=links[0].hex() == meta.votes_last_link)
    elif not findings.has("votes") and links[0].hex() != meta.votes_last_link:
        findings.add("votes", f"lsn={meta.votes_last}", "link", "it is not the last link that was written")
    return voted


def audit_prepared(context: AuditContext) -> None:
    """Find certificates that prove nothing, and own COMMITs above the stable checkpoint that have none."""
    findings = context.findings
    found: set[int] = set()
    for sequence, content in context.connection.execute("SELECT sequence, certificate FROM prepared ORDER BY sequence"):
        row = f"sequence={sequence}"
        found.add(sequence)
        certificate = read_column(PREPARED, content)
        if certificate is None or not is_prepared_certificate(
            certificate,
            chain=context.chain,
            epoch=context.epoch,
            committee=context.committee,
            verify=context.is_signed_by,
        ):
            findings.add("prepared", row, "certificate", "it does not prove that anything was prepared")
        elif certificate.pre_prepare.sequence != sequence:
            true_sequence = certificate.pre_prepare.sequence
            findings.add("prepared", row, "sequence", f"its certificate is for {true_sequence}")
            found.add(true_sequence)
    if findings.has("votes"):
        return
    for (item,) in context.connection.execute(
        "SELECT item FROM votes WHERE phase = ? AND sequence > ? ORDER BY lsn", ("commit", context.meta.stable)
    ):
        vote = VOTE.decode(item)
        if isinstance(vote, Commit) and vote.sequence not in found:
            findings.add("prepared", f"sequence={vote.sequence}", "", "the row is missing: this member sent its COMMIT")
            found.add(vote.sequence)


def audit_statements(context: AuditContext) -> None:
    """Find rows of `statements` that are not what this member said of its view."""
    findings, count = context.findings, 0
    for tag, view, item, seal in context.connection.execute(
        "SELECT tag, view, item, seal FROM statements ORDER BY tag"
    ):
        row, count = f"tag={tag}", count + 1
        statement = read_column(STATEMENT, item)
        if statement is None:
            findings.add("statements", row, "item", "it is no VIEW-CHANGE and no NEW-VIEW")
        elif statement_tag(statement) != tag:
            findings.add("statements", row, "tag", f"its item is a {statement_tag(statement)}")
        elif statement.view != view:
            findings.add("statements", row, "view", f"its item says {statement.view}")
        elif seal != statement_seal(tag, view, item):
            findings.add("statements", row, "seal", "row and seal do not belong together: one of them was edited")
        elif view != context.meta.view:
            findings.add("statements", row, "view", f"this member is in view {context.meta.view}")
    if count < context.meta.statements:
        findings.add("statements", "", "", f"{context.meta.statements - count} missing of what this member said")
    elif count > context.meta.statements:
        findings.add("statements", "", "", f"{count - context.meta.statements} that this member never wrote")


def _report_missing(context: AuditContext, first: int, end: int) -> None:
    if end > first:
        row = f"lsn={first}" if end == first + 1 else f"lsn={first} to {end - 1}"
        context.findings.add("votes", row, "", "the row is missing: a vote that this member cast was removed")


def _blame(context: AuditContext, lsn: int, *, link_is_true: bool) -> None:
    column = "item" if link_is_true else "link"
    context.findings.add("votes", f"lsn={lsn}", column, "it does not continue the chain of votes")


def _compare_columns(context: AuditContext, row: VoteRow, true_row: VoteRow) -> None:
    for column, found, expected in (
        ("phase", row.phase, true_row.phase.value),
        ("view", row.view, true_row.view),
        ("sequence", row.sequence, true_row.sequence),
        ("digest", row.digest, true_row.digest),
    ):
        if found != expected:
            shown = expected.hex() if isinstance(expected, bytes) else expected
            context.findings.add("votes", f"lsn={row.lsn}", column, f"its vote says {shown}")
