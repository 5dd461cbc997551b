"""
Takes secrets out of text that came from outside, before anybody is shown it or it goes to a file.

What counts as a secret, in the order in which it is looked for:

    values that are known    of variables named by --env and by an arm's env.NAME=, and of variables whose names
                             say so (…_KEY, …_TOKEN, …_PASSWORD), here or in a .env file; also as they look in
                             Python, in JSON, in a URL and in base64
    private keys             from BEGIN to END, or to the end of the text
    URLs                     the password in front of the host, and parameters such as ?api_key= and &sig=
    shapes                   keys as their providers write them: sk-…, ghp_…, AKIA…, eyJ….eyJ….…
    logins                   Basic and base64 of name:password, curl -u name:password, <password>…</password>
    announced values         password: …, api_key=…, Authorization: Bearer …, --token …

Every place that prints or writes uses this module and its one mark. It knows the values of this process alone.
"""

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote, urlsplit

MARK = "[secret]"
HIDDEN_NAMES = "OVERLAP_HIDDEN"
"""The variable that tells a child process which of its variables hold secrets, by name."""

# Shorter ones ("none", "test") stand in ordinary words.
SHORTEST = 6
# A line of a secret of several lines that is long enough to be part of no other text.
_LONG_LINE = 16
_NAMED = re.compile(
    r"(?:^|_)(?:api_?key|key|token|secret|passwd|password|passphrase|auth|credentials?)$", re.IGNORECASE
)
# What may be an environment variable's name; anything else may be the secret itself.
_SECRET_NAME = re.compile(r"key|token|secret|passw|auth|credential", re.IGNORECASE)

