"""`python -m slipway_trainer FOLDER`"""

import json
import signal
import sys
from pathlib import Path

from .contract import BAD_SPEC, Folder, SpecError, read_spec


def main() -> int:
    stop = {"wanted": False}
    signal.signal(signal.SIGTERM, lambda *_: stop.update(wanted=True))
    path = Path(sys.argv[1])
    try:
        spec = read_spec(path)
        from .train import Run  # takes seconds: what is wrong with the spec is said before

        return Run(Folder(path), spec).run(lambda: stop["wanted"])
    except SpecError as error:
        (path / "error.json").write_text(json.dumps({"message": str(error)[:2000], "param": error.param}))
        return BAD_SPEC


sys.exit(main())
