"""Secrets in what an application, a server, an installer or git says."""

import base64
import json
from urllib.parse import quote

import pytest

from overlap.harness.host import secrets
from overlap.harness.host.secrets import hide, hide_dotenv, line, masked

EXAMPLE = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-proj-0123456789abcdef is wrong", "key [secret] is wrong"),
        ("Authorization: Basic abc.def-123", "Authorization: Basic [secret]"),
        ("sent Bearer abcdef123", "sent Bearer [secret]"),
        ("api_key='hushhush'", "api_key='[secret]'"),
        ("the password is mellon77 here", "the password is [secret] here"),
        ("a token is a part of a word", "a token is a part of a word"),
        ("KeyError: 'question'", "KeyError: 'question'"),
    ],
)
def test_what_looks_like_a_key_or_is_one_is_taken_out(text, expected):
    """By its shape, by the word before it, or because it was passed on; the rest is left."""
    assert masked(text, ["mellon77", "is"]) == expected


@pytest.mark.parametrize(
    "key",
    [
        "sk-abcdefghijklmnop0123456789",
        "sk-proj-abcdefghijklmnop",
        "sk-ant-api03-abcdefghijkl_-x",
        "sk-or-v1-0123456789abcdef",
        "gsk_abcdefghijklmnopqrstuvwxyz0123",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        f"AKIAIOSFODNN7EXAMPLE:{EXAMPLE}",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "gho_abcdefghijklmnopqrstuvwxyz0123456789",
        "ghs_abcdefghijklmnopqrstuvwxyz0123456789",
        "ghu_abcdefghijklmnopqrstuvwxyz0123456789",
        "github_pat_11ABCDEFG0abcdefghijkl_x",
        "glpat-abcdefghij0123456789",
        "xoxb-123456789012-123456789012-abcdefghijkl",
        "xoxp-123456789012-123456789012-abcdefghijkl",
        "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
        "r8_abcdefghijklmnopqrstuvwxyz012345678901",
        "pplx-abcdefghijklmnopqrstuvwxyz0123",
        "xai-abcdefghijklmnopqrstuvwxyz0123",
        "sk_live_abcdefghijkl",
        "rk_live_abcdefghijklmno",
        "lsv2_pt_0123456789abcdef_0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "npm_abcdefghijklmnopqrstuvwxyz0123456789",
        "pypi-AgEIcHlwaS5vcmcCJDU",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEA",
    ],
)
@pytest.mark.parametrize("around", ["{}", "no {} here", "('{}',)", "x={}", "bad_{}", '{{"k": "{}"}}'])
def test_a_key_as_its_provider_writes_it_is_taken_out_wherever_it_stands(key, around):
    """In a sentence, a tuple, behind a sign, in JSON; not a letter of it is left, but for a frame's end."""
    told = masked(around.format(key))
    assert secrets.MARK in told
    assert key[4:] not in told
    assert "MIIE" not in told
    assert len(told) <= len(around) + len(secrets.MARK) + 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("connect http://bob:hunter2URLpass@h:80/x", "connect http://[secret]@h:80/x"),
        ("postgres://bob:pw@h/db", "postgres://[secret]@h/db"),
        ("redis://:pa/ss@w@h:6379/0", "redis://[secret]@h:6379/0"),
        ("https://T0ken@github.com/a", "https://[secret]@github.com/a"),
        ("ssh://git@github.com/a", "ssh://git@github.com/a"),
        ("http://h:8080/a@b", "http://h:8080/a@b"),
        ("https://h/?a=1&api_key=x1&b=2", "https://h/?a=1&api_key=[secret]&b=2"),
        ("https://h/?token=x1#top", "https://h/?token=[secret]#top"),
        ("https://h/b?sv=2020&sig=a%2Bb", "https://h/b?sv=2020&sig=[secret]"),
        ("?X-Amz-Signature=abc&page=2", "?X-Amz-Signature=[secret]&page=2"),
        ("login failed with password hunter2xyz", "login failed with password [secret]"),
        ("password: correcthorse, user: bob", "password: [secret], user: bob"),
        ("Password is Tr0ub4dor&3.", "Password is [secret]."),
        ("{'password': \"my pass phrase\"}", "{'password': \"[secret]\"}"),
        ('{\\"password\\": \\"hunter\\"}', '{\\"password\\": \\"[secret]\\"}'),
        ("[(b'authorization', b'Bearer abcdefghij')]", "[(b'authorization', b'Bearer [secret]')]"),
        ("authorization: Bearer hunter", "authorization: Bearer [secret]"),
        ("x-api-key: qwertyuiop", "x-api-key: [secret]"),
        (f"aws_secret_access_key = {EXAMPLE}", "aws_secret_access_key = [secret]"),
        ("MY_KEY=abc", "MY_KEY=[secret]"),
        ("Cookie: session=abc; b=c", "Cookie: [secret]"),
        ("Incorrect API key provided: zzz111.", "Incorrect API key provided: [secret]."),
        ("invalid subscription key 0123456789abcdef", "invalid subscription key [secret]"),
        ("Ocp-Apim-Subscription-Key: 0123456789abcdef", "Ocp-Apim-Subscription-Key: [secret]"),
        ("AccountName=a; AccountKey=Zm9v+/YmFy==", "AccountName=a; AccountKey=[secret]"),
        ("sent Basic Ym9iOmh1bnRlcjIy to it", "sent Basic [secret] to it"),
        ('{"r.io": {"auth": "Ym9iOmh1bnRlcjIy"}}', '{"r.io": {"auth": "[secret]"}}'),
        ("_auth=Ym9iOmh1bnRlcjIy", "_auth=[secret]"),
        ("curl -s -u bob:hunter22 http://h", "curl -s -u [secret] http://h"),
        ("tool --token abcd1234efgh --fast", "tool --token [secret] --fast"),
        ("<password>hunter22</password>", "<password>[secret]</password>"),
        ("https://discord.com/api/webhooks/12345678/AbCdEfGh-1 is 404", "https://[secret] is 404"),
        ("https://x.webhook.office.com/webhookb2/0123-45@67/In/89abcdef", "https://x.[secret]"),
        (f"https://api.telegram.org/bot12345678:AA{'x' * 33}/getMe", "https://api.telegram.org/[secret]/getMe"),
        (f"SignedHeaders=host, Signature={'0f' * 32}", "SignedHeaders=host, Signature=[secret]"),
        (f"AC{'0f' * 16}:{'f0' * 16}", "[secret]"),
        ("?jwt=eyJhbGciOiJIUzI1NiJ9%2EeyJzdWIiOiIxIn0%2Eabc_DEF", "?jwt=[secret]"),
    ],
)
def test_addresses_and_what_is_announced_lose_the_secret_alone(text, expected):
    """The host, the other parameters and the sentence stay readable."""
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "commit 3f2a9c1d0e4b5a697887766554433221100ffeed against dfdb21f",
        "req_0123456789abcdef chatcmpl-9xYzAbCdEf0123456789",
        "550e8400-e29b-41d4-a716-446655440000",
        "results/2026-11-30T22-51-20-diagnosis is written",
        "max_tokens: 50, completion_tokens=128, token 17 of 30, input tokens: 1234567",
        "password authentication failed for user bob; the password must not be empty; password: required",
        "bearer of bad news; bearer authentication is needed",
        "http://127.0.0.1:43121/v1 answers 401",
        "sk-learn-pipeline task-1234567890 disk-usage-monitor-2024 risk-AB12345678901234",
        "hf_hub_download npm_config_cache sk_buff pk_id",
        "app.py:chain/own/gather/asyncio/16 strategies/langchain/abatch_as_completed/uvloop/64",
        "monkey=banana1 key=value1 steady,ttft=0.1 token_count=123456",
        "Unexpected token: <x> RateLimitError 429: token limit reached",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "openai 3.57.0 langchain-core==1.7.0 eyJ AKIA-47",
        "overhead +32.4 % (interval 12.1 to 44.0), e = 134 of 120",
        "time_to_first_token=0.2513 s, token=17 of 30, first_token: 251.3ms",
        "Basic understanding, basic authentication; auth=None; auth: HTTPBasicAuth; python -u app.py:chain",
        "api_key: Optional[str] = None, secret: SecretStr; --token is required; <key>name</key>",
        "tests/benchmarks/test_b.py::test_f[x-1] /home/me/app.py, line 12: ValueError",
    ],
)
def test_ordinary_text_is_left_as_it_is(text):
    """Commits, ids, names of runs and cells, figures, and sentences about passwords."""
    assert masked(text) == text


