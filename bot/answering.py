"""Bot: a message in, an answer out. Each kind of Question goes to the one module that answers it."""

import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import msgspec

from bot.answer import Answer
from bot.answers.code import answer_code, answer_listing
from bot.answers.comparison import answer_comparison
from bot.answers.mailbox import answer_mailbox, answer_not_checked
from bot.answers.topic import answer_help, answer_topic, answer_unclear
from bot.language import Words
from bot.lexicon import Lexicon, lexicon_of, tidy
from bot.mailbox.client import CheckSettings, Mailbox
from bot.mailbox.facts import MailboxFacts, Verification
from bot.message import Message
from bot.question import (
    Bounce,
    Codes,
    Comparison,
    Help,
    Listing,
    MailboxCheck,
    Question,
    Topic,
    Unclear,
    is_asked,
    understand,
)
from knowledge.errors import KnowledgeInvalid
from knowledge.loading import BASE_LANGUAGE, load, read
from knowledge.schema import Knowledge

if TYPE_CHECKING:
    from bot.bounce.diagnosis import Diagnosis
    from bot.bounce.digest import Digest
    from bot.bounce.explaining import Explainer


LOG = logging.getLogger(__name__)

MAX_BOUNCES = 1_000
"""Records that one answer's JSON carries; a file is explained whole by the command line."""

KEPT = 256
"""Answers that are kept to be given again; a few kilobytes each."""


