"""Every question, on one page: the paths, the OpenAPI document and `quorate query` are made of these rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.view import View
from node.gateway.queries import answers, cases
from node.gateway.queries.types import (
    AlertsAnswer,
    AllowedAnswer,
    Answer,
    ApprovedAnswer,
    Asked,
    AskedOfAccount,
    AskedOfCompliance,
    AskedOfEpoch,
    AskedOfFrozen,
    AskedOfGift,
    AskedOfHistory,
    AskedOfOperator,
    AskedOfProposal,
    AskedOfSeries,
    AskedOfToken,
    AskedOfWork,
    BalanceAnswer,
    ComplianceAnswer,
    FrozenAnswer,
    HistoryAnswer,
    MembersAnswer,
    OperatorAnswer,
    OwnerAnswer,
    ParametersAnswer,
    ProposalAnswer,
    ProposalsAnswer,
    SeriesAnswer,
    StandingAnswer,
    TokensAnswer,
    UriAnswer,
    WorkAnswer,
)
from node.gateway.types import Reply


@dataclass(frozen=True, slots=True)
class Query:
    """A question that is answered from the state."""

    name: str
    """As ERCs or the ledger call it; the path ends with it."""
    asked: type[Asked]
    """The query's parameters."""
    answered: type[Answer]
    answer: Callable[[View, Any, int], Answer]
    """Any stands for `asked`; the number is the time at which a gift would be handed in, Unix milliseconds."""
    unproved: str = ""
    """What the rows behind the answer do not show, a clause; empty where the answer follows from them alone."""

    @property
    def summary(self) -> str:
        """One sentence for people."""
        return (self.answer.__doc__ or "").rstrip(".") + ", as of a height."


@dataclass(frozen=True, slots=True)
class BlockQuery:
    """A question that is answered from blocks on the member's disk."""

    name: str
    asked: type[msgspec.Struct]
    answered: type[Reply]
    summary: str
    """One sentence for people."""


OWNS_NO_OTHERS = "that it owns no others: a certificate of holdings does"
NO_LATER_FIGURES = "that no later change of the rules' figures is in force"

QUERIES = (
    Query("owner_of", AskedOfToken, OwnerAnswer, answers.owner_of),
    Query("balance_of", AskedOfAccount, BalanceAnswer, answers.balance_of, OWNS_NO_OTHERS),
    Query("tokens_of", AskedOfAccount, TokensAnswer, answers.tokens_of, OWNS_NO_OTHERS),
    Query("token_uri", AskedOfToken, UriAnswer, answers.token_uri),
    Query("get_approved", AskedOfToken, ApprovedAnswer, answers.get_approved),
    Query("is_approved_for_all", AskedOfOperator, OperatorAnswer, answers.is_approved_for_all),
    Query("series", AskedOfSeries, SeriesAnswer, answers.series),
    Query("work", AskedOfWork, WorkAnswer, answers.work),
    Query("can_transfer", AskedOfGift, AllowedAnswer, answers.can_transfer, NO_LATER_FIGURES),
    Query("can_receive", AskedOfAccount, AllowedAnswer, answers.can_receive, NO_LATER_FIGURES),
    Query("get_frozen", AskedOfFrozen, FrozenAnswer, answers.get_frozen),
    Query("standing", AskedOfToken, StandingAnswer, answers.standing),
    Query("case", cases.AskedOfCase, cases.CaseAnswer, cases.case),
    Query("alerts", AskedOfEpoch, AlertsAnswer, answers.alerts),
    Query("proposal", AskedOfProposal, ProposalAnswer, answers.proposal),
    Query("proposals", Asked, ProposalsAnswer, answers.proposals),
    Query("parameters", Asked, ParametersAnswer, answers.parameters, NO_LATER_FIGURES),
    Query("members", Asked, MembersAnswer, answers.members),
)
"""Of the state."""

HISTORY = BlockQuery(
    "history",
    AskedOfHistory,
    HistoryAnswer,
    "What happened to a token, the latest first, with the transactions that did it.",
)
COMPLIANCE = BlockQuery(
    "compliance", AskedOfCompliance, ComplianceAnswer, "What the rules were asked and refused in a block."
)

ALL_QUERIES: dict[str, Query | BlockQuery] = {query.name: query for query in (*QUERIES, HISTORY, COMPLIANCE)}
"""By name. The path of each is `/v1/query/<name>`."""
