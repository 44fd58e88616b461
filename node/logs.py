"""Logs for people and for `grep`: one line an event, key=value, in UTC.

Nothing is computed from log text; figures come from the gateway's metrics and from the trace.
"""

import logging
from typing import TextIO

import structlog

Log = structlog.typing.FilteringBoundLogger
"""What the node's files log with: `log.info("what happened", key=value)`."""


def open_log(stream: TextIO, *, member: str, level: int = logging.INFO) -> Log:
    """Return the log of `member`'s node on `stream`; libraries' warnings go there too, as they are."""
    form = "level=%(levelname)s logger=%(name)s event=%(message)r"
    logging.basicConfig(stream=stream, level=logging.WARNING, format=form)
    logger: Log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "member", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
        member=member,
    )
    return logger
