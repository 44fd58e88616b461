"""What a statement that holds says of the state, in sentences, with the consequences: who owns it, and what holds it.

Marks with an end are judged by the time of the statement's block: a freeze that is over then is not said.
"""

from quorate.commands.safe_text import quoted, worded, written
from quorate.verifier.records import Record
from quorate.verifier.statement_checks import StatementContents
from quorate.verifier.statements import Kind

NO_END_MS = 2**53 - 1
"""When a suspension ends that only a decision ends: no calendar has that day."""


def proved_of_statement(contents: StatementContents) -> list[str]:
    """Say what the rows prove."""
    subject, records = contents.statement.subject, contents.records
    match contents.statement.kind:
        case Kind.OWNERSHIP:
            return _ownership(subject, contents)
        case Kind.COPYRIGHT:
            work = _existing(contents, "work")
            return [*_registration(subject, work), *_holds_work(subject, work, contents.header.timestamp_ms)]
        case Kind.ABSENCE:
            series = records["series"]
            if series is None:
                return [f"Token {subject} was never minted: there is no such series."]
            return [f"Token {subject} was never minted: {series['minted']} editions of its series were."]
        case Kind.HOLDINGS:
            account = records["account"]
            if account is None:
                return [f"Account {subject} holds nothing: it does not exist."]
            held = account["tokens"]
            editions = "1 sold edition" if held == 1 else f"{held} sold editions" if held else "nothing"
            lines = [f"Account {subject} holds {editions}."]
            return lines + _holds_account(f"account {subject}", account, contents.header.timestamp_ms)
        case Kind.COMPLIANCE:
            refused = [(rule, count) for rule, _, count in contents.report if count]
            lines = [f"In block {subject}, {len(contents.report)} rules were asked."]
            return lines + [f"Rule {worded(rule)} refused {count}." for rule, count in refused]


def claimed_of_statement(contents: StatementContents) -> list[str]:
    """Say what the rows carry of somebody's word."""
    lines: list[str] = []
    work = contents.records.get("work")
    if work is not None:
        lines.append(
            f"{worded(work['registrar'])} said: {quoted(work['title'])} by {quoted(work['creator'])}, right held by "
            f"{quoted(work['holder'])}, source {quoted(work['source'])}. That this is so is its word: "
            "the chain proves only that it has not been altered since it was registered."
        )
    for name, what in (("end of series", "the series"), ("end of issuer", "its issuer")):
        end = contents.records.get(name)
        if end is not None:
            lines.append(f"Why {what} is wound down, whoever announced it said: {quoted(end['reason'])}.")
    return lines


def _ownership(token: str, contents: StatementContents) -> list[str]:
    record, series, work, owner = (_existing(contents, name) for name in ("token", "series", "work", "owner"))
    now_ms, name = contents.header.timestamp_ms, token.rpartition("-")[0]
    sold = "" if record["state"] != "minted" else " It is its issuer's and was not sold yet."
    lines = [f"Token {token} belongs to account {worded(record['owner'])}.{sold}"]
    lines.append(f"It is edition {int(token.rpartition('-')[2])} of {series['minted']} of series {name}.")
    holds = _holds_token(token, record, now_ms)
    holds += _holds_account(f"its owner's account {worded(record['owner'])}", owner, now_ms)
    if series["taken_down"] is not None:
        holds.append(f"Its series {name} was taken down in case {worded(series['taken_down'])}: it is given no more.")
    holds += _holds_work(worded(series["work"]), work, now_ms)
    holds += _wound_down(contents, f"its series {name}", "end of series")
    holds += _wound_down(contents, f"its issuer {worded(series['issuer'])}", "end of issuer")
    holds += _choice(contents, record)
    none = "Nothing held it: neither it nor its owner's account was frozen or suspended, neither it nor its series or "
    none += "work was in dispute or taken down, and neither its series nor its issuer was being wound down."
    return lines + (holds or [none]) + _registration(worded(series["work"]), work)


def _holds_token(token: str, record: Record, now_ms: int) -> list[str]:
    lines = []
    if now_ms < record["frozen_until_ms"]:
        until, case = written(record["frozen_until_ms"]), _case(record["freeze_case"])
        lines.append(f"Token {token} is frozen {case} until {until} at the latest: it cannot be given meanwhile.")
    if record["taken_down"] is not None:
        case = _case(record["taken_down"])
        lines.append(f"Token {token} was taken down {case}: its owner has the record of it and can give it no more.")
    return lines


def _holds_account(who: str, record: Record, now_ms: int) -> list[str]:
    lines, name = [], who[0].upper() + who[1:]
    if now_ms < record["frozen_until_ms"]:
        until, case = written(record["frozen_until_ms"]), _case(record["freeze_case"])
        lines.append(f"{name} is frozen {case} until {until} at the latest: it neither gives nor receives nor signs.")
    for axis, by in (("platform", "its platform"), ("operator", "the regulator or the chain")):
        until_ms = record[f"{axis}_until_ms"]
        if record[f"{axis}_state"] != "active" and now_ms < until_ms:
            end = "for good" if until_ms >= NO_END_MS else f"until {written(until_ms)} at the latest"
            lines.append(f"{name} is suspended by {by} {end}: it neither gives nor receives nor signs.")
    return lines


def _registration(name: str, work: Record) -> list[str]:
    return [
        f"Work {name} is registered by {worded(work['registrar'])} under certificate "
        f"{worded(work['certificate_number'])}; its content has SHA-256 {work['content_hash'].hex()}.",
        f"Platforms that may issue series of it: {', '.join(map(worded, work['licensees'])) or 'none'}.",
    ]


def _holds_work(name: str, work: Record, now_ms: int) -> list[str]:
    lines = []
    if work["review"] != "clear":
        similar, review = _case(work["similar_to"], "work"), worded(work["review"])
        lines.append(f"Work {name} resembles another, {similar}; its review is {review}.")
    if now_ms < work["disputed_until_ms"]:
        until, case = written(work["disputed_until_ms"]), _case(work["dispute_case"])
        lines.append(f"Work {name} is in dispute, {case}, until {until} at the latest: nothing of it can be given.")
    if work["taken_down"] is not None:
        case = _case(work["taken_down"])
        lines.append(f"Work {name} was taken down {case}, with all that was made of it: nothing of it can be given.")
    return lines


def _wound_down(contents: StatementContents, what: str, name: str) -> list[str]:
    end = contents.records[name]
    if end is None:
        return []
    until_ms = end["choose_until_ms"]
    is_open = contents.header.timestamp_ms < until_ms
    window = f"until {written(until_ms)} its owner can choose to hold it or to be refunded"
    closed = f"until {written(until_ms)} its owner could choose to hold it or to be refunded"
    what = what[0].upper() + what[1:]
    return [f"{what} is wound down since {written(end['announced_ms'])}; {window if is_open else closed}."]


def _choice(contents: StatementContents, token: Record) -> list[str]:
    """What the owner chose; a choice of an owner before him, or without a wind-down, chooses nothing."""
    if contents.records["end of series"] is None and contents.records["end of issuer"] is None:
        return []
    choice = contents.records["choice"]
    if choice is None or choice["owner"] != token["owner"]:
        return ["Its owner has chosen nothing, so he holds it."]
    return [f"Its owner chose to {'hold it' if choice['choice'] == 'hold' else 'be refunded, by which it will end'}."]


def _case(case: str | None, what: str = "in case") -> str:
    return f"{what} {'unnamed' if case is None else worded(case)}"


def _existing(contents: StatementContents, name: str) -> Record:
    record = contents.records[name]
    assert record is not None, "the subject was checked"
    return record
