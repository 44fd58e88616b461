"""benchmarks/restart.py: the home that is made passes the audit, and a real node starts from it."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.ledger_world import Size
from benchmarks.restart import RestartResult
from benchmarks.restart_home import ABOVE_CHECKPOINT, HomeMaker
from node.audit.database import audit
from node.storage.reads import StorageReader
from quorate.__main__ import main


def test_a_home_that_was_made_is_audited_without_findings_and_has_what_was_asked_for(tmp_path: Path) -> None:
    maker = HomeMaker(tmp_path / "consortium", Size(1_000))
    maker.make(blocks=30, transactions=5, tell=lambda line: None)
    audited = audit(maker.home.database, charter=maker.charter, member=maker.home.replica)
    assert audited.findings == ()
    assert audited.ledger is not None
    assert audited.ledger.state_root == maker.world.ledger.state_root
    with StorageReader(maker.home.database) as reader:
        tip, base = reader.tip(), reader.base()
        assert tip is not None
        assert base is not None
        assert tip.header.height - base.header.height == 30 > ABOVE_CHECKPOINT
        assert len(reader.receipts(tip.header.height)) == 5


@pytest.mark.slow
def test_the_command_starts_a_node_and_keeps_the_result(tmp_path: Path) -> None:
    kept = tmp_path / "result.json"
    command = ["bench", "restart", "--tokens", "1000", "--blocks", "20", "--transactions", "2", "--repeats", "1"]
    done = CliRunner().invoke(main, [*command, "--output", str(kept)])
    assert done.exit_code == 0, done.output
    result = msgspec.json.decode(kept.read_bytes(), type=RestartResult)
    assert result.starts[0].ready_s > 0
    assert result.starts[0].peak_mib > 20
    assert "ready after" in done.output


def test_a_size_that_is_no_whole_thousand_is_refused() -> None:
    done = CliRunner().invoke(main, ["bench", "restart", "--tokens", "1500"])
    assert done.exit_code == 2
    assert "whole thousands" in done.output
