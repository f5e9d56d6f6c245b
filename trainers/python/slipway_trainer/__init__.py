"""Trains language models with PyTorch under Slipway's contract of trainers (docs/extend/trainer.md)."""
