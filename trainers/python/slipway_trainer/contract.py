"""The folder of a job: its spec, what is told of it, its checkpoints and what is left of it."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

DONE, BAD_SPEC, AGAIN = 0, 64, 75
KEPT_CHECKPOINTS = 2

OPTIONS = {
    "max_length": (int, 1024),
    "warmup_steps": (int, None),
    "weight_decay": (float, 0.0),
    "dtype": (str, "float32"),
    "device": (str, "auto"),
}


class SpecError(Exception):
    """The spec cannot be: `param` is the member at fault."""

    def __init__(self, message: str, param: str):
        super().__init__(message)
        self.param = param


@dataclass
class Spec:
    raw: dict
    options: dict = field(default_factory=dict)

    def __getitem__(self, name):
        return self.raw[name]

    def hyper(self, name, default=None):
        value = self.raw["hyperparameters"].get(name)
        return default if value is None else value


def read_spec(folder: Path) -> Spec:
    raw = json.loads((folder / "spec.json").read_text())
    if raw.get("contract") != 1:
        raise SpecError(f"This trainer knows contract 1 and not {raw.get('contract')}.", "contract")
    if raw["method"] not in ("supervised", "dpo", "distillation"):
        raise SpecError(f"This trainer does not know {raw['method']}.", "method.type")
    if raw["method"] == "distillation" and not raw.get("distillation"):
        raise SpecError("Distillation needs a teacher.", "slipway.distillation")
    for name in ("steps", "epochs", "batch_size"):
        value = raw["hyperparameters"].get(name)
        if value is not None and (not isinstance(value, int) or value < 1):
            raise SpecError(f"{name} has to be a whole number of at least 1, not {value}.", f"hyperparameters.{name}")
    options = {name: default for name, (_, default) in OPTIONS.items()}
    for name, value in raw.get("options", {}).items():
        if name not in OPTIONS:
            raise SpecError(f"There is no option {name}; there are {', '.join(OPTIONS)}.", f"slipway.options.{name}")
        kind = OPTIONS[name][0]
        if not isinstance(value, (int, float) if kind is float else kind) or isinstance(value, bool):
            raise SpecError(f"{name} has to be of the type {kind.__name__}.", f"slipway.options.{name}")
        options[name] = value
    if options["dtype"] not in ("float32", "bfloat16"):
        raise SpecError("dtype is float32 or bfloat16.", "slipway.options.dtype")
    return Spec(raw, options)


class Folder:
    """What a run writes."""

    def __init__(self, path: Path):
        self.path = path
        self.metrics = path / "metrics.jsonl"

    def tell(self, **line):
        with self.metrics.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def note(self, message: str, level: str = "info"):
        self.tell(kind="note", level=level, message=message)

    def forget_after(self, step: int):
        """Drops what an earlier try told after its last checkpoint."""
        if not self.metrics.exists():
            return
        kept = []
        for line in self.metrics.read_text().splitlines():
            try:
                if json.loads(line).get("step", 0) <= step:
                    kept.append(line)
            except ValueError:
                continue  # the line that it was writing when it was killed
        part = self.metrics.with_suffix(".part")
        part.write_text("".join(line + "\n" for line in kept))
        os.replace(part, self.metrics)

    def checkpoints(self) -> list[int]:
        folder = self.path / "checkpoints"
        names = [entry.name for entry in folder.iterdir()] if folder.exists() else []
        return sorted(int(name[5:]) for name in names if name.startswith("step-") and name[5:].isdigit())

    def checkpoint(self, step: int) -> Path:
        return self.path / "checkpoints" / f"step-{step}"

    def put_checkpoint(self, step: int, write):
        whole = self.checkpoint(step)
        part = whole.with_name(f"{whole.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        write(part)
        shutil.rmtree(whole, ignore_errors=True)
        os.replace(part, whole)
        for old in self.checkpoints()[:-KEPT_CHECKPOINTS]:
            shutil.rmtree(self.checkpoint(old), ignore_errors=True)