_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
# The end of one whose beginning was cut off.
_PEM_END = re.compile(r"(?:[A-Za-z0-9+/=]{1,100}(?:\s|\\n)+){0,100}-----END [A-Z0-9 ]{0,40}PRIVATE KEY[^\n]*-----")
# The name and password in front of a host; a password may itself hold / or @. A port is no password, and a short
# name alone, as in ssh://git@host, is no secret.
_LOGIN = re.compile(
    r"(?<=://)(?:[^\s/@:?#\"'<>]{0,200}:(?!\d{1,5}(?:[/?#\s,;)\"']|$))[^\s\"'<>]{0,300}(?=@)"
    r"|(?![a-z]{1,12}@)[^\s/@?#\"'<>]{1,300}(?=@))"
)
# `?code=200` and `?session=main` are no secrets: a number of four digits, or a plain word.
_PARAMETER = re.compile(
    r"(?i)(?<=[?&;])((?:[\w.-]{0,60}(?:key|token|secret|passw(?:or)?d|pwd|signature|credential))="
    r"|(?:sig|auth|code|session)=(?!(?:\d{1,4}|(?-i:[a-z]{1,12}))(?:[&#\s\"'<>]|$)))"
    r"[^\s&#\"'<>]+"
)
# User, realm, nonce and response of a Digest login: fields behind one another, in any order.
_DIGEST = re.compile(r"(?i)(\bdigest\s+)(?=[a-z-]{1,20}=)[^\n]+")
# Keys as their providers publish them; a shape that an ordinary word could have needs a digit or a capital.
_SHAPES = re.compile(
    r"""(?x)(?<![A-Za-z0-9])(?:
    (?:sk|pk)-(?:proj|svcacct|admin|ant|or|lf|None)-[\w-]{8,}
    | [sr]k-(?=[A-Za-z0-9]{0,60}[A-Z0-9])[A-Za-z0-9]{12,}
    | sk-(?=[\w-]{0,60}\d)(?=[\w-]{0,60}[A-Z])[\w-]{20,}
    | csk-[A-Za-z0-9]{20,} | (?:gsk|hf|r8|npm|pnu|fw|pcsk|api_org)_(?=[A-Za-z0-9]{0,60}[A-Z0-9])[A-Za-z0-9_]{12,}
    | (?:hf|gsk|r8|npm)_[A-Za-z0-9]{24,}
    | (?:xai|pplx|tvly|nvapi|voyage|pa|key)-(?=[\w-]{0,60}\d)(?=[\w-]{0,60}[A-Za-z])[A-Za-z0-9]{16,}[\w-]*
    | (?:xai|pplx|tvly|nvapi)-[A-Za-z0-9]{24,}
    | (?:sk|rk|pk)_(?:live|test|prod)_\w{8,} | whsec_[A-Za-z0-9+/=]{16,}
    | (?:gh[pousr]|github_pat)_\w{12,} | gl(?:pat|ptt|dt|rt|cbt|ft|agent|imt|oas|soat)-[\w.-]{12,}
    | xox[abeoprs]-[\w-]{8,} | xapp-\d-[\w-]{8,} | lsv2_(?:pt|sk)_\w{12,} | lsv2[-_A-Za-z0-9]{12,}
    | AIza[\w-]{20,} | GOCSPX-[\w-]{16,} | ya29\.[\w-]{16,}
    | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}(?:[\s:,;/|"'=]{1,6}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?
    | ABSK[A-Za-z0-9+/]{40,}={0,2}
    | pypi-(?=[\w-]{0,60}[A-Z])[\w-]{16,} | rubygems_[a-f0-9]{32,} | dckr_pat_[\w-]{12,}
    | (?:dop|doo|dor)_v1_[a-f0-9]{16,} | dp\.pt\.[A-Za-z0-9]{20,} | dapi[a-f0-9]{32} | hv[sb]\.[\w-]{20,}
    | (?:glc|glsa|sntry[su]|shp(?:at|ca|pa|ss)|sbp|figd|ntn|lin_api|ph[xc]|sgp)_(?=\w{0,60}\d)[\w=+/]{16,}
    | SG\.[\w-]{16,}\.[\w-]{16,} | SK[0-9a-f]{32} | HRKU-[\w-]{20,} | PMAK-[\w-]{20,}
    | AGE-SECRET-KEY-1[A-Z0-9]{20,}
    | (?:bot)?\d{8,10}:AA[\w-]{30,} | eyJ[\w-]{6,}(?:\.|%2E)[\w-]{6,}(?:(?:\.|%2E)[\w-]*)? | LTAI[A-Za-z0-9]{16,}
    | AC[0-9a-f]{32}(?::[0-9a-f]{32})? | (?<=ignature=)[0-9A-Fa-f]{32,}
    | hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+]{16,} | hooks\.zapier\.com/hooks/[\w/]{12,}
    | discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/[\w/-]{16,}
    | (?:webhook\.office\.com/webhookb2|outlook\.office\.com/webhook)/[\w/@-]{16,}
    )"""
)
_SCHEME = r"(?:(?:bearer|basic|token|digest|apikey|negotiate)\s+)?"
_QUOTED = r"\\*\"[^\"\n]*\"?|\\*'[^'\n]*'?"
# A name that says a secret follows, then `=` or `:` (in a list of pairs a comma), then the value.
_ANNOUNCED = re.compile(
    r"(?i)(?P<name>[\w-]{0,40}(?:(?:api|access|private|signing|secret|subscription|account|master"
    r"|client|encryption)[-_ ]?key(?:[-_ ]?id)?"
    r"|secret|token|passwd|password|passphrase|pwd|credentials?|authorization|cookie)|[A-Z0-9_]{1,40}_(?-i:KEY|PASS))"
    r"(?P<sep>(?:\s+(?:provided|given|sent|used))?\\*[\"']?\s*(?:[:=]|=>)\s*|\\*[\"']\s*,\s*(?=b?\\*[\"']))"
    rf"(?P<value>b?(?:{_QUOTED})|{_SCHEME}[^\s,;)}}\]>\"'\\]+)"
)
_BARE = re.compile(
    r"(?i)(?<![A-Za-z0-9])(?P<name>password|passphrase|passwd|pwd|(?:api|subscription|access)[-_ ]key|bearer"
    r"|(?<![\w-])--?[\w-]{0,40}(?:token|secret|key))(?P<sep>\s+(?:(?:is|was|of)\s+)?)"
    r"(?P<value>[\"'][^\"'\n]+[\"']|[^\s,;)}\]>\"']+)"
)
# A name and a password in base64, as HTTP and the files of package tools have them.
_BASIC = re.compile(
    r"(?i)(?P<before>\bbasic\s+|\b_?auth\\*[\"']?\s*[:=]\s*\\*[\"']?)(?P<value>[A-Za-z0-9+/]{8,400}={0,2})"
)
_LOGIN_OPTION = re.compile(r"(\bcurl\s(?:[^\n]{0,200}\s)?(?:-u\s*|--user[= ]))[^\s:]{1,100}:\S+")
_ELEMENT = re.compile(
    r"(?i)(<[\w:.-]{0,40}(?:password|passwd|secret|token|(?:api|access|secret)[-_]?key)>)[^<\n]{1,4000}(?=</)"
)
_COOKIE = re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\n\"']+")
# Words that follow such a name in a sentence about it.
_ORDINARY = frozenset(
    [
        "none",
        "null",
        "nil",
        "true",
        "false",
        "empty",
        "required",
        "missing",
        "invalid",
        "incorrect",
        "wrong",
        "expired",
        "unknown",
        "unset",
        "undefined",
        "must",
        "cannot",
        "can",
        "is",
        "was",
        "are",
        "not",
        "no",
        "the",
        "a",
        "an",
        "of",
        "for",
        "from",
        "to",
        "in",
        "and",
        "or",
        "has",
        "with",
        "at",
        "by",
        "on",
        "it",
        "its",
        "this",
        "that",
        "be",
        "too",
        "authentication",
        "failed",
        "field",
        "value",
        "values",
        "protected",
        "optional",
        "given",
        "found",
        "used",
        "provided",
        "error",
        "denied",
        "rejected",
        "refused",
        "revoked",
        "bad",
        "absent",
        "header",
        "headers",
        "variable",
        "environment",
        "name",
        "names",
        "env",
        "default",
        "string",
        "str",
        "secretstr",
        "int",
        "float",
        "bytes",
        "type",
        "object",
        "module",
        "redacted",
        "masked",
        "hidden",
    ]
)
# How many tokens there are, or when the first came.
_FIGURE = re.compile(r"\d{1,4}|\d{1,6}\.\d{0,9}(?:ms|s)?")
_UNLIKE_A_WORD = re.compile(r"\d|[a-z][A-Z]|[_!@#$%^&*+=/~]")

