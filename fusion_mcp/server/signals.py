"""How a server is told to end: SIGINT and SIGTERM. What ends then, and in which order, the transports say."""

import signal
import sys
import threading

import anyio


async def wait_for_signal() -> int:
    """Wait to be told to end, and give the exit status that says why.

    Waits for ever where signals cannot be waited for: outside the main thread, and on Windows, where Ctrl-C arrives as
    a cancellation instead.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        await anyio.sleep_forever()
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for number in signals:
            return 128 + number if number == signal.SIGINT else 0
    return 0
