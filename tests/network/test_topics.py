from canonical.hashing import Digest
from network.bus import Channel
from network.topics import subscriptions, topic_of

CHAIN = Digest(bytes(range(32)))
LABEL = "0001020304050607"


def test_topic_names_chain_member_and_channel():
    assert str(topic_of(CHAIN, "ant", Channel.VOTES)) == f"quorate/{LABEL}/ant/votes"


def test_member_listens_to_all_others_and_to_its_own_inbox_only():
    heard = [(topic.member, topic.channel) for topic in subscriptions(CHAIN, "jd", ["ant", "jd", "ncta"])]
    assert heard == [
        ("ant", Channel.VOTES),
        ("ant", Channel.BATCHES),
        ("ncta", Channel.VOTES),
        ("ncta", Channel.BATCHES),
        ("jd", Channel.INBOX),
    ]


def test_only_a_commanded_member_listens_to_its_control_topic():
    plain = subscriptions(CHAIN, "jd", ["ant", "jd"])
    commanded = subscriptions(CHAIN, "jd", ["ant", "jd"], commanded=True)
    assert set(commanded) - set(plain) == {topic_of(CHAIN, "jd", Channel.CONTROL)}
