import pytest

from canonical.hashing import Digest
from network.bus import Channel
from network.topics import Topic, TopicFault, parse_topic, subscriptions, topic_of

CHAIN = Digest(bytes(range(32)))
LABEL = "0001020304050607"


def test_topic_names_chain_member_and_channel():
    assert str(topic_of(CHAIN, "ant", Channel.VOTES)) == f"quorate/{LABEL}/ant/votes"


@pytest.mark.parametrize("channel", list(Channel))
def test_topic_survives_the_way_out_and_back(channel):
    topic = topic_of(CHAIN, "jd-technology-2", channel)
    assert parse_topic(str(topic), chain=CHAIN) == topic


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", TopicFault.SHAPE),
        ("quorate", TopicFault.SHAPE),
        (f"quorate/{LABEL}/ant", TopicFault.SHAPE),
        (f"quorate/{LABEL}/ant/votes/more", TopicFault.SHAPE),
        (f"quorate/{LABEL}/ant/votes/", TopicFault.SHAPE),
        (f"/quorate/{LABEL}/ant/votes", TopicFault.SHAPE),
        (f"Quorate/{LABEL}/ant/votes", TopicFault.SHAPE),
        ("quorate/0001/ant/votes", TopicFault.CHAIN),
        ("quorate/000102030405060A/ant/votes", TopicFault.CHAIN),
        ("quorate/ffffffffffffffff/ant/votes", TopicFault.CHAIN),
        (f"quorate/{LABEL}//votes", TopicFault.MEMBER),
        (f"quorate/{LABEL}/Ant/votes", TopicFault.MEMBER),
        (f"quorate/{LABEL}/+/votes", TopicFault.MEMBER),
        (f"quorate/{LABEL}/{'a' * 33}/votes", TopicFault.MEMBER),
        (f"quorate/{LABEL}/ant\n/votes", TopicFault.MEMBER),
        (f"quorate/{LABEL}/ant/#", TopicFault.CHANNEL),
        (f"quorate/{LABEL}/ant/VOTES", TopicFault.CHANNEL),
        (f"quorate/{LABEL}/ant/", TopicFault.CHANNEL),
    ],
)
def test_foreign_topic_is_refused_with_its_fault(text, fault):
    assert parse_topic(text, chain=CHAIN) is fault


def test_another_chain_is_accepted_where_none_is_asked_for():
    assert parse_topic("quorate/ffffffffffffffff/ant/votes") == Topic("ffffffffffffffff", "ant", Channel.VOTES)


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