class Bot(msgspec.Struct, frozen=True):
    """
    What answers.

    Args:
        knowledge: in the base language.
        lexicon: the words by which questions are understood.
        edition: gives the knowledge in another language; called when that is first asked for. What is wrong in a
            translation is logged, and left in the base language.
        explainer: gives the compiled patterns; called when a bounce is first to be explained.
        mailbox: checks addresses; None where that is off.
        given: the last answers that follow from the knowledge alone. They belong to this Bot, and go with it when the
            knowledge is read anew.
    """

    knowledge: Knowledge
    lexicon: Lexicon
    edition: Callable[[str], Knowledge]
    explainer: Callable[[], "Explainer"]
    mailbox: Mailbox | None = None
    given: dict[Question, Answer] = msgspec.field(default_factory=dict)

    def understand(self, message: Message) -> Question:
        """Find out what a message asks; any text gives a Question."""
        return understand(message, self.lexicon)

    def answer(self, question: Question, facts: MailboxFacts | None = None) -> Answer:
        """
        Answer a question; the same question, knowledge and facts always give the same answer.

        *facts* are those of a mailbox check; without them it is answered how to set that up.
        """
        match question:
            case Unclear():
                return answer_unclear(question, self.words(question.language))
            case Bounce():
                return self._explained(question, self.words(question.language))
            case MailboxCheck():
                return self._checked(question, facts, self.words(question.language))
            case _:
                return self._known(question)

    def _known(self, question: Codes | Listing | Comparison | Topic | Help) -> Answer:
        """The answer that the knowledge alone gives: always the same, so made once as long as it is asked for."""
        found = self.given.get(question)
        if found is None:
            if len(self.given) >= KEPT:
                self.given.clear()
            found = self.given[question] = self._made(question)
        return found

    def _made(self, question: Codes | Listing | Comparison | Topic | Help) -> Answer:
        words = self.words(question.language)
        match question:
            case Codes():
                return answer_code(question, words)
            case Listing():
                return answer_listing(question, words)
            case Comparison():
                return answer_comparison(question, words)
            case Topic():
                return answer_topic(question, words)
            case Help():
                return answer_help(words)
            case _:
                assert_never(question)

    async def reply(self, message: Message, question: Question | None = None) -> Answer | None:
        """What adapters call: the answer, or None where nobody asked us; *question* where it is understood already."""
        question = self.understand(message) if question is None else question
        if isinstance(question, MailboxCheck):
            answer = await self.check(question)
        elif isinstance(question, Bounce):
            import asyncio

            answer = await asyncio.to_thread(self.answer, question)  # a large file must not hold up everybody else
        else:
            answer = self.answer(question)
        if message.addressed or answer.kind in ("bounce", "digest"):
            return answer
        asked = question.otherwise if isinstance(question, Bounce) else question
        return answer if asked is not None and is_asked(message, asked, self.lexicon) else None

    def words(self, language: str) -> Words:
        """The words of a language, for what an adapter itself has to say."""
        return Words(self._edition(language))

    def explain(self, found: "Digest", words: Words) -> Answer:
        """Explain what was counted: the one failure, or the digest of many."""
        from bot.answers.bounce import answer_bounce, answer_digest

        samples = [group.sample for group in found.groups]
        if not samples:
            return answer_unclear(Unclear("", words.language, "no-failure"), words)
        return answer_bounce(samples[0], words) if found.total == 1 else answer_digest(found, samples, words)

    def digest(self, message: Message) -> "Digest":
        """The digest of a paste or of attached files, for a chart."""
        from bot.bounce.digest import digest

        return digest(self._found(message), self.knowledge)

    async def check(self, question: MailboxCheck) -> Answer:
        """The answer to a mailbox check, once its facts are looked up."""
        wanted = question.wanted
        if self.mailbox is None or not wanted.asked:
            return self.answer(question)
        facts = await self.mailbox.check(wanted.asked, wanted.selector, question.message)
        return self.answer(question, facts)

    async def check_once(self, question: MailboxCheck) -> Answer:
        """The same, and close the connections: for a process that asks once."""
        try:
            return await self.check(question)
        finally:
            if self.mailbox is not None:
                await self.mailbox.close()

    def _checked(self, question: MailboxCheck, facts: MailboxFacts | None, words: Words) -> Answer:
        if facts is None:
            return answer_not_checked(question, words, is_on=self.mailbox is not None)
        said = facts.mailbox.reply if isinstance(facts.mailbox, Verification) else None
        if said is None:
            return answer_mailbox(facts, words)
        from bot.bounce.explaining import explain_text

        return answer_mailbox(facts, words, next(iter(explain_text(said, self.explainer())), None))

    def _found(self, message: Message) -> "list[Diagnosis]":
        from bot.bounce.explaining import explain_file, explain_text

        explainer = self.explainer()
        found = explain_text(message.text, explainer)
        for attachment in message.attachments:
            with contextlib.suppress(ValueError):
                found += explain_file(attachment.content, explainer, attachment.name)
        return found

    def _explained(self, question: Bounce, words: Words) -> Answer:
        from bot.answers.bounce import answer_bounce, answer_digest
        from bot.bounce.diagnosis import is_known
        from bot.bounce.digest import digest

        found = self._found(question.message)
        if question.otherwise is not None and not any(is_known(diagnosis) for diagnosis in found):
            return self.answer(question.otherwise)
        if len(found) > 1:
            return answer_digest(digest(found, words.knowledge), found[:MAX_BOUNCES], words)
        if found:
            return self._with_check(answer_bounce(found[0], words), found[0], words)
        return answer_unclear(Unclear(tidy(question.message.text[:80]), words.language, "no-failure"), words)

    def _with_check(self, answer: Answer, found: "Diagnosis", words: Words) -> Answer:
        """The answer to a bounce, with a check of its recipient to go on with, where checks are on."""
        recipient = found.evidence.recipient
        if self.mailbox is None or not recipient:
            return answer
        check = f"{words.signals('signal.check')[0]} {recipient}"
        return msgspec.structs.replace(answer, follow_ups=(check, *answer.follow_ups))

    def _edition(self, language: str) -> Knowledge:
        return self.knowledge if language == self.knowledge.language else self.edition(language)


def make_bot(
    overlays: Sequence[Path] = (),
    *,
    cache: Path | None = None,
    checks: Callable[[Knowledge], CheckSettings | None] = lambda _: None,
) -> Bot:
    """
    Load everything a Bot needs; *checks* gives how mailboxes are checked, None that they are not.

    Raises:
        KnowledgeInvalid: the knowledge or an overlay has faults; it carries them all.
    """
    knowledge = load(overlays, cache=cache)

    @functools.cache
    def edition(language: str) -> Knowledge:
        if language == BASE_LANGUAGE:
            return knowledge
        try:
            return load(overlays, language=language, cache=cache)
        except KnowledgeInvalid as error:
            for fault in error.faults:
                LOG.error("knowledge: %s", fault)
            return knowledge if read(overlays).faults else read(overlays, language=language).knowledge

    compiling = threading.Lock()

    @functools.cache
    def compiled() -> "Explainer":
        from bot.bounce.explaining import make_explainer

        return make_explainer(knowledge)

    def explainer() -> "Explainer":
        with compiling:  # two bounces at once must not both compile, which takes a second and 30 MB
            return compiled()

    settings = checks(knowledge)
    mailbox = None if settings is None else Mailbox(settings, knowledge)
    return Bot(knowledge, lexicon_of(knowledge), edition, explainer, mailbox)
