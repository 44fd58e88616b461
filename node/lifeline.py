"""No orphans: a node that was started by a parent ends when the parent does, however that ends.

Two lines hold it. The parent keeps the write end of the node's standard input; when the parent is gone, killed or not,
the system closes it and a reading thread sees the end. On Linux the kernel also sends SIGTERM when the parent dies
(prctl(2), PR_SET_PDEATHSIG), for parents that gave away an input which somebody else holds open too. The thread is the
stronger one: where the event loop is stuck, it ends the process after a grace period.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

GRACE_SECONDS = 3.0
"""How long a clean shutdown may take after the parent is gone: the two seconds of a SIGTERM, and one."""

EXIT_ORPHANED = 70
"""Exit code of a node that could not shut down cleanly after its parent had gone (sysexits.h, EX_SOFTWARE)."""

_PR_SET_PDEATHSIG = 1


def end_with_parent(on_parent_gone: Callable[[], None], *, input_descriptor: int = 0) -> None:
    """Call `on_parent_gone`, from another thread, when the parent has ended; end the process if that does not.

    Call it from the main thread, early: it starts a daemon thread that reads `input_descriptor` to its end.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def watch() -> None:
        try:
            while os.read(input_descriptor, 4096):
                pass
        except OSError:
            # A closed descriptor says the same as its end: nobody holds the other side.
            pass
        on_parent_gone()
        threading.Event().wait(GRACE_SECONDS)
        os._exit(EXIT_ORPHANED)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
