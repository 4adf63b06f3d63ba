"""Run the drill: `python -m forensics.drill [--port N] [--no-seed] [--stay]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from forensics.drill.process import serve
from forensics.errors import ForensicsError


def main() -> int:
    """Serve, and say on stdout, in one line of JSON, where and with which credentials, or why not."""
    parser = argparse.ArgumentParser(prog="python -m forensics.drill", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--no-seed", action="store_true", help="leave the breach out: an empty account")
    parser.add_argument("--stay", action="store_true", help="do not end when stdin closes")
    options = parser.parse_args()
    try:
        serve(options.port, seeded=not options.no_seed, stay=options.stay, say=_say)
    except ForensicsError as error:
        _say({"error": str(error), "hint": error.hint})
        return error.exit_code
    except OSError as error:
        why = f"cannot listen on port {options.port}: {os.strerror(error.errno or 0).lower()}"
        _say({"error": why, "hint": "name another --port, or none"})
        return 1
    return 0


def _say(known: Mapping[str, Any]) -> None:
    print(json.dumps(known, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    sys.exit(main())
