"""Logs for people and for `grep`: one line an event, key=value, in UTC.

What names the place of a fault (`rows`) stands before what tells about it. Nothing is computed from log text; figures
come from the gateway's metrics and from the trace.
"""

import contextlib
import logging
from typing import TextIO, cast

import structlog

Log = structlog.typing.FilteringBoundLogger
"""What the node's files log with: `log.info("what happened", key=value)`."""


class _Unfailing:
    """A stream whose failures are nobody's: a full disk must not stop a node that only wanted to say so."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def open_log(stream: TextIO, *, member: str, level: int = logging.INFO) -> Log:
    """Return the log of `member`'s node on `stream`; libraries' warnings go there too, as they are."""
    form = "level=%(levelname)s logger=%(name)s event=%(message)r"
    logging.basicConfig(stream=stream, level=logging.WARNING, format=form)
    logger: Log = structlog.wrap_logger(
        structlog.PrintLogger(cast(TextIO, _Unfailing(stream))),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "member", "event", "rows"], drop_missing=True
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
        member=member,
    )
    return logger
