import ast
import subprocess
import sys

import pytest

from tests.architecture.files import PACKAGES, ROOT, imports, name_of, sources

OWNERS = {
    "aiomqtt": {"network/mqtt.py", "benchmarks/bus_peer.py"},
    "paho": {"network/mqtt.py"},
    "amqtt": {"network/broker.py", "network/forwarding.py", "benchmarks/bus_amqtt.py"},
    "nacl": {"node/home/keys.py", "node/home/sealing.py", "quorate/verifier/hashing.py"},
    "sqlite3": {"node/storage", "node/audit"},
}
"""A package on the left is imported only by files whose names begin so: what it is leaks no further."""

VERIFIER_MAY_IMPORT = {"msgpack", "nacl"}


def may_import(file: str, package: str) -> bool:
    return any(file.startswith(owner.removesuffix(".py")) for owner in OWNERS[package])


@pytest.mark.parametrize("package", OWNERS)
def test_package_is_imported_only_where_it_belongs(package):
    users = {name_of(path) for path in sources() if package in {name.split(".")[0] for name in imports(path)}}
    assert not {file for file in users if not may_import(file, package)}


def test_verifier_imports_the_standard_library_msgpack_and_nacl_only():
    files = sources("quorate/verifier")
    assert len(files) >= 4
    for path in files:
        for name in imports(path):
            top = name.split(".")[0]
            own = name.startswith("quorate.verifier")
            assert own or top in VERIFIER_MAY_IMPORT or top in sys.stdlib_module_names, f"{name_of(path)}: {name}"


def test_verifier_loads_no_decoder_of_the_nodes():
    nodes = {*PACKAGES, "msgspec"} - {"quorate"}
    code = "import sys, quorate.verifier.checks; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert "nacl" in done.stdout.split()
    assert not nodes & set(done.stdout.split())


def test_import_arrows_hold():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


PURE = [
    *sources("canonical", "consensus", "ledger"),
    *(
        ROOT / "node" / f"{name}.py"
        for name in ("admission", "batch", "core", "effects", "framing", "identity", "inbound", "pool", "writes")
    ),
]
IMPURE_CALLS = {"now", "today", "utcnow", "open", "print", "input", "urandom", "getenv"}


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_pure_rooms_ask_no_clock_and_touch_no_file(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in IMPURE_CALLS, f"{name_of(path)}:{node.lineno} calls {called}"
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"{name_of(path)}:{node.lineno} is asynchronous"
