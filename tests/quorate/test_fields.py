"""What stands on a command line becomes the operation that was meant, or an error that names the field."""

import click
import pytest

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.operations.accounts import AccountState, RegisterAccount, UpdateAccountState
from ledger.operations.freezes import FreezeToken
from ledger.operations.governance import Pause, Propose, RemoveMember, SetRole
from ledger.operations.measures import Takedown
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Tag
from ledger.operations.subjects import TokenSubject
from ledger.operations.table import OPERATION_TYPES
from ledger.operations.tokens import SafeBatchTransferFrom, SetApprovalForAll
from quorate.commands.fields import read_moment, read_words
from quorate.commands.shapes import shape_of

NOW_MS = 1_700_000_000_000

SERIES = (
    "series=prints",
    "work=landscape",
    "title=Prints, second edition",
    "edition_cap=300",
    "price_fen=1900",
    "disclosure.description=A print.",
    "disclosure.rights=Private use.",
)


def read(kind, *words):
    return read_words(kind, words, name="it", now_ms=NOW_MS)


def test_lists_parts_and_entries_are_read():
    words = (*SERIES, "sellers=ant", "sellers=jd", "anchors=exhibit:Hall 3: cabinet 12", "tags=culture")
    assert read(CreateSeries, *words) == CreateSeries(
        "prints",
        "landscape",
        "Prints, second edition",
        300,
        1_900,
        ("ant", "jd"),
        (Anchor(AnchorKind.EXHIBIT, "Hall 3: cabinet 12"),),
        Disclosure("A print.", "Private use."),
        None,
        (Tag.CULTURE,),
    )


def test_bytes_booleans_nothing_and_kinds_are_read():
    assert read(RegisterAccount, "account=ant.li", f"person={'ab' * 32}", f"public_key={'cd' * 32}") == RegisterAccount(
        "ant.li", Digest(b"\xab" * 32), PublicKey(b"\xcd" * 32), ()
    )
    assert read(SetApprovalForAll, "operator=ant", "approved=false") == SetApprovalForAll("ant", False)
    assert read(UpdateAccountState, "account=ant.li", "platform_state=suspended", "operator_state=none") == (
        UpdateAccountState("ant.li", AccountState.SUSPENDED, None)
    )
    assert read(Takedown, "subject=token:prints-0001", "reason=A copy.", "case=jd.c-1") == Takedown(
        TokenSubject("prints-0001"), "A copy.", "jd.c-1"
    )
    terms = ("proposal=ant.p-1", "reason=It left.", "expires_ms=7")
    assert read(Propose, *terms, "action=pause").action == Pause()
    assert read(Propose, *terms, "action=remove_member:jd").action == RemoveMember("jd")
    assert isinstance(read(Propose, *terms, "action=set_role:jd:registrar:true").action, SetRole)


def test_times_are_milliseconds_dates_or_a_while_from_now():
    frozen = read(FreezeToken, "token=prints-0001", "reason=Stolen.", "case=jd.c-1", "expires_ms=+30d")
    assert frozen.expires_ms == NOW_MS + 30 * 86_400_000
    assert read_moment("17", now_ms=NOW_MS) == 17
    assert read_moment("+90m", now_ms=NOW_MS) == NOW_MS + 5_400_000
    assert read_moment("2023-11-14T22:13:20", now_ms=0) == NOW_MS
    assert read_moment("2023-11-15T06:13:20+08:00", now_ms=0) == NOW_MS


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [
        (CreateSeries, SERIES[:-1], "disclosure.rights must be given"),
        (CreateSeries, SERIES[1:], "series must be given"),
        (CreateSeries, (*SERIES, "cap=3"), "cap is no field; there are: series, work, title, edition_cap"),
        (CreateSeries, (*SERIES, "series=again"), "series stands there more than once"),
        (CreateSeries, (*SERIES, "anchors=exhibit"), "anchors is written as kind:reference, not 'exhibit'"),
        (CreateSeries, (*SERIES, "anchors=hall:3"), "anchors.kind is one of physical_good, ticket"),
        (CreateSeries, (*SERIES, "tags=art"), "tags is one of culture, heritage, not 'art'"),
        (CreateSeries, (*SERIES, "disclosure=x"), "disclosure has parts: disclosure.description"),
        (CreateSeries, (*SERIES, "sellers.0=ant"), "sellers.0 is no field: sellers has no parts"),
        (CreateSeries, ("series",), "'series' is no field; write it as name=value"),
        (CreateSeries, ("=x",), "'=x' is no field; write it as name=value"),
        (SetApprovalForAll, ("operator=ant", "approved=yes"), "approved is true or false, not 'yes'"),
        (Takedown, ("subject=prints-0001", "reason=r", "case=jd.c"), "the kind is one of token, series, work"),
        (Takedown, ("subject=person:li", "reason=r", "case=jd.c"), "the kind is one of token, series, work"),
        (RegisterAccount, ("account=ant.li", "person=AB", "public_key=cd"), "person is written in lower-case hexa"),
        (RegisterAccount, ("account=ant.li", "person=ab", f"public_key={'cd' * 32}"), "length >= 32 - at `person`"),
        (SafeBatchTransferFrom, ("tokens=PRINTS", "sender=ant.li", "to=ant.wang"), "at `tokens[0]`"),
        (FreezeToken, ("token=a-0001", "reason=r", "case=jd.c", "expires_ms=soon"), "expires_ms is a time:"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_field(kind, words, told):
    with pytest.raises(click.UsageError) as caught:
        read(kind, *words)
    assert caught.value.message.startswith("it: ")
    assert told in caught.value.message


def test_every_field_of_every_operation_is_explained():
    for kind in OPERATION_TYPES:
        rows = shape_of(kind)
        assert {name.partition(".")[0] for name, _ in rows} == set(kind.__struct_fields__)
        assert all(told.endswith(")") for _, told in rows)
    assert dict(shape_of(FreezeToken))["expires_ms"] == "When it ends by itself. (a time, as +30d)"