_hidden: dict[str, None] = {}


def hide(values: Iterable[str]) -> None:
    """Take *values* out of every text from now on, in this process; what is too short to be a secret is left."""
    _hidden.update(dict.fromkeys(value for value in values if len(value.strip()) >= SHORTEST))


def hide_dotenv(file: Path) -> None:
    """Hide the values of a `.env` file's variables whose names say that they are secret."""
    try:
        text = file.read_text(encoding="utf-8") if file.is_file() and file.stat().st_size < 1_000_000 else ""
    except (OSError, ValueError):
        return
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and _NAMED.search(name.strip()):
            hide([value.strip().strip("\"'")])


def forget() -> None:
    """Hide nothing that was hidden by value."""
    _hidden.clear()


def hidden_among(variables: Mapping[str, str]) -> str:
    """Return the names of those *variables* that are hidden, with commas, as `HIDDEN_NAMES` holds them."""
    return ",".join(name for name, value in variables.items() if value in _hidden)


def known(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return what is hidden by its value: what was given, and variables of *environ* whose names say so."""
    names = environ.get(HIDDEN_NAMES, "").split(",")
    named = [value for name, value in environ.items() if name in names or _NAMED.search(name)]
    return [*_hidden, *(value for value in named if len(value.strip()) >= SHORTEST)]


def shown(name: str, value: str) -> str:
    """
    Return *value* of the variable *name* as it may be told: short ones alone, under a name that says nothing.

    >>> shown("SHADE", "blue"), shown("SHADE", "turquoise"), shown("API_KEY", "blue")
    ('blue', '[secret]', '[secret]')
    """
    return MARK if len(value) >= SHORTEST or _SECRET_NAME.search(name) else value


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """
    Return *text* without *secrets*, without those that are known here, and without what looks like one.

    >>> masked("401 for key sk-proj-0123456789abcdef, Authorization: Bearer abcdef123")
    '401 for key [secret], Authorization: Bearer [secret]'
    >>> masked("cannot connect to postgres://bob:pa/ss@db:5432/x?sslmode=require")
    'cannot connect to postgres://[secret]@db:5432/x?sslmode=require'
    """
    for secret in _forms((*known(), *secrets)):
        text = text.replace(secret, MARK)
        text = _without_its_beginning(text, secret)
    text = _PEM.sub(MARK, text)
    if "-----END" in text:
        text = _PEM_END.sub(MARK, text)
    text = _LOGIN.sub(MARK, text)
    text = _DIGEST.sub(rf"\1{MARK}", _PARAMETER.sub(rf"\1{MARK}", text))
    text = _COOKIE.sub(rf"\1{MARK}", _SHAPES.sub(MARK, text))
    text = _ELEMENT.sub(rf"\1{MARK}", _LOGIN_OPTION.sub(rf"\1{MARK}", _BASIC.sub(_basic, text)))
    return _BARE.sub(_bare, _ANNOUNCED.sub(_announced, text))


def line(text: str, most: int = 300) -> str:
    """Return *text* in one line of *most* characters; masked before it is cut, or half a secret would be left."""
    whole = " ".join("".join(each if each.isprintable() else " " for each in masked(text)).split())
    return whole if len(whole) <= most else f"{whole[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


@lru_cache(1000)
def word(text: str) -> str:
    """Return *text*, an error's name that is met thousands of times, as `line` does."""
    return line(text)


def _forms(secrets: tuple[str, ...]) -> list[str]:
    """Return every form in which *secrets* may stand in a text, the longest first."""
    forms = {form for secret in secrets for form in _forms_of(secret)}
    return sorted((each for each in forms if len(each) >= SHORTEST), key=len, reverse=True)


@lru_cache(256)
def _forms_of(secret: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_each_form(secret)))


