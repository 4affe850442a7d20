"""A code, a pair, a code in any class, a family: what it means, when you see it, how to fix it."""

from collections.abc import Iterator

from bot.answer import Answer, Facts, Paragraph, Section, Table
from bot.answers import parts
from bot.language import Words
from bot.lexicon import Subject
from bot.question import Codes, Listing
from knowledge.basics import Source, Stage
from knowledge.codes import EnhancedCode
from knowledge.schema import EnhancedCodeEntry, Provider, ProviderCode, ReplyCodeEntry

MAX_ENHANCED_FOLLOW_UPS = 3


def answer_code(question: Codes, words: Words) -> Answer:
    """Answer with a code's own entry; with what its digits tell where no entry is."""
    code = question.subject.id
    provider = words.knowledge.providers.get(question.provider or "")
    if question.subject.kind == "pair":
        return _pair(code, provider, words)
    if question.subject.kind == "reply":
        entry = words.knowledge.reply_codes.get(code)
        return _reply(entry, provider, words) if entry else _undefined(question.subject, words)
    enhanced = parts.enhanced_entry(words.knowledge, code)
    if enhanced is None:
        return _only_at_providers(code, provider, words) or _undefined(question.subject, words)
    return _enhanced(enhanced, code, provider, words)


def _reply(entry: ReplyCodeEntry, provider: Provider | None, words: Words) -> Answer:
    severity = parts.severity_of(entry.id)
    at_provider = _at_provider(entry.id, provider, words)
    sections = (
        *parts.notes(words, (entry.id,), provider.id if provider else None),
        *at_provider,
        _facts(entry, words),
        Paragraph(id="meaning", title=words.say("label.meaning"), text=(entry.meaning,), weight=8),
        *_when(entry, entry.after, words),
        *_fix(entry, "fix" if severity in ("temporary", "permanent") else "check", words),
        *_enhanced_names(entry, words),
        *_confused(entry, words),
        *parts.items(words, "practice", "label.practice", entry.practice, 4),
    )
    return Answer(
        kind="code",
        subjects=(entry.id,),
        language=words.language,
        title=words.say("title.code", code=entry.id, name=entry.name),
        summary=entry.summary,
        tone=severity,
        sections=sections,
        sources=_sources(entry, provider, entry.id, words),
        follow_ups=parts.in_turn(
            [f"{entry.id} vs {other.id}" for other in entry.confused],
            [f"{entry.id} {code}" for code in entry.enhanced if code[0] == entry.id[0]],
            [f"{entry.id[0]}xx"],
        ),
    )


def _enhanced(entry: EnhancedCodeEntry, code: str, provider: Provider | None, words: Words) -> Answer:
    any_class = code.startswith("x")
    severity = "neutral" if any_class else parts.severity_of(code)
    sections = (
        *parts.notes(words, (code,), provider.id if provider else None),
        *_at_provider(code, provider, words),
        _enhanced_facts(entry, code, words),
        Paragraph(id="meaning", title=words.say("label.meaning"), text=(entry.meaning,), weight=8),
        *_class_advice(entry, code, words),
        *_when(entry, parts.stages_of(words.knowledge, Subject("entry" if any_class else "status", code)), words),
        *_fix(entry, "check" if severity == "success" else "fix", words),
        *_confused(entry, words, code),
        *parts.items(words, "practice", "label.practice", entry.practice, 4),
        *_at_other_providers(code, provider, words),
    )
    classes = [advice.id for advice in entry.classes]
    like = [code.replace(code[0], other, 1) for other in classes if other != code[0]]
    return Answer(
        kind="code",
        subjects=(code,),
        language=words.language,
        title=words.say("title.code", code=code, name=entry.name),
        summary=entry.summary,
        tone=severity,
        sections=sections,
        sources=_sources(entry, provider, code, words),
        follow_ups=parts.in_turn(
            like,
            [f"{code} vs {other.id.replace('x', code[0], 1)}" for other in entry.confused if not any_class],
            [
                basic
                for basic in entry.basic
                if basic in words.knowledge.reply_codes and basic[0] in (code[0], *classes)
            ],
            [f"{code.rpartition('.')[0]}.x"],
        ),
    )