def test_a_hidden_value_is_taken_out_in_every_form_in_which_it_may_stand():
    """As it is, and as Python, JSON, an address and a header write it; a short one stands in ordinary words."""
    value = 'pläin "quoted" va\\lue/1'
    hide([value, "prod"])
    for form in (
        value,
        repr(value),
        json.dumps(value),
        quote(value, safe=""),
        base64.b64encode(value.encode()).decode(),
    ):
        told = masked(f"it is {form} in prod")
        assert "lue" not in told.replace("[secret]", "")
        assert told.endswith("in prod")


def test_the_password_of_a_hidden_address_is_hidden_by_itself_too():
    """A driver that was given the address says `no access for bob with s3cr%2Ft`."""
    hide(["postgres://bob:s3cr%2Ftpw@db/x"])
    assert masked("no access for bob with s3cr/tpw or s3cr%2Ftpw") == "no access for bob with [secret] or [secret]"


def test_the_beginning_of_a_secret_at_the_end_of_a_text_that_was_cut_is_taken_out():
    """Half a key is more than nothing."""
    hide(["correct-horse-battery-staple"])
    assert masked("it was correct-horse-bat") == "it was [secret]"
    assert masked("it was correct-horse-bat…") == "it was [secret]"
    assert masked("it was correct") == "it was [secret]"
    assert masked("it is corr") == "it is corr"