def _each_form(secret: str) -> Iterator[str]:
    bare = secret.strip()
    if len(bare) < SHORTEST:
        return
    parts = [bare, *(each.strip() for each in bare.splitlines() if len(each.strip()) >= _LONG_LINE)]
    # Of an address with a password in it the password is the secret, wherever it is told by itself.
    try:
        password = urlsplit(bare).password
    except ValueError:
        password = None
    parts += [password, unquote(password)] if password else []
    for part in parts:
        yield part
        yield repr(part)[1:-1]
        yield json.dumps(part)[1:-1]
        yield json.dumps(part, ensure_ascii=False)[1:-1]
        yield quote(part, safe="")
        yield quote_plus(part)
        yield base64.b64encode(part.encode("utf-8", "surrogateescape")).decode().rstrip("=")


def _without_its_beginning(text: str, secret: str) -> str:
    """Take the beginning of *secret* off the end of a *text* that was cut off within it."""
    bare = text.rstrip("\N{HORIZONTAL ELLIPSIS}.")
    for length in range(min(len(secret) - 1, len(bare)), SHORTEST - 1, -1):
        if bare.endswith(secret[:length]):
            return f"{bare[:-length]}{MARK}"
    return text


def _announced(match: re.Match[str]) -> str:
    name, sep, value = match["name"], match["sep"], match["value"]
    scheme = re.match(rf"(?i)(?:b(?=\\*[\"']))?\\*[\"']?{_SCHEME}", value)
    before = scheme[0] if scheme else ""
    rest = value[len(before) :]
    if "=" in sep:
        rest = rest.partition("&")[0]
    bare = rest.rstrip("\"'\\.")
    first = bare.casefold().rstrip(":!?").partition("[")[0]
    if not bare or bare.startswith(MARK[:-1]) or first in _ORDINARY:
        return match[0]
    if name.casefold().endswith("token") and _FIGURE.fullmatch(bare):
        return match[0]
    if re.search(r"(?i)token$", name) and ":" in sep and not _secret_like(bare, 8) and not before:
        return match[0]
    return f"{name}{sep}{before}{MARK}{value[len(before) + len(bare) :]}"


def _basic(match: re.Match[str]) -> str:
    """Mask what is base64 of a name, a colon and a password."""
    try:
        plain = base64.b64decode(match["value"] + "==").decode()
    except ValueError:
        return match[0]
    return f"{match['before']}{MARK}" if ":" in plain and plain.isprintable() else match[0]


def _bare(match: re.Match[str]) -> str:
    value = match["value"]
    bare = value.strip("\"'").rstrip(".:")
    least = 4 if match["name"].casefold().startswith(("pass", "pwd")) else 8
    quoted = value[0] in "\"'" and match["name"].casefold() != "bearer"
    if bare.startswith(MARK[:-1]) or bare.casefold() in _ORDINARY or not (quoted or _secret_like(bare, least)):
        return match[0]
    return f"{match['name']}{match['sep']}{value.replace(bare, MARK)}"


def _secret_like(value: str, least: int) -> bool:
    """Tell whether *value* is unlike a word of a sentence: it has a digit or a sign in it, or is very long."""
    return len(value) >= 16 or (len(value) >= least and bool(_UNLIKE_A_WORD.search(value)))
