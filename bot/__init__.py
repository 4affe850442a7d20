"""What thinks: a Message in, an Answer out; knows no platform."""

from bot.answer import Answer
from bot.answering import Bot
from bot.message import Attachment, Message

__all__ = ["Answer", "Attachment", "Bot", "Message"]