def test_a_secret_of_several_lines_is_hidden_line_by_line():
    """What tells of it may have taken one line out."""
    hide(["first line of a secret\nsecond line of a secret"])
    assert masked("last: second line of a secret.") == "last: [secret]."


def test_variables_whose_names_say_so_are_hidden_unasked(monkeypatch, tmp_path):
    """Here, and in a .env file that the application reads; others only where they are named."""
    monkeypatch.setenv("SERVICE_TOKEN", "plain words here")
    monkeypatch.setenv("SERVICE_NAME", "other words here")
    (tmp_path / ".env").write_text("# mine\nexport DB_PASSWORD='dotted words'\nNAME=dotless words\n")
    hide_dotenv(tmp_path / ".env")
    hide_dotenv(tmp_path / "none.env")
    hide_dotenv(tmp_path)
    said = "plain words here, other words here, dotted words, dotless words"
    assert masked(said) == "[secret], other words here, [secret], dotless words"


def test_a_child_knows_which_of_its_variables_are_hidden(monkeypatch):
    """By name: the values are in its environment, whatever they are called."""
    hide(["a value of somebody's"])
    names = secrets.hidden_among({"SHADE": "a value of somebody's", "PATH": "/bin"})
    assert names == "SHADE"
    secrets.forget()
    monkeypatch.setenv(secrets.HIDDEN_NAMES, names)
    monkeypatch.setenv("SHADE", "a value of somebody's")
    assert masked("it is a value of somebody's") == "it is [secret]"


def test_a_line_is_masked_before_it_is_cut():
    """Of a key that reaches over the end nothing is left."""
    assert line("x" * 290 + " sk-proj-0123456789abcdef") == "x" * 290 + " [secret]"
    assert line("a\x1b[31m\nb\x00c") == "a [31m b c"


@pytest.mark.parametrize("part", ["a", "-", "-a", "curl ", "AC0", "_auth=", "sk-", "A_", "://", "eyJ"])
def test_a_long_text_takes_no_longer_than_its_length(part):
    """Patterns that look back and forth would take hours for what somebody's error quotes."""
    text = part * (20_000 // len(part))
    assert len(masked(text)) <= len(text) + len(secrets.MARK)


def test_the_end_of_a_private_key_is_known_without_its_beginning():
    """Of what a program printed only the last lines are kept."""
    assert masked("MIIEowIBAAKCAQEA\nQIDAQAB==\n-----END RSA PRIVATE KEY-----") == "[secret]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://h/?code=200", "https://h/?code=200"),
        ("https://h/?session=main&a=1", "https://h/?session=main&a=1"),
        ("https://h/?auth=none#top", "https://h/?auth=none#top"),
        ("https://h/?code=4%2F0AX4XfWh9aB3", "https://h/?code=[secret]"),
        ("https://h/?a=1&code=8f3a91", "https://h/?a=1&code=[secret]"),
        ("https://h/?session=Zk3vB91x&a=1", "https://h/?session=[secret]&a=1"),
        ("https://h/?code=12345", "https://h/?code=[secret]"),
        ("https://h/?sig=abcdefghijklm", "https://h/?sig=[secret]"),
        ("https://h/?api_key=main", "https://h/?api_key=[secret]"),
    ],
)
def test_a_plain_word_or_a_status_in_an_address_is_no_secret(text, shown):
    """What could be a login's code is; a key is whatever it looks like."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        'Authorization: Digest username="Mufasa", realm="x", nonce="dcd98b71", response="6629fae4"',
        "401 for Digest nonce=dcd98b71, username=Mufasa, response=6629fae4",
        '{"authorization": "digest qop=auth, response=\\"6629fae4\\", username=\\"Mufasa\\", nonce=dcd98b71"}',
    ],
)
def test_no_field_of_a_digest_login_is_shown(text):
    """In whatever order they stand."""
    left = masked(text + "\nnext line")
    assert not any(part in left for part in ("Mufasa", "dcd98b71", "6629fae4"))
    assert left.endswith("\nnext line")


def test_a_sentence_about_a_digest_is_left_alone():
    """As the one of a file that was changed."""
    assert masked("it was changed: its digest differs") == "it was changed: its digest differs"
