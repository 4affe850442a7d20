"""What a Bot remembers of its answers: a bounded number, of nobody's own words, and the same as if made anew."""

from bot.answering import KEPT, Bot, make_bot
from bot.message import Message


def test_an_answer_given_again_is_the_answer_of_a_new_bot(bot: Bot) -> None:
    for text in ("550", "354 vs 550", "5.7.26", "greylisting", "all codes", "help"):
        for language in ("en", "fr"):
            question = bot.understand(Message(text, language=language, chosen=True))
            assert bot.answer(question) == bot.answer(question) == make_bot().answer(question)


def test_the_answers_that_are_kept_are_few(bot: Bot) -> None:
    for number in range(2 * KEPT):
        text = f"5.7.{number}"
        assert text in bot.answer(bot.understand(Message(text))).subjects
        assert len(bot.given) <= KEPT


def test_nothing_that_somebody_pasted_is_kept() -> None:
    bot = make_bot()
    for text in (
        "550 5.1.1 <jo@b.example>: User unknown in table",
        "who is jo@b.example and why",
        "check jo@b.example",
    ):
        bot.answer(bot.understand(Message(text)))
    assert "jo@b.example" not in repr(bot.given)
