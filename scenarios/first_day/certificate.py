"""The last act: the certificate of one sale is checked by a program that has it, the charter, and nothing else."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from canonical.hashing import Digest
from scenarios.first_day.claims import Kind
from scenarios.first_day.rush import Order
from scenarios.first_day.stage import Stage
from scenarios.member_process import python_environment

CERTIFICATE_FILE = "certificate.json"
VERIFY_TIMEOUT_S = 30.0


async def fetch_certificate(stage: Stage, sale: Order) -> bytes:
    """Ask a member for the certificate of a sale and put it into the run's folder."""
    assert sale.reply is not None, "the sale was answered"
    content = await stage.client(sale.platform).certificate(Digest(bytes.fromhex(sale.reply.id)))
    (stage.consortium.directory / CERTIFICATE_FILE).write_bytes(content)
    return content


async def verify_offline(stage: Stage, sale: Order, content: bytes) -> str:
    """Run `quorate verify` in an empty folder; return what it printed. Then alter one byte and run it again."""
    code, printed = await _run_verify(stage, content)
    stage.claims.check(
        Kind.SAFETY,
        "the certificate of a sale verifies with nothing but the charter",
        code == 0,
        found=f"exit code {code}",
    )
    stage.say(f"`quorate verify`, a process of its own that has the charter and the certificate of {sale.token}, says:")
    for line in printed.splitlines():
        stage.say(f"   {line}")
    altered_code, altered = await _run_verify(stage, _altered(content))
    failed = next((_check_of(line) for line in altered.splitlines() if "FAILED" in line), "nothing fails")
    stage.claims.check(
        Kind.SAFETY, "a certificate with one digit altered does not verify", altered_code != 0, found=failed
    )
    stage.say(f"With one digit of the certificate altered it says: {failed}")
    return printed


def _check_of(line: str) -> str:
    """A line of `quorate verify`, whose columns are two spaces apart, as `FAILED name: reason`."""
    mark, name, reason = (*re.split(r"\s{2,}", line.strip(), maxsplit=2), "", "")[:3]
    return f"{mark} {name}: {reason}"


def _altered(content: bytes) -> bytes:
    """Change the last hexadecimal digit: the end of the receipt."""
    place = max(content.rfind(digit) for digit in b"0123456789abcdef")
    return content[:place] + (b"1" if content[place : place + 1] == b"0" else b"0") + content[place + 1 :]


async def _run_verify(stage: Stage, certificate: bytes) -> tuple[int, str]:
    with tempfile.TemporaryDirectory(prefix="quorate-verify-") as folder:
        (Path(folder) / CERTIFICATE_FILE).write_bytes(certificate)
        (Path(folder) / "charter.json").write_bytes(stage.consortium.charter_file.read_bytes())
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "quorate", "verify", CERTIFICATE_FILE, "--charter", "charter.json"),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=python_environment(),
            start_new_session=True,
        )
        try:
            printed, _ = await asyncio.wait_for(process.communicate(), VERIFY_TIMEOUT_S)
        except BaseException:
            process.kill()
            await process.wait()
            raise
    assert process.returncode is not None, "it has ended"
    return process.returncode, printed.decode(errors="replace")
