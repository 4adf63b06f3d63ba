"""The process: bind, seed, say where, serve until told to stop."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections.abc import Mapping
from typing import Any

MOTO = {
    # 1,301 images that nobody in this account made, and a second for each description of them
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "false",
}
"""moto's settings; it reads most of them when it is imported."""


def serve(port: int, *, seeded: bool, stay: bool, say: Any) -> None:
    """
    Serve until SIGTERM, SIGINT, or the end of stdin (unless `stay`).

    `say` is called once with what a caller needs to know: url and credentials.
    """
    os.environ.update(MOTO)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "MOTO_ACCOUNT_ID"):
        os.environ.pop(name, None)
    logging.disable(logging.CRITICAL)
    gc.disable()
    from forensics.drill import loading  # noqa: PLC0415 - moto reads its settings on import

    loading.share()
    from forensics.drill.bridge import check_version  # noqa: PLC0415

    check_version()
    server, known = _open(port, seeded=seeded)
    gc.freeze()  # botocore's models are here to stay: no collection has to look at them again
    gc.enable()
    _end_with_signals(server)
    if not stay:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    say(known)
    server.serve_forever()


def _open(port: int, *, seeded: bool) -> tuple[Any, Mapping[str, Any]]:
    from forensics.drill.admin import Drillmaster  # noqa: PLC0415
    from forensics.drill.wire import Server  # noqa: PLC0415

    server = Server(port, _Closed())
    master = Drillmaster(server.url, seeded=seeded)
    server.door = master
    return server, master.describe()


class _Closed:
    """Stands at the door until the stage is built: nothing is served before."""

    def answer(self, environ: dict[str, Any], body: bytes) -> Any:
        del environ, body
        raise AssertionError("a request before the stage was built")


def _end_with_signals(server: Any) -> None:
    def end(*_: Any) -> None:
        # shutdown() waits for the loop, which the main thread is in
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _end_with_stdin(server: Any) -> None:
    # not sys.stdin, whose lock this thread would hold when the interpreter ends
    while os.read(0, 4096):
        pass
    server.shutdown()
