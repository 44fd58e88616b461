"""`quorate submit`: any operation, signed with a member's key or a person's, and what became of it."""

import time
from pathlib import Path

import click

from quorate.commands.listed import Listed, Rows
from quorate.commands.signing import Signing, signing_options
from quorate.commands.submitting import EXITS, submit_operation, tell


def _listing() -> Rows:
    from ledger.operations.table import OPERATION_TYPES

    return [(str(kind.__struct_config__.tag), first_line(kind.__doc__ or "")) for kind in OPERATION_TYPES]


def _explained(name: str) -> Rows:
    from ledger.operations.table import OPERATION_TYPES
    from quorate.commands.shapes import shape_of

    return shape_of(next(kind for kind in OPERATION_TYPES if kind.__struct_config__.tag == name))


def first_line(text: str) -> str:
    """What `--help` shows of a docstring: its first line."""
    return text.splitlines()[0] if text else ""


@click.command(
    cls=Listed,
    heading="Operations",
    listing=_listing,
    explained=_explained,
    epilog=EXITS,
)
@click.argument("home", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("operation")
@click.argument("fields", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--deadline", metavar="TIME", help="Refused after this block time: +1h, or a date. Default: none.")
@click.option(
    "--idempotency-key", metavar="KEY", help="Under one key the account gets what it asks for once in some hours (L11)."
)
@signing_options
def submit(
    home: Path,
    operation: str,
    fields: tuple[str, ...],
    deadline: str | None,
    idempotency_key: str | None,
    signing: Signing,
) -> None:
    """Sign OPERATION with the member's key in HOME, hand it in, wait until it is final, and say what became of it.

    `quorate submit OPERATION --help` says what an operation takes. For example, two steps of a work's life:

    \b
        quorate submit HOME seal_series series=prints
        quorate submit HOME freeze_token token=prints-0001 reason="Stolen." \\
            case=c-1 expires_ms=+30d

    A list is given once for each of its entries (claims=real_name claims=over18), a time as +30d or 2026-12-24, what is
    one of several kinds as kind:name (subject=token:prints-0001), a part with a dot (disclosure.rights="Private use.").
    """  # noqa: D301 click knows the backspace, not two letters
    from ledger.operations.table import OPERATION_TYPES, Operation
    from quorate.commands.fields import read_words

    kinds = {str(kind.__struct_config__.tag): kind for kind in OPERATION_TYPES}
    if operation not in kinds:
        raise click.UsageError(f"{operation!r:.60} is no operation; `quorate submit --help` lists them")
    now_ms = time.time_ns() // 1_000_000
    asked = read_words(kinds[operation], fields, name=operation, now_ms=now_ms)
    assert isinstance(asked, Operation), "every row of the table is an operation"
    reply = submit_operation(
        signing.node_of(home),
        signing.signer_of(home),
        asked,
        deadline_ms=read_deadline(deadline, now_ms=now_ms),
        idempotency_key=idempotency_key,
        wait_s=signing.wait_s,
    )
    tell(reply, as_json=signing.as_json)


def read_deadline(text: str | None, *, now_ms: int) -> int:
    """A deadline, 0 for none.

    Raises: click.BadParameter.
    """
    from quorate.commands.fields import read_moment

    try:
        return 0 if text is None else read_moment(text, now_ms=now_ms)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--deadline") from error
