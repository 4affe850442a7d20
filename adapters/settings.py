"""
Every environment variable, in typed places: what each is for, what it takes, and where its value came from.

A settings type is a frozen struct whose fields are annotated with `variable`; nothing else describes a setting. This
room knows the variables that all adapters share; each platform's own stand in its folder. It reads mappings, never
the environment.
"""

import os
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from knowledge.errors import SettingMissing, SettingWrong

Kind = typing.TypeVar("Kind", bound=msgspec.Struct)
Origin = Literal["environment", ".env", "usual"]
SWITCHES = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}
MASK = "••••"
ENV_FILE = ".env"


def variable(
    name: str, about: str, takes: str = "", *, secret: bool = False, separator: str = ",",
    pattern: str | None = None, least: float | None = None, most: float | None = None,
) -> msgspec.Meta:  # fmt: skip
    """
    Describe a field that is read from the environment.

    Args:
        name: the variable.
        about: what it does, for README and ``smtpbot settings``.
        takes: what it may be, where the field's type does not say so.
        secret: its value is never shown.
        separator: between the parts of a field that is a tuple.
        pattern: what a text has to match, searched from its beginning.
        least: the smallest number; *most* the largest.
    """
    facts: dict[str, Any] = {"variable": name, "about": about, "takes": takes, "secret": secret, "separator": separator}
    if least is not None or most is not None:
        return msgspec.Meta(extra=facts, ge=least, le=most)
    return msgspec.Meta(extra=facts, pattern=pattern)


class Variable(msgspec.Struct, frozen=True):
    """One variable as its field describes it; *usual* is what it is when not given, None where nothing is."""

    field: str
    name: str
    about: str
    takes: str
    secret: bool
    separator: str
    hint: Any
    required: bool
    usual: Any


class CommonSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every command and adapter shares."""

    language: Annotated[
        str, variable("SMTPBOT_LANGUAGE", "the language of the answers in a terminal; in chats, where neither the "
                      "asker nor the question tells one", "a language tag, such as fr",
                      pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    ] | None = None  # fmt: skip
    knowledge: Annotated[
        tuple[str, ...], variable("SMTPBOT_KNOWLEDGE", "folders of your own knowledge, laid over what is shipped",
                                  "folders separated by `:`", separator=os.pathsep)
    ] = ()  # fmt: skip
    cache: Annotated[
        str, variable("SMTPBOT_CACHE", "where the compiled knowledge is kept; without it, the user's cache folder")
    ] | None = None  # fmt: skip
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], variable("SMTPBOT_LOG_LEVEL", "how much is logged")
    ] = "INFO"
    log_format: Annotated[
        Literal["text", "json"], variable("SMTPBOT_LOG_FORMAT", "log lines for people, or one JSON object a line")
    ] = "text"
    metrics_host: Annotated[
        str, variable("SMTPBOT_METRICS_HOST", "where `/metrics`, `/healthz` and `/readyz` are served", "an address")
    ] = "0.0.0.0"  # noqa: S104  # nosec B104  # probes come from outside of a container
    metrics_port: Annotated[
        int, variable("SMTPBOT_METRICS_PORT", "the port of the same; without it, they are not served", least=1,
                      most=65_535)
    ] | None = None  # fmt: skip


def read(kind: type[Kind], given: Mapping[str, str]) -> Kind:
    """
    Read one settings type from variables; what is empty counts as not given.

    Raises:
        SettingMissing: a variable that the type needs is not given.
        SettingWrong: a value cannot be taken; one line that names the variable, what it got and what it takes.
    """
    values = {}
    for one in variables(kind):
        text = given.get(one.name, "").strip()
        if text:
            values[one.field] = _value(one, text)
        elif one.required:
            raise SettingMissing(one.name, one.about)
    return kind(**values)


def variables(kind: type[msgspec.Struct]) -> Iterator[Variable]:
    """The variables of a settings type, in the order of its fields."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        hint = _without_none(hints[field.name])
        facts = next(meta.extra for meta in typing.get_args(hint) if isinstance(meta, msgspec.Meta))
        assert facts is not None  # `variable` always gives some
        yield Variable(
            field.encode_name, str(facts["variable"]), str(facts["about"]), str(facts["takes"]) or _taken(hint),
            bool(facts["secret"]), str(facts["separator"]), hint, field.required,
            None if field.required else field.default,
        )  # fmt: skip


def shown(one: Variable, given: Mapping[str, str]) -> str:
    """A variable's value for people to read; a secret is masked."""
    text = given.get(one.name, "").strip()
    if text:
        return MASK if one.secret else text
    if isinstance(one.usual, bool):
        return "on" if one.usual else "off"
    return "" if one.usual in (None, ()) else str(one.usual)


def with_env_file(environ: Mapping[str, str], path: Path = Path(ENV_FILE)) -> tuple[dict[str, str], dict[str, Origin]]:
    """The environment over a file of ``NAME=value`` lines, if there is one; and where each name came from."""
    origins: dict[str, Origin] = dict.fromkeys(environ, "environment")
    if not path.is_file():
        return dict(environ), origins
    from dotenv import dotenv_values

    from_file = {name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None}
    return {**from_file, **environ}, {**dict.fromkeys(from_file, ".env"), **origins}


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(option for option in typing.get_args(hint) if option is not type(None))
    return hint


def _value(one: Variable, text: str) -> Any:
    plain = typing.get_args(one.hint)[0]
    value: Any = text
    if plain is bool:
        value = SWITCHES.get(text.lower(), text)
    elif typing.get_origin(plain) is tuple:
        value = [part.strip() for part in text.split(one.separator) if part.strip()]
    elif typing.get_origin(plain) is Literal:
        value = next((option for option in typing.get_args(plain) if option.lower() == text.lower()), text)
    try:
        return msgspec.convert(value, one.hint, strict=False)
    except msgspec.ValidationError:
        got = "what it got" if one.secret else repr(text)
        raise SettingWrong(one.name, got, one.takes) from None


def _taken(hint: Any) -> str:
    """What a field takes, told from its type."""
    plain, *metas = typing.get_args(hint)
    if plain is bool:
        return "on or off"
    if typing.get_origin(plain) is Literal:
        return "one of " + ", ".join(typing.get_args(plain))
    if plain in (int, float):
        meta = next(meta for meta in metas if isinstance(meta, msgspec.Meta))
        least, most = (f"{bound}" if bound is not None else "" for bound in (meta.ge, meta.le))
        return f"a number from {least} to {most}" if most else f"a number from {least} on"
    return "a text"
