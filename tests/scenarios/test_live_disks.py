"""What is read off the disks of members that ran as processes: nothing of a sound chain, and what was altered."""

import shutil

import pytest

from canonical.encoding import encode
from node.home.home import DATABASE_FILE
from node.storage.columns import CERTIFICATE
from scenarios.live_disks import LiveDisks
from tests.node.audited_chain import build_chain, editing

IDS = ("m0", "m1", "m2", "m3")
EVERYBODY = frozenset(range(4))


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    return build_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture
def disks(chain, tmp_path):
    for name, path in zip(IDS, chain.paths, strict=True):
        (tmp_path / name).mkdir()
        shutil.copy(path, tmp_path / name / DATABASE_FILE)
    return LiveDisks(tmp_path, IDS, seed=1)


def test_a_sound_chain_says_nothing(chain, disks):
    read = disks.read(chain.charter, honest=EVERYBODY)
    assert (read.violations, read.unsound, read.unrecorded) == ((), (), ())
    assert min(len(blocks) for blocks in read.blocks) >= 40


def test_a_certificate_that_lost_a_vote_proves_nothing_unless_it_is_a_liar_s(chain, disks):
    with editing(disks.database(1)) as connection:
        (votes,) = connection.execute("SELECT votes FROM certificates WHERE height = 7").fetchone()
        fewer = encode(CERTIFICATE.decode(votes)[:-1])
        connection.execute("UPDATE certificates SET votes = ? WHERE height = 7", (fewer,))
    assert len(disks.read(chain.charter, honest=EVERYBODY).unsound) == 1
    assert disks.read(chain.charter, honest=EVERYBODY - {1}).unsound == ()


def test_a_vote_that_others_hold_and_its_sender_has_not_is_unrecorded_unless_the_disk_was_lost(chain, disks):
    with editing(disks.database(0)) as connection:
        connection.execute("DELETE FROM votes WHERE phase = 'block-vote' AND sequence > 32")
        assert connection.total_changes
    told = disks.read(chain.charter, honest=EVERYBODY).unrecorded
    assert told
    assert all(each.startswith("m0 voted for block") for each in told)
    disks.wipe(0)
    assert disks.read(chain.charter, honest=EVERYBODY).unrecorded == ()
