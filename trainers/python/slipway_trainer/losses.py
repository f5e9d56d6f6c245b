"""What is made small."""

import torch
import torch.nn.functional as F

from .data import IGNORED, pad


def logits_of(model, ids, mask):
    return model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()


def cross_entropy(logits, labels, weights):
    """Mean over the tokens of answers, each counted as its example is."""
    wanted = labels[:, 1:]
    losses = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=IGNORED, reduction="none")
    counts = (wanted != IGNORED).float() * weights[:, None]
    return (losses.view_as(wanted) * counts).sum() / counts.sum().clamp_min(1e-9)


def accuracy(logits, labels):
    wanted = labels[:, 1:]
    is_answer = wanted != IGNORED
    return ((logits.argmax(-1) == wanted) & is_answer).sum().item(), is_answer.sum().item()


def distillation(student, teacher, labels, temperature: float):
    """KL of the teacher from the student at a temperature, times its square (Hinton et al. 2015, section 2)."""
    is_answer = labels[:, 1:] != IGNORED
    log_student = F.log_softmax(student[is_answer] / temperature, -1)
    log_teacher = F.log_softmax(teacher[is_answer] / temperature, -1)
    return F.kl_div(log_student, log_teacher, log_target=True, reduction="batchmean") * temperature**2


def log_probability(model, rows, padding, device):
    """Of each answer as a whole."""
    ids, mask, labels = pad(rows, padding, device)
    wanted = labels[:, 1:]
    logs = torch.log_softmax(logits_of(model, ids, mask), -1)
    picked = logs.gather(-1, wanted.clamp_min(0).unsqueeze(-1)).squeeze(-1)
    return (picked * (wanted != IGNORED)).sum(-1)


def dpo(policy, reference, beta: float):
    """Rafailov et al. 2023, equation 7; `policy` and `reference` are log-probabilities of chosen and rejected answers."""
    margin = (policy[0] - reference[0]) - (policy[1] - reference[1])
    return -F.logsigmoid(beta * margin).mean(), (margin > 0).float().mean().item()
