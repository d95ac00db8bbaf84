"""The command line: one module per command group. Parses, calls, prints, exits; decides nothing about evidence."""

import signal
import threading

_FOUND = signal.getsignal(signal.SIGINT)
_IS_OURS = _FOUND is signal.default_int_handler and threading.current_thread() is threading.main_thread()
if _IS_OURS:
    # Ctrl-C while the program is still being imported ends it at once, instead of with a traceback out of an import.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def loaded() -> None:
    """From here on Ctrl-C is `KeyboardInterrupt` again, which the command line answers."""
    if _IS_OURS:
        signal.signal(signal.SIGINT, _FOUND)
