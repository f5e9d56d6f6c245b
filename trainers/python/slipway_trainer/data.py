"""Examples as tokens, with the loss on answers only."""

import json
import math
from pathlib import Path

import torch

from .contract import SpecError

IGNORED = -100


def ids_of(tokenizer, messages, prompt: bool) -> list[int]:
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def encode_answer(tokenizer, before, answer):
    """Ids of a conversation that ends with an answer, and labels that leave all but the answer out."""
    prompt = ids_of(tokenizer, before, True)
    whole = ids_of(tokenizer, [*before, answer], False)
    if whole[: len(prompt)] != prompt:
        raise SpecError("The chat template of the model writes what was asked differently once it is answered.", "model")
    return whole, [IGNORED] * len(prompt) + whole[len(prompt) :]


def read_chat(tokenizer, file: Path, max_length: int):
    """One sample for each answer that counts; those that are too long are left out and counted."""
    samples, left = [], 0
    for line in file.read_text().splitlines():
        example = json.loads(line)
        messages = example["messages"]
        for at, message in enumerate(messages):
            if message["role"] != "assistant" or message.get("weight") == 0 or at == 0:
                continue
            ids, labels = encode_answer(tokenizer, messages[:at], message)
            if len(ids) > max_length:
                left += 1
                continue
            samples.append({"ids": ids, "labels": labels, "weight": float(example.get("weight", 1))})
    return samples, left


def read_preferences(tokenizer, file: Path, max_length: int):
    samples, left = [], 0
    for line in file.read_text().splitlines():
        example = json.loads(line)
        before = example["input"]["messages"]
        pair = [encode_answer(tokenizer, before, example[name][-1]) for name in ("preferred_output", "non_preferred_output")]
        if max(len(ids) for ids, _ in pair) > max_length:
            left += 1
            continue
        samples.append({"chosen": pair[0], "rejected": pair[1]})
    return samples, left


def order_of(count: int, seed: int, epoch: int) -> list[int]:
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % (2**63))
    return torch.randperm(count, generator=generator).tolist()


def batch_at(samples, seed: int, batch_size: int, step: int):
    """The samples of a step, counted from 1: what a run that goes on sees is what it would have seen."""
    per_epoch = math.ceil(len(samples) / batch_size)
    epoch, place = divmod(step - 1, per_epoch)
    order = order_of(len(samples), seed, epoch)
    return [samples[at] for at in order[place * batch_size : (place + 1) * batch_size]]


def pad(rows, padding: int, device):
    """Ids, attention and labels of rows of several lengths."""
    longest = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), longest), padding)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    labels = torch.full((len(rows), longest), IGNORED)
    for row, (tokens, wanted) in enumerate(rows):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        labels[row, : len(wanted)] = torch.tensor(wanted)
    return ids.to(device), mask.to(device), labels.to(device)
