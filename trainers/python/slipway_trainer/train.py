"""One run, from its last checkpoint to its end."""

import contextlib
import copy
import json
import math
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from .contract import AGAIN, DONE, Folder, Spec, SpecError
from .data import batch_at, pad, read_chat, read_preferences
from .losses import accuracy, cross_entropy, distillation, dpo, log_probability, logits_of

DEFAULTS = {"batch_size": 8, "epochs": 3, "full": 5e-5, "adapter": 2e-4, "beta": 0.1}


def load(path: str, spec: Spec, param: str):
    try:
        return AutoModelForCausalLM.from_pretrained(path, dtype=getattr(torch, spec.options["dtype"]))
    except (OSError, ValueError) as error:
        raise SpecError(f"The model {path} cannot be loaded: {str(error).splitlines()[0]}", param) from error


class Run:
    def __init__(self, folder: Folder, spec: Spec):
        self.folder, self.spec = folder, spec
        base = spec["base"]["path"]
        if base is None:
            raise SpecError("This trainer begins with a model that is there.", "model")
        torch.manual_seed(spec["seed"])
        torch.use_deterministic_algorithms(True, warn_only=True)
        device = spec.options["device"]
        self.device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        model = load(base, spec, "model")
        self.tokenizer = AutoTokenizer.from_pretrained(base)
        if not self.tokenizer.chat_template:
            raise SpecError("The model has no chat template.", "model")
        self.padding = self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else 0
        self.reference = None
        if spec["adapter"]:
            rank = spec["adapter"]["rank"]
            alpha = spec["adapter"].get("alpha") or 2 * rank
            model = get_peft_model(
                model, LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear", task_type="CAUSAL_LM")
            )
        elif spec["method"] == "dpo":
            self.reference = copy.deepcopy(model).to(self.device).eval()
        self.model = model.to(self.device).train()
        self.teacher = None
        if spec["method"] == "distillation":
            self.teacher = load(spec["distillation"]["teacher"], spec, "slipway.distillation.teacher")
            self.teacher.to(self.device).eval()
            if self.teacher.config.vocab_size != model.config.vocab_size:
                raise SpecError("Teacher and student have other vocabularies.", "slipway.distillation.teacher")
        self.train = self.read(spec["data"]["train"])
        if not self.train:
            raise SpecError("No example has an answer that is short enough.", "training_file")
        self.validation = self.read(spec["data"]["validation"])
        self.batch_size = min(spec.hyper("batch_size", DEFAULTS["batch_size"]), len(self.train))
        per_epoch = math.ceil(len(self.train) / self.batch_size)
        self.steps = spec.hyper("steps", spec.hyper("epochs", DEFAULTS["epochs"]) * per_epoch)
        often = max(1, round(self.steps / 10))
        self.checkpoint_every = spec["checkpoint_every_steps"] or often
        self.evaluate_every = spec["evaluate_every_steps"] or often
        usual = DEFAULTS["adapter" if spec["adapter"] else "full"]
        self.rate = spec.hyper("learning_rate", usual) * spec.hyper("learning_rate_multiplier", 1)
        warmup = spec.options["warmup_steps"]
        self.warmup = min(50, math.ceil(self.steps / 10)) if warmup is None else warmup
        self.trained = {name: value for name, value in self.model.named_parameters() if value.requires_grad}
        self.optimizer = torch.optim.AdamW(
            self.trained.values(), lr=self.rate, weight_decay=spec.options["weight_decay"], betas=(0.9, 0.98)
        )
        self.step, self.tokens, self.evaluations, self.best = 0, 0, [], None

    def read(self, name):
        if name is None:
            return []
        reader = read_preferences if self.spec["method"] == "dpo" else read_chat
        samples, left = reader(self.tokenizer, self.folder.path / name, self.spec.options["max_length"])
        if left:
            self.folder.note(f"{left} answers of {Path(name).name} are longer than max_length and were left out.", "warn")
        return samples

    def state(self):
        return {name: value.detach().cpu().clone() for name, value in self.trained.items()}

    def take(self, state):
        with torch.no_grad():
            for name, value in state.items():
                self.trained[name].copy_(value)

    def resume(self):
        steps = self.folder.checkpoints()
        if steps:
            saved = torch.load(self.folder.checkpoint(steps[-1]) / "state.pt", weights_only=True)
            self.take(saved["trained"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step, self.tokens = saved["step"], saved["tokens"]
            self.evaluations, self.best = [tuple(entry) for entry in saved["evaluations"]], saved["best"]
            torch.set_rng_state(saved["random"])
        self.folder.forget_after(self.step)

    def save(self):
        saved = {
            "trained": self.state(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "tokens": self.tokens,
            "evaluations": self.evaluations,
            "best": self.best,
            "random": torch.get_rng_state(),
        }
        self.folder.put_checkpoint(self.step, lambda part: torch.save(saved, part / "state.pt"))

    def rate_at(self, step: int) -> float:
        if step <= self.warmup:
            return self.rate * step / self.warmup
        return self.rate * max(0.0, 1 - (step - self.warmup) / max(1, self.steps - self.warmup + 1))

    def loss(self, samples):
        """The loss of samples, with how many of how many decisions were right."""
        if self.spec["method"] == "dpo":
            rows = [[sample["chosen"] for sample in samples], [sample["rejected"] for sample in samples]]
            with torch.no_grad(), self.without_adapter() as reference:
                known = [log_probability(reference, part, self.padding, self.device) for part in rows]
            policy = [log_probability(self.model, part, self.padding, self.device) for part in rows]
            loss, share = dpo(policy, known, self.spec.hyper("beta", DEFAULTS["beta"]))
            return loss, share * len(samples), len(samples)
        ids, mask, labels = pad([(sample["ids"], sample["labels"]) for sample in samples], self.padding, self.device)
        logits = logits_of(self.model, ids, mask)
        weights = torch.tensor([sample["weight"] for sample in samples], device=self.device)
        loss = cross_entropy(logits, labels, weights)
        if self.teacher is not None:
            given = self.spec["distillation"]
            with torch.no_grad():
                taught = logits_of(self.teacher, ids, mask)
            learned = distillation(logits, taught, labels, given.get("temperature", 2))
            loss = (1 - given.get("alpha", 0.5)) * loss + given.get("alpha", 0.5) * learned
        right, all_of_them = accuracy(logits, labels)
        return loss, right, all_of_them

    @contextlib.contextmanager
    def without_adapter(self):
        if self.reference is not None:
            yield self.reference
        else:
            with self.model.disable_adapter():
                yield self.model

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        total, right, decisions, count = 0.0, 0.0, 0, 0
        for at in range(0, len(self.validation), self.batch_size):
            samples = self.validation[at : at + self.batch_size]
            loss, good, number = self.loss(samples)
            total, right = total + loss.item() * len(samples), right + good
            decisions, count = decisions + number, count + len(samples)
        self.model.train()
        loss = total / count
        share = right / max(1, decisions)
        self.folder.tell(kind="evaluation", step=self.step, steps=self.steps, loss=loss, accuracy=share)
        self.evaluations.append((self.step, loss))

    def is_enough(self) -> bool:
        """Whether the evaluations are no better any more; keeps the weights of the best."""
        early = self.spec["early_stopping"]
        if not early or not self.evaluations:
            return False
        best_step, best_loss, since = 0, math.inf, 0
        for step, loss in self.evaluations:
            if loss < best_loss - (early.get("min_delta", 0) if best_step else 0):
                best_step, best_loss, since = step, loss, 0
            else:
                since += 1
        if best_step == self.step:
            self.best = {"step": best_step, "trained": self.state()}
        return since >= early["patience"]

    def run(self, is_stop_wanted) -> int:
        self.resume()
        is_over = self.is_enough()
        while self.step < self.steps and not is_over:
            began = time.perf_counter()
            self.step += 1
            samples = batch_at(self.train, self.spec["seed"], self.batch_size, self.step)
            rate = self.rate_at(self.step)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss, right, decisions = self.loss(samples)
            if not torch.isfinite(loss):
                raise SpecError(f"The loss is {loss.item()} at step {self.step}. Lower the learning rate.", "slipway.learning_rate")
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.trained.values(), 1.0)
            self.optimizer.step()
            self.tokens += sum(
                len(sample["ids"]) if "ids" in sample else len(sample["chosen"][0]) + len(sample["rejected"][0])
                for sample in samples
            )
            self.folder.tell(
                kind="step", step=self.step, steps=self.steps, loss=loss.item(), accuracy=right / max(1, decisions),
                learning_rate=rate, tokens_seen=self.tokens, seconds=time.perf_counter() - began,
            )
            is_last = self.step == self.steps
            if self.validation and (is_last or self.step % self.evaluate_every == 0):
                self.evaluate()
                is_over = self.is_enough()
            is_stopped = not is_last and not is_over and is_stop_wanted()
            if is_last or is_over or is_stopped or self.step % self.checkpoint_every == 0:
                self.save()
            if is_stopped:
                return AGAIN
        self.leave()
        return DONE

    def leave(self):
        kept = self.best["step"] if self.best else self.step
        if self.best:
            self.take(self.best["trained"])
        place = self.folder.path / "artifacts"
        model = self.model.merge_and_unload() if self.spec["adapter"] else self.model
        model.save_pretrained(place)
        self.tokenizer.save_pretrained(place)
        artifact = {
            "format": "safetensors",
            "trained_tokens": self.tokens,
            "parameters": sum(value.numel() for value in model.parameters()),
            "step": kept,
            "stopped_early": kept != self.step,
        }
        (place / "artifact.json").write_text(json.dumps(artifact, indent=2))
