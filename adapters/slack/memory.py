"""What a conversation in Slack needs for a while: which answer belongs to which message."""

from adapters.recent import Recent
from bot.message import Attachment


class Memory:
    """Everything that one adapter remembers."""

    def __init__(self) -> None:
        self.answered: Recent[tuple[str, str], str] = Recent()
        self.threads: Recent[tuple[str, str], bool] = Recent()
        self.languages: Recent[str, str] = Recent()
        self.locales: Recent[str, str] = Recent()
        self.asked: Recent[str, str] = Recent(1_000)
        self.files: Recent[str, tuple[Attachment, ...]] = Recent(20)
