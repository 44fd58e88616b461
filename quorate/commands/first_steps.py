"""What `quorate charter new` ends with: how to bring the new consortium up by hand, and a first transaction."""

import shlex
from pathlib import Path

from node.program import python_command, quorate_command

_FIRST_TRANSACTION = """\
{python} - <<'END'
import asyncio
from pathlib import Path
from canonical.hashing import Digest
from ledger.charter import chain_id
from ledger.operations.accounts import Claim
from ledger.operations.accounts import RegisterAccount
from node.client import Client
from node.home.home import open_home
from node.home.keys import KeyPair
from node.wallet import Wallet

async def first() -> None:
    home, person = open_home(Path({home!r})), KeyPair.generate()
    wallet = Wallet({member!r}, home.keys(passphrase={passphrase}).operator, chain=chain_id(home.charter))
    claims = (Claim.REAL_NAME, Claim.OVER_14, Claim.OVER_18)
    account = RegisterAccount("{member}.first", Digest(bytes(32)), person.public_key, claims)
    async with Client(["{gateway}"]) as client:
        (reply,) = await client.finalise(wallet.seal(account))
        print("final in block", reply.height, reply.receipt.status, reply.receipt.events)

asyncio.run(first())
END
"""


def first_steps(
    directory: Path, members: list[str], *, broker_port: int | None, gateway_port: int, sealed: bool
) -> str:
    """Return commands that run as they are printed; `broker_port` is None where the operator has a broker.

    The keys of a `sealed` consortium are asked for at the terminal; a `gateway_port` of 0 is only known once the node
    has said it.
    """
    nodes = [f"  {quorate_command()} node --home {shlex.quote(str(directory / member))}" for member in members]
    broker = [] if broker_port is None else [f"  {python_command()} -m network.broker --port {broker_port}"]
    gateway = f"http://127.0.0.1:{gateway_port}" if gateway_port else "http://127.0.0.1:PORT"
    where = [] if gateway_port else [f"  (PORT stands in the line that {members[0]}'s node prints when it is ready)"]
    transaction = _FIRST_TRANSACTION.format(
        python=python_command(),
        home=str(directory.absolute() / members[0]),
        member=members[0],
        passphrase='__import__("getpass").getpass().encode()' if sealed else "None",
        gateway=gateway,
    )
    return "\n".join(
        [
            "",
            "Start it by hand, each line in a terminal of its own:",
            *broker,
            *nodes,
            "",
            f"When each has said that it is ready, let {members[0]} open an account, and read the receipt:",
            *where,
            transaction,
        ]
    )