def _pair(pair: str, provider: Provider | None, words: Words) -> Answer:
    reply, status = pair.split(" ")
    reply_entry = words.knowledge.reply_codes.get(reply)
    entry = parts.enhanced_entry(words.knowledge, status)
    base = answer_code(Codes(Subject("status", status), words.language, provider.id if provider else None), words)
    about: list[str] = []
    if reply[0] != status[0]:
        about.append(words.say("code.mismatch", reply=reply, status=status, first=reply[0], second=status[0]))
    elif entry and reply_entry and reply not in entry.basic and status not in reply_entry.enhanced:
        about.append(words.say("code.unusual-pair", reply=reply, status=status))
    if reply_entry:
        about.append(words.pair(reply, reply_entry.summary))
    name = entry.name if entry else (reply_entry.name if reply_entry else status)
    links = parts.note_links(words, (pair, reply), provider.id if provider else None)
    listed = parts.sources_of(reply_entry.sources if reply_entry else ())
    sections = (
        *parts.notes(words, (pair, reply), provider.id if provider else None),
        *base.sections[:1],
        Paragraph(id="reply", title=words.say("title.code", code=reply, name=reply_entry.name if reply_entry else ""),
                  text=tuple(about), weight=7),
        *base.sections[1:],
    )  # fmt: skip
    return Answer(
        kind="code",
        subjects=(reply, status),
        language=words.language,
        title=words.say("title.code", code=pair, name=name),
        summary=base.summary,
        tone=parts.severity_of(reply),
        sections=sections,
        sources=tuple(dict.fromkeys((*links, *base.sources, *listed))),
        follow_ups=parts.in_turn([reply, status], list(base.follow_ups)),
    )


def _undefined(subject: Subject, words: Words) -> Answer:
    """An honest answer for a code that nobody defines: what its digits still tell."""
    from rapidfuzz import fuzz, process

    known, code = words.knowledge, subject.id
    severity = words.say(f"severity.{parts.severity_of(code)}")
    if subject.kind == "reply":
        families = [known.classes.get(f"{code[0]}xx"), known.classes.get(f"x{code[1]}x")]
        summary = words.say("code.undefined-reply", code=code, severity=severity)
        candidates = [other for other in known.reply_codes if other[0] == code[0]]
        near = [f"{found} {known.reply_codes[found].name}" for found, _, _ in
                process.extract(code, candidates, scorer=fuzz.ratio, limit=3)]  # fmt: skip
    else:
        topic = parts.subject_class(known, code)
        families = [known.classes.get(f"{code[0]}.x.x"), topic]
        summary = words.say(
            "code.undefined-status",
            code=code,
            severity=severity,
            subject=topic.name if topic else words.say("word.unknown"),
        )
        candidates = [e.replace("x", code[0], 1) for e in known.enhanced_codes if e.split(".")[1] == code.split(".")[1]]
        near = [f"{found} {known.enhanced_codes[EnhancedCode.parse(found).entry].name}" for found, _, _ in
                process.extract(code, candidates if code[0] != "x" else [], scorer=fuzz.ratio, limit=3)]  # fmt: skip
    found_families = [family for family in families if family is not None]
    sections = (
        *parts.notes(words, (code,)),
        Facts(
            id="digits",
            title=words.say("label.digits"),
            facts=tuple((f"`{family.id}`", f"{family.name}. {family.summary}") for family in found_families),
            weight=8,
        ),
        *parts.steps(words, "fix", "label.fix", tuple(s for family in found_families for s in family.steps)),
        *parts.items(words, "near", "label.near", tuple(near), 6),
    )
    return Answer(
        kind="code",
        subjects=(code,),
        language=words.language,
        title=words.say("title.undefined", code=code),
        summary=f"{summary} {words.say('code.ask-words')}",
        tone="neutral" if code.startswith("x") else parts.severity_of(code),
        sections=sections,
        sources=parts.sources_of(*(family.sources for family in found_families)),
        follow_ups=parts.in_turn([item.split(" ")[0] for item in near], [family.id for family in found_families]),
    )


