"""What is counted for Prometheus, in a registry of its own. Labels are few and fixed: nothing that people write."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
"""Seconds; an answer takes about a millisecond, a large file up to a few seconds."""


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.questions = Counter(
            "smtpbot_questions", "Questions answered, by kind of answer.", ["kind", "platform"], registry=registry
        )
        self.seconds = Histogram(
            "smtpbot_answer_seconds", "Time to an answer, without the platform's part.", ["platform"],
            buckets=BUCKETS, registry=registry,
        )  # fmt: skip
        self.errors = Counter("smtpbot_errors", "Questions that ended in an error of ours.", ["platform"],
                              registry=registry)  # fmt: skip
        self.refused = Counter("smtpbot_refused", "Questions told to come back later: too many at once.", ["platform"],
                               registry=registry)  # fmt: skip
        self.retries = Counter("smtpbot_platform_retries", "Calls that a platform refused or dropped, made again.",
                               ["platform"], registry=registry)  # fmt: skip
        self.ready = Gauge("smtpbot_ready", "1 while a platform is connected.", ["platform"], registry=registry)
        self.reloads = Counter("smtpbot_reloads", "Knowledge read anew, by result.", ["result"], registry=registry)
        self.knowledge = Gauge("smtpbot_knowledge_info", "The version of the knowledge in use.", ["version"],
                               registry=registry)  # fmt: skip

    def answered(self, kind: str, platform: str, seconds: float) -> None:
        """Count one answer."""
        self.questions.labels(kind, platform).inc()
        self.seconds.labels(platform).observe(seconds)

    def uses(self, version: str) -> None:
        """Tell which knowledge is in use; the one before it is no more."""
        self.knowledge.clear()
        self.knowledge.labels(version).set(1)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
