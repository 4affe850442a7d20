"""What smtpbot knows: facts and words as YAML, their types, their loading. Knows no bot."""

from knowledge.loading import load
from knowledge.schema import Knowledge

__all__ = ["Knowledge", "load"]
