"""Every question that is answered from the state, on one page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.view import View
from node.gateway.queries import answers, cases
from node.gateway.queries.types import (
    AlertsAnswer,
    AllowedAnswer,
    Answer,
    ApprovedAnswer,
    Asked,
    AskedOfAccount,
    AskedOfEpoch,
    AskedOfFrozen,
    AskedOfGift,
    AskedOfOperator,
    AskedOfProposal,
    AskedOfSeries,
    AskedOfToken,
    AskedOfWork,
    BalanceAnswer,
    FrozenAnswer,
    MembersAnswer,
    OperatorAnswer,
    OwnerAnswer,
    ParametersAnswer,
    ProposalAnswer,
    SeriesAnswer,
    StandingAnswer,
    TokensAnswer,
    UriAnswer,
    WorkAnswer,
)


@dataclass(frozen=True, slots=True)
class Query:
    """One question."""

    name: str
    """As ERCs or the ledger call it; the path ends with it."""
    asked: type[Asked]
    """The query's parameters."""
    answered: type[Answer]
    answer: Callable[[View, Any, int], Answer]
    """Any stands for `asked`; the number is the time at which a gift would be handed in, Unix milliseconds."""

    @property
    def summary(self) -> str:
        """One sentence for people."""
        return (self.answer.__doc__ or "").rstrip(".") + ", as of a height."


QUERIES = (
    Query("owner_of", AskedOfToken, OwnerAnswer, answers.owner_of),
    Query("balance_of", AskedOfAccount, BalanceAnswer, answers.balance_of),
    Query("tokens_of", AskedOfAccount, TokensAnswer, answers.tokens_of),
    Query("token_uri", AskedOfToken, UriAnswer, answers.token_uri),
    Query("get_approved", AskedOfToken, ApprovedAnswer, answers.get_approved),
    Query("is_approved_for_all", AskedOfOperator, OperatorAnswer, answers.is_approved_for_all),
    Query("series", AskedOfSeries, SeriesAnswer, answers.series),
    Query("work", AskedOfWork, WorkAnswer, answers.work),
    Query("can_transfer", AskedOfGift, AllowedAnswer, answers.can_transfer),
    Query("can_receive", AskedOfAccount, AllowedAnswer, answers.can_receive),
    Query("get_frozen", AskedOfFrozen, FrozenAnswer, answers.get_frozen),
    Query("standing", AskedOfToken, StandingAnswer, answers.standing),
    Query("case", cases.AskedOfCase, cases.CaseAnswer, cases.case),
    Query("alerts", AskedOfEpoch, AlertsAnswer, answers.alerts),
    Query("proposal", AskedOfProposal, ProposalAnswer, answers.proposal),
    Query("parameters", Asked, ParametersAnswer, answers.parameters),
    Query("members", Asked, MembersAnswer, answers.members),
)
"""The path of each is `/v1/query/<name>`; `history` and `compliance`, which are read from blocks, stand beside them."""

ANSWERED = {query.name: query.answered for query in QUERIES}
"""The type of each answer, for clients."""