def _only_at_providers(code: str, provider: Provider | None, words: Words) -> Answer | None:
    """A code outside every registry that some provider documents: its meaning there."""
    users = [p for p in words.knowledge.providers.values() for c in p.codes if c.id.split(" ")[-1] == code]
    if not users:
        return None
    first = provider if provider in users else users[0]
    own = next(c for c in first.codes if c.id.split(" ")[-1] == code)
    undefined = _undefined(Subject("status", code), words)
    return Answer(
        kind="code",
        subjects=(code,),
        language=words.language,
        title=words.say("title.undefined", code=code),
        summary=words.pair(first.name, own.meaning),
        tone=parts.severity_of(code),
        sections=(
            *_at_provider(code, first, words),
            *_at_other_providers(code, first, words),
            *(section for section in undefined.sections if section.id in ("digits", "near")),
        ),
        sources=(*parts.sources_of(own.sources), *undefined.sources),
        follow_ups=undefined.follow_ups,
    )


def answer_listing(question: Listing, words: Words) -> Answer:
    """The codes of a family as a table; all reply codes where no family is named."""
    known, family = words.knowledge, question.family
    entry = known.classes.get(family or "")
    rows = list(_members(family, words))
    title = words.say("title.list", family=family, name=entry.name) if entry else words.say("title.all-codes")
    count = words.count("listing.summary", len(rows))
    return Answer(
        kind="list",
        subjects=(family,) if family else (),
        language=words.language,
        title=title,
        summary=" ".join(part for part in (entry.summary if entry else "", count, words.say("listing.more")) if part),
        tone=parts.severity_of(family) if family and family[0] != "x" else "neutral",
        sections=(
            *(
                (Paragraph(id="meaning", title=words.say("label.meaning"), text=(entry.meaning,), weight=6),)
                if entry
                else ()
            ),
            Table(
                id="codes",
                title=words.say("label.codes"),
                head=(words.say("label.code"), words.say("label.name"), words.say("label.retry")),
                rows=tuple(rows),
                weight=8,
            ),
            *parts.steps(words, "fix", "label.fix", entry.steps if entry else (), 5),
        ),
        sources=parts.sources_of(entry.sources if entry else ("RFC 5321 §4.2",)),
        follow_ups=tuple(row[0] for row in rows[: parts.MAX_FOLLOW_UPS - 1]),
    )


def _members(family: str | None, words: Words) -> Iterator[tuple[str, ...]]:
    known = words.knowledge
    if family is None or "." not in family:
        for code, entry in known.reply_codes.items():
            if family is None or all(want in ("x", digit) for want, digit in zip(family, code, strict=True)):
                yield code, entry.name, words.say(f"retry.{entry.retry}")
        return
    class_, subject, _ = family.split(".")
    for identity, enhanced in known.enhanced_codes.items():
        for advice in enhanced.classes if class_ != "x" else ():
            if advice.id == class_ and subject in ("x", identity.split(".")[1]):
                yield identity.replace("x", class_, 1), enhanced.name, words.say(f"retry.{advice.retry}")
        if class_ == "x" and subject in ("x", identity.split(".")[1]):
            yield (
                identity,
                enhanced.name,
                " / ".join(words.say(f"retry.{advice.retry}") for advice in enhanced.classes[-1:]),
            )


def _facts(entry: ReplyCodeEntry, words: Words) -> Facts:
    facts = [
        (words.say("label.class"), words.say(f"severity.{parts.severity_of(entry.id)}")),
        (words.say("label.retry"), words.say(f"retry.{entry.retry}")),
        (words.say("label.acts"), words.say(f"actor.{entry.acts}")),
        (words.say("label.standing"), words.say(f"standing.{entry.standing}")),
        (words.say("label.text" if entry.standing == "standard" else "label.text-seen"), f"`{entry.text}`"),
    ]
    if entry.emitters:
        facts.append((words.say("label.emitters"), words.series(entry.emitters)))
    return Facts(id="facts", title=words.say("label.what"), facts=tuple(facts), weight=9)


