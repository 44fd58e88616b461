"""The convention's eleven tenets by number: its own Chinese, and English that is ours where the press erred."""

TENETS: dict[int, tuple[str, str]] = {
    1: ("赋能实体经济", "enable the real economy"),
    2: ("弘扬民族文化", "promote national culture"),
    3: ("促进行业发展", "develop the industry"),
    4: ("坚持原创正版", "original and genuine works"),
    5: ("保证价值支撑", "ensure value support"),
    6: ("保护消费者权益", "protect consumers"),
    7: ("联盟链技术可控", "a controllable consortium chain"),
    8: ("维护网络信息安全", "maintain cybersecurity"),
    9: ("杜绝虚拟货币", "end virtual currency"),
    10: ("防范投机炒作和金融化风险", "prevent speculation and financialisation"),
    11: ("防范洗钱风险", "prevent money laundering"),
}


def tenet_of(rule: str) -> int:
    """The tenet of a rule by its id: 10 of `R10.1`; 0 of the ledger's own, whose ids begin with L."""
    return 0 if rule.startswith("L") else int(rule[1:].partition(".")[0])
