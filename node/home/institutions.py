"""Who the members are: the convention's signatories and those who watch over them, one row each.

The first rows vote, as many as a consortium is founded with; everyday sets are the first four and the first seven.
"""

from dataclasses import dataclass

from ledger.charter import Role


@dataclass(frozen=True, slots=True)
class Institution:
    """What is public of an institution before it has keys."""

    id: str
    """Short name in topics, accounts and reports."""
    name: str
    """Its name in English."""
    name_zh: str
    """Its name in Chinese."""
    role: Role


VOTERS = (
    Institution("ant", "Ant Group", "蚂蚁集团", Role.PLATFORM),
    Institution("tencent", "Tencent Cloud", "腾讯云", Role.PLATFORM),
    Institution("jd", "JD Technology", "京东科技", Role.PLATFORM),
    Institution("copyright", "National Copyright Trading Center Alliance", "国家版权交易中心联盟", Role.REGISTRAR),
    Institution("caa", "China Academy of Art", "中国美术学院", Role.INSTITUTION),
    Institution("cctv", "CCTV Animation", "央视动漫集团", Role.INSTITUTION),
    Institution("hunan", "Hunan Museum", "湖南省博物馆", Role.INSTITUTION),
)
"""In the order in which they are numbered as replicas."""

LEARNERS = (
    Institution("notary", "Hangzhou Internet Notary Office", "杭州互联网公证处", Role.NOTARY),
    Institution("regulator", "Regulator", "监管方", Role.REGULATOR),
)
"""They have operator accounts and never vote."""


def voters(count: int) -> tuple[Institution, ...]:
    """The first `count` voters; beyond the seven that exist, invented institutions by number."""
    invented = tuple(
        Institution(f"institution-{number}", f"Institution {number}", f"第{number}机构", Role.INSTITUTION)
        for number in range(len(VOTERS) + 1, count + 1)
    )
    return (VOTERS + invented)[:count]


def learners(voting: tuple[Institution, ...]) -> tuple[Institution, ...]:
    """Members without a vote beside `voting`: notary and regulator, and the registrar where it is no voter.

    Without a registrar nobody could register a work.
    """
    registrars = () if any(each.role is Role.REGISTRAR for each in voting) else (VOTERS[3],)
    return registrars + LEARNERS