def _enhanced_facts(entry: EnhancedCodeEntry, code: str, words: Words) -> Facts:
    facts = [(words.say("label.acts"), words.say(f"actor.{entry.acts}"))]
    if not code.startswith("x"):
        facts.insert(0, (words.say("label.class"), words.say(f"severity.{parts.severity_of(code)}")))
        facts.insert(1, (words.say("label.retry"), words.say(f"retry.{parts.retry_of(entry, code)}")))
    facts.append((words.say("label.standing"), words.say(f"standing.{entry.standing}")))
    if entry.title:
        facts.append((words.say("label.text"), f"`{entry.title}`"))
    basic = ", ".join(entry.basic) if entry.basic else words.say("word.none-given")
    facts.append((words.say("label.basic"), basic.replace("Not given", words.say("word.none-given"))))
    return Facts(id="facts", title=words.say("label.what"), facts=tuple(facts), weight=9)


def _class_advice(entry: EnhancedCodeEntry, code: str, words: Words) -> Iterator[Section]:
    """What the asked class says first, then how the others differ."""
    ranked = sorted(entry.classes, key=lambda advice: (advice.id != code[0], advice.id))
    facts = tuple((words.say(f"label.class-{advice.id}"), advice.advice) for advice in ranked)
    if facts:
        yield Facts(id="classes", title=words.say("label.classes"), facts=facts, weight=7)


def _when(entry: ReplyCodeEntry | EnhancedCodeEntry, stages: tuple[Stage, ...], words: Words) -> Iterator[Section]:
    sentence = parts.can_follow(words, stages)
    texts = (*((sentence,) if sentence else ()), *entry.when)
    yield from parts.items(words, "when", "label.when", texts, 7)


def _fix(entry: ReplyCodeEntry | EnhancedCodeEntry, verb: str, words: Words) -> Iterator[Section]:
    yield from parts.steps(words, "fix", f"label.{verb}-sender", entry.sender, 9)
    yield from parts.steps(words, "fix-receiver", f"label.{verb}-receiver", entry.receiver, 8)


def _enhanced_names(entry: ReplyCodeEntry, words: Words) -> Iterator[Section]:
    named = ((code, parts.code_name(words.knowledge, code)) for code in entry.enhanced)
    facts = tuple((f"`{code}`", name) for code, name in named if name)
    if facts:
        yield Facts(id="enhanced", title=words.say("label.enhanced"), facts=facts, weight=6)


def _confused(entry: ReplyCodeEntry | EnhancedCodeEntry, words: Words, code: str = "") -> Iterator[Section]:
    class_ = code[:1] or "x"
    facts = tuple((f"`{other.id.replace('x', class_, 1)}`", other.why) for other in entry.confused)
    if facts:
        yield Facts(id="confused", title=words.say("label.confused"), facts=facts, weight=5)


def _own_codes(code: str, provider: Provider) -> list[ProviderCode]:
    return [own for own in provider.codes if code in (own.id, own.id.split(" ")[-1])]


def _at_provider(code: str, provider: Provider | None, words: Words) -> Iterator[Section]:
    if provider is None:
        return
    for own in _own_codes(code, provider)[:1]:
        text = (own.meaning, *((words.say("code.differs", provider=provider.name, code=code),) if own.differs else ()))
        title = words.say("label.provider", provider=provider.name)
        yield Paragraph(id="provider", title=title, text=text, weight=9)
        yield from parts.steps(words, "provider-fix", "label.fix", own.fix, 9)


def _at_other_providers(code: str, provider: Provider | None, words: Words) -> Iterator[Section]:
    others = (p for p in words.knowledge.providers.values() if p is not provider)
    facts = tuple((p.name, own.meaning) for p in others for own in _own_codes(code, p)[:1])
    if facts:
        yield Facts(id="providers", title=words.say("label.provider-codes"), facts=facts, weight=6)


def _sources(
    entry: ReplyCodeEntry | EnhancedCodeEntry, provider: Provider | None, code: str, words: Words
) -> tuple[Source, ...]:
    own = [c.sources for c in _own_codes(code, provider)[:1]] if provider else []
    links = parts.note_links(words, (code,), provider.id if provider else None)
    return (*links, *parts.sources_of(entry.sources, *own))
