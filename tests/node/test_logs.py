"""Logs: one line an event, and never the reason why a node stops."""

import errno
import io

from node.logs import open_log


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "no space left")


def test_an_event_is_one_line_of_keys_and_values():
    stream = io.StringIO()
    open_log(stream, member="ant").warning("bus away", url="mqtt://127.0.0.1:1883", reason="two words")
    (line,) = stream.getvalue().splitlines()
    assert "level=warning" in line
    assert 'member=ant event="bus away" url=mqtt://127.0.0.1:1883 reason="two words"' in line


def test_rows_stand_before_what_tells_about_them():
    stream = io.StringIO()
    open_log(stream, member="ant").critical("the node cannot go on", fault="DatabaseEdited", rows="blocks height=1")
    assert 'event="the node cannot go on" rows="blocks height=1" fault=DatabaseEdited' in stream.getvalue()


def test_a_line_without_rows_names_none():
    stream = io.StringIO()
    open_log(stream, member="ant").info("ready")
    assert "rows" not in stream.getvalue()


def test_an_exception_stays_on_its_line():
    stream = io.StringIO()
    open_log(stream, member="ant").error("failed", exc_info=ZeroDivisionError("inside"))
    assert len(stream.getvalue().splitlines()) == 1
    assert "inside" in stream.getvalue()


def test_full_disk_stops_no_one_who_logs():
    open_log(FullDisk(), member="ant").critical("the disk is full")


def test_closed_stream_stops_no_one_who_logs():
    stream = io.StringIO()
    log = open_log(stream, member="ant")
    stream.close()
    log.info("nobody reads this")
