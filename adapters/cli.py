"""The command line: one more adapter, the place where all parts are put together, and the only reader of os.environ."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answering import Bot
    from bot.mailbox.client import CheckSettings
    from knowledge.schema import Knowledge

ANSWERED, NOT_UNDERSTOOD, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 answered, 1 not understood or faults found, 2 wrong usage."""
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return USAGE
    from adapters.settings import with_env_file
    from knowledge.errors import SmtpbotError

    try:
        return int(options.run(options, with_env_file(os.environ)[0]))
    except SmtpbotError as error:
        print(error, file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        _give_up_output()
        return ANSWERED
    except OSError as error:
        print(f"{error.filename or 'standard output'}: {error.strerror}; nothing more is written", file=sys.stderr)
        _give_up_output()
        return USAGE


def _give_up_output() -> None:
    """What still waits to be written goes nowhere, or the end of the process would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smtpbot",
        description="Answers SMTP questions: codes, comparisons, topics.",
        epilog="Exit codes: 0 answered, 1 not understood (or faults found), 2 wrong usage.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    chat = commands.add_parser("chat", help="talk in the terminal; piped input is answered line by line")
    chat.set_defaults(run=_chat)
    ask = commands.add_parser("ask", help="answer one question", description="Answer one question.")
    ask.add_argument("text", nargs="+", metavar="TEXT", help="the question; - reads it from standard input")
    ask.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    ask.add_argument("--svg", type=Path, metavar="FILE", help="draw the answer as a picture too")
    ask.set_defaults(run=_ask)
    codes = commands.add_parser("codes", help="list the codes that have an entry")
    codes.add_argument("family", nargs="?", metavar="FAMILY", help="such as 4xx or 5.7.x; all reply codes without it")
    codes.set_defaults(run=_codes)
    check = commands.add_parser("check", help="check whether an address or a domain can receive mail")
    check.add_argument("asked", metavar="ADDRESS", help="an address or a domain")
    check.add_argument("--selector", metavar="NAME", help="of a DKIM key of the domain")
    check.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    check.set_defaults(run=_check_mailbox)
    explain = _add_explain(commands)
    explain.set_defaults(run=_explain)
    for command in (chat, ask, codes, check, explain):
        command.add_argument("--lang", metavar="TAG", help="the language of the answers, such as en or fr")
    _add_knowledge(commands)
    _add_platforms(commands)
    settings = commands.add_parser("settings", help="every variable, its value, and where that came from")
    settings.add_argument("--markdown", action="store_true", help="the variables as a table, without values")
    settings.set_defaults(run=_settings)
    completion = commands.add_parser("completion", help="print what makes a shell complete smtpbot's commands")
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])
    completion.set_defaults(run=_completion)
    return parser


def _add_explain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    explain = commands.add_parser(
        "explain",
        help="explain bounces in files: logs, replies, mails, mboxes, folders",
        description="Explain bounces. Without a format: an explanation, or a digest where there are many.",
    )
    explain.add_argument(
        "files", nargs="*", default=["-"], metavar="FILE", help="files and folders; - is standard input"
    )
    form = explain.add_mutually_exclusive_group()
    form.add_argument("--jsonl", action="store_true", help="one JSON object a failed recipient")
    form.add_argument("--csv", action="store_true", help="the same as a table")
    form.add_argument("--suppress", action="store_true", help="the addresses that are dead, one a line")
    explain.add_argument("--chart", type=Path, metavar="FILE.png", help="draw failures over time by reason")
    explain.add_argument("--cores", type=int, default=os.cpu_count() or 1, metavar="N", help="processes to use")
    explain.add_argument("--scheduler", metavar="URL", help="explain on a Dask cluster, such as tcp://10.0.0.1:8786")
    return explain


def _add_knowledge(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    knowledge = commands.add_parser("knowledge", help="check the knowledge, or an overlay of your own")
    actions = knowledge.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="every fault with file, line and field")
    check.add_argument(
        "folder", nargs="*", type=Path, metavar="FOLDER", help="overlays, laid over the knowledge in order"
    )
    check.set_defaults(run=_check)
    missing = actions.add_parser("missing", help="what a language leaves in English")
    missing.add_argument("language", metavar="TAG")
    missing.set_defaults(run=_missing)


def _add_platforms(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    started = commands.add_parser("run", help="answer in Slack and Discord, until stopped")
    started.add_argument(
        "platform", nargs="?", choices=["slack", "discord"], help="one platform; without it all that are set up"
    )
    started.set_defaults(run=_run)
    slack = commands.add_parser("slack", help="what Slack needs to create the app")
    slack.add_argument("what", choices=["manifest"], help="the manifest to paste")
    slack.add_argument("--http", metavar="URL", help="for HTTP mode: the public address that Slack sends events to")
    slack.set_defaults(run=_slack)


def _chat(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    import platformdirs

    from adapters.terminal import chat, console_for

    history = platformdirs.user_state_path("smtpbot") / "history"
    lines = None if sys.stdin.isatty() else (line for line in sys.stdin)
    chat(_bot(environ), _language(options, environ), history, lines, console_for(sys.stdout))
    return ANSWERED


def _ask(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from bot.message import Message

    text = " ".join(sys.stdin.read() if part == "-" else part for part in options.text)
    language = _language(options, environ)
    bot = _bot(environ)
    answer = bot.answer(bot.understand(Message(text, language=language, chosen=language is not None)))
    if options.json:
        from bot.answer import to_json

        print(to_json(answer).decode())
    else:
        from adapters.terminal import console_for, draw, show

        show(answer, bot.words(answer.language), console_for(sys.stdout))
        if options.svg:
            draw(answer, bot.words(answer.language), options.svg, f"smtpbot ask {text}")
    return NOT_UNDERSTOOD if answer.kind == "not_understood" else ANSWERED


def _codes(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    options.text, options.json, options.svg = [options.family or "all codes"], False, None
    return _ask(options, environ)


def _check_mailbox(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    import asyncio

    from bot.mailbox.asking import Wanted
    from bot.message import Message
    from bot.question import MailboxCheck

    language = _language(options, environ)
    rules = ("SMTPBOT_CHECK_USERS", "SMTPBOT_CHECK_CHANNELS", "SMTPBOT_CHECK_DOMAINS")
    given = {name: value for name, value in environ.items() if name not in rules}
    bot = _bot({**given, "SMTPBOT_CHECK": "on"})  # who has a terminal needs nobody's leave
    question = MailboxCheck(Wanted(options.asked, options.selector), Message(""), language or bot.knowledge.language)
    answer = asyncio.run(bot.check_once(question))
    if options.json:
        from bot.answer import to_json

        print(to_json(answer).decode())
    else:
        from adapters.terminal import console_for, show

        show(answer, bot.words(answer.language), console_for(sys.stdout))
    return ANSWERED if answer.tone != "neutral" else NOT_UNDERSTOOD


def _explain(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from adapters.explain import explain

    return explain(options, _bot(environ), _language(options, environ))


def _run(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    import asyncio

    from adapters.service import serve

    language = _language(options, environ)
    environ = environ if language is None else {**environ, "SMTPBOT_LANGUAGE": language}
    try:
        return asyncio.run(serve(environ, _bot(environ), *_places(environ), options.platform))
    except* ValueError as errors:
        for error in errors.exceptions:
            print(error, file=sys.stderr)
    return USAGE


def _slack(options: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    from adapters.slack.manifest import manifest

    print(manifest(options.http), end="")
    return ANSWERED


def _check(options: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    from adapters.tending import check

    return check(options.folder)


def _missing(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from adapters.tending import missing

    return missing(options.language, _places(environ)[0])


def _settings(options: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    from adapters.describing import listed, markdown
    from adapters.settings import with_env_file

    print(markdown() if options.markdown else "\n".join(listed(*with_env_file(os.environ))))
    return ANSWERED


def _completion(options: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    import argcomplete

    print(argcomplete.shellcode(["smtpbot"], shell=options.shell))  # type: ignore[attr-defined]  # nosec B604  # re-exported without __all__; shell is a name
    return ANSWERED


def _language(options: argparse.Namespace, environ: Mapping[str, str]) -> str | None:
    """
    The language that was chosen, without its region; None where each question's own counts.

    Raises:
        SettingWrong: there is no such language.
    """
    from adapters.settings import CommonSettings, read
    from knowledge.errors import SettingWrong
    from knowledge.loading import languages

    given = getattr(options, "lang", None)
    name, wanted = ("--lang", given) if given else ("SMTPBOT_LANGUAGE", read(CommonSettings, environ).language)
    if wanted is None:
        return None
    tag, known = wanted.replace("_", "-").split("-")[0].lower(), languages(overlays=_places(environ)[0])
    if tag not in known:
        raise SettingWrong(name, repr(wanted), f"one of {', '.join(known)}")
    return tag


def _bot(environ: Mapping[str, str]) -> "Bot":
    """The bot with the team's overlays; where those have faults, without them, and said so."""
    from bot.answering import make_bot
    from knowledge.errors import KnowledgeInvalid

    overlays, cache = _places(environ)
    from adapters.checks import check_settings

    def checks(known: "Knowledge") -> "CheckSettings | None":
        return check_settings(environ, known)

    try:
        return make_bot(overlays, cache=cache, checks=checks)
    except KnowledgeInvalid as error:
        if not overlays:
            raise
        print(error, file=sys.stderr)
        print("SMTPBOT_KNOWLEDGE is left out until that is mended.", file=sys.stderr)
        return make_bot(cache=cache, checks=checks)


def _places(environ: Mapping[str, str]) -> tuple[list[Path], Path]:
    """The team's overlays, and where the compiled knowledge is kept."""
    from adapters.settings import CommonSettings, read

    settings = read(CommonSettings, environ)
    return [Path(part) for part in settings.knowledge], Path(settings.cache) if settings.cache else _cache_folder()


def _cache_folder() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("smtpbot")


if __name__ == "__main__":
    sys.exit(main())
