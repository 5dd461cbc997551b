"""What cannot be meant is one line and exit 2, whatever it is: command lines and files drawn from a seed."""

from collections import Counter

import pytest

from overlap.harness.cli import main

LONGEST = 520


def outcome(words, capsys, started):
    """Carry out *words*; return the exit code, or "started", and what was said on stderr."""
    try:
        main(words, prog_name="overlap")
        code = 0
    except SystemExit as ended:
        code = ended.code
    except started:
        code = "started"
    return code, capsys.readouterr().err


def listing(folder):
    """Return what there is below *folder*, without what Python keeps of its own."""
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


def judge(found, words, folder, before):
    """Fail unless a mistake was one line and left nothing behind."""
    code, said = found
    assert code in {0, 2, "started"}, (words, found)
    if code == 2:
        assert said.startswith("overlap: "), (words, said)
        assert said.count("\n") == 1, (words, said)
        assert said.endswith("\n"), (words, said)
        assert len(said) <= LONGEST, (words, said)
        assert "Traceback" not in said
        assert listing(folder) == before, words


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("seed", "count"), [(7, 300), pytest.param(11, 2000, marks=pytest.mark.slow)], ids=["some", "2000"]
)
def test_a_command_line_nobody_could_mean_is_one_line(seed, count, drawn, odd_folder, nothing_starts, capsys):
    """Every option of every command, with values that are odd; nothing was started and no folder made."""
    seen = Counter()
    before = listing(odd_folder)
    for words in drawn.lines(seed, count):
        found = outcome(words, capsys, nothing_starts)
        judge(found, words, odd_folder, before)
        before = listing(odd_folder) if found[0] != 2 else before
        seen[words[0], found[0]] += 1
    refused = {name for (name, code) in seen if code == 2}
    assert refused >= {"bench", "claims", "compare", "diagnose", "gate", "list", "load", "record", "report", "slo"}
    # Most could not be meant; had every one been refused, or none, something else would be tested than is said.
    assert count / 2 < sum(many for (_, code), many in seen.items() if code == 2) < count


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("seed", "count"), [(7, 200), pytest.param(11, 2000, marks=pytest.mark.slow)], ids=["some", "2000"]
)
def test_a_damaged_file_is_one_line(seed, count, drawn, odd_folder, nothing_starts, capsys):
    """TOML, inputs, traces, budgets, gate files and recordings, changed at random."""
    seen = Counter()
    for words, name, content in drawn.damaged(seed, count):
        (odd_folder / name).write_bytes(content)
        before = listing(odd_folder)
        found = outcome(words, capsys, nothing_starts)
        if words[0] == "gate" and found[0] in {1, 3, 4}:
            continue  # the change left a file that can be judged
        judge(found, (words, content[:300]), odd_folder, before)
        (odd_folder / name).unlink()
        seen[name.partition("-")[2], found[0]] += 1
    assert {name for (name, code) in seen if code == 2} == {*drawn.WHOLE}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bench", "."], "no module '.'"),
        (["bench", "json.tool"], "json.tool is no scenario: it has no PLAN"),
        (["bench", "--strategies", "json.tool"], "json.tool is no strategy: it has no run()"),
        (["bench", "--clients", "json.tool"], "json.tool is no client: it has no client()"),
        (["bench", "--arrivals", "os.path"], "os.path is no kind of arrivals: it has no due_times()"),
        (["bench", "--strategies", "unittest.__main__"], "unittest.__main__ cannot be imported: SystemExit"),
        (["bench", "--strategies", "invok"], "no strategy 'invok'; there are: abatch, "),
        (["bench", "strategis"], "did you mean strategies"),
        (["bench", "strategis"], ": overlap list scenarios"),
        (["bench", "--seed", str(10**26)], "seed must lie between -2^63 and 2^63, not a number of 27 digits"),
        (["load", "--seed", str(10**26), "--time", "1"], "seed must lie between"),
        (["diagnose", "app.py:chain", "--seed", str(10**26)], "seed must lie between"),
        (["bench", "--server", "'"], "is no command: no closing quotation"),
        (["bench", "--server", ""], "server is empty"),
        (["bench", "--server", "no-such-program --port 0"], "there is no command 'no-such-program'"),
        (["bench", "--name", "x" * 300], "name may have up to 80 letters"),
        (["bench", "--inputs", "pipe"], "it is no regular file but a pipe or a device"),
        (["bench", "--inputs", "/dev/zero"], "it is no regular file but a pipe or a device"),
        (["bench", "--inputs", "huge.jsonl"], "it has 3,072 MiB, and 256 are allowed"),
        (["bench", "--inputs", "folder"], "it is a folder"),
        (["bench", "--config", "pipe"], "it is no regular file but a pipe or a device"),
        (["bench", "--config", "odd.toml"], "it is not TOML: "),
        (["bench", "--arrivals", "trace,file=pipe"], "it is no regular file but a pipe or a device"),
        (["bench", "--arrivals", "trace,file=nan.csv"], "nan.csv, line 2: "),
        (["gate", "--replay", "/dev/zero"], "it is no regular file but a pipe or a device"),
        (["gate", "--budgets", "pipe", "run"], "it is no regular file but a pipe or a device"),
        (["gate", "--base", ".", "--slot", "nan"], "'nan' is no number"),
        (["gate", "--base", ".", "--out", "app.py"], "cannot write to app.py: "),
        (["gate", "--base", ".", "--out", "app.py/x/y"], "app.py is no folder"),
        (["gate", "--budgets", "limit.toml", "run", "--out", "pipe"], "pipe is no folder"),
        (["bench", "--api-key-env", "sk-abcdefgh0123"], "api_key_env is for a real endpoint: give its base_url"),
        (["record", "--check", "pipe"], "it is no regular file but a pipe or a device"),
        (["claims", "--with", "x==1; rm -rf /"], "names no version; write it as in langchain-core==1.2.0"),
        (["claims", "--with", "langchain-core==../../x"], "names no version"),
        (["claims", "--with", "x @ file:///etc"], "names no version"),
        (["claims", "--with", "--index-url=http://h"], "names no version"),
        (["compare", "run", "run", "--allow", "nope"], "no circumstance is called 'nope'; there are"),
        (["list", "runs", "--results", "/nonexistent"], "there is no folder /nonexistent"),
        (["bench", "--sede", "1"], "no option '--sede'; did you mean --seed"),
        (["bench", "--sede", "1"], "overlap bench --help"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_a_mistake_says_what_it_is_and_what_there_is(words, said, odd_folder, nothing_starts, capsys):
    """In one line, before anything is begun."""
    before = listing(odd_folder)
    code, told = outcome(words, capsys, nothing_starts)
    assert code == 2
    assert said in told
    judge((code, told), words, odd_folder, before)


@pytest.mark.parametrize(
    "wanted",
    [
        "langchain-core==1.2.0",
        "openai>=2,<3",
        "x[a,b]~=1.0",
        "x==1.*",
        "x==1.0rc1",
        "x===2!1.0.post1+abc.1",
    ],
)
def test_versions_as_people_write_them_are_taken(wanted):
    """What is refused is what is none."""
    from overlap.harness.claims.other_versions import name_of

    assert name_of(wanted) in {"langchain-core", "openai", "x"}


@pytest.mark.usefixtures("odd_folder")
def test_a_run_folder_without_runs_says_so(capsys):
    """An empty table would leave open whether the folder was found."""
    main(["list", "runs"], standalone_mode=False)
    assert "there is no folder results" in capsys.readouterr().out
    main(["list", "runs", "--results", "folder"], standalone_mode=False)
    assert "there is no run in folder" in capsys.readouterr().out
