"""Who did it: two final blocks at one height name everybody who made both final (E4, E5 of PROTOCOL.md).

With more than f liars the chain may fork, and nothing can prevent it. It can be proved, though, and by the fork itself:
each of the two blocks carries the BLOCK-VOTEs of a quorum, two quorums share f+1 members at least, and a member who is
in both signed two different votes for one height. No honest member ever does, in all its lives. So each who is in both
is convicted by two votes that anybody can check; the idea is that of *BFT Protocol Forensics* (Sheng et al., CCS'21).
"""

from canonical.hashing import Digest
from consensus.bundle import Verify
from consensus.certificate import is_block_certificate
from consensus.messages import BlockVote, CertifiedBlock, Equivocation, header_digest
from consensus.quorum import Committee


def culprits(
    first: CertifiedBlock, second: CertifiedBlock, *, chain: Digest, committee: Committee, verify: Verify
) -> tuple[Equivocation, ...]:
    """E5: a proof against each member who voted for both blocks, by ascending number; none where this is no fork.

    A fork is two different headers of one height and epoch, each with its certificate; then at least f+1 are named.
    """
    if (first.header.height, first.header.epoch) != (second.header.height, second.header.epoch):
        return ()
    said = [BlockVote(each.header.height, header_digest(each.header, chain=chain)) for each in (first, second)]
    if said[0] == said[1]:
        return ()
    if not all(
        is_block_certificate(each.header, each.votes, chain=chain, committee=committee, verify=verify)
        for each in (first, second)
    ):
        return ()
    again = {vote.sender: vote for vote in second.votes}
    return tuple(
        Equivocation(said[0], vote, said[1], again[vote.sender]) for vote in first.votes if vote.sender in again
    )
