"""What an application is asked: files of inputs, and the tag in each of them."""

from itertools import islice

import pytest

from overlap.harness.application.inputs import questions, read, tagged
from overlap.harness.application.shape import shape
from overlap.harness.text.mistakes import Mistake


def test_inputs_come_in_turn_and_again(tmp_path):
    """Texts, objects as they are, and objects that only name a question; blank lines are none."""
    file = tmp_path / "questions.jsonl"
    file.write_text('"one"\n\n{"question": "two"}\n{"a": "three", "b": 3}\n')
    assert list(islice(questions(str(file), 7), 4)) == ["one", "two", {"a": "three", "b": 3}, "one"]


def test_a_text_file_has_one_a_line_and_a_json_file_an_array(tmp_path):
    """The name's ending says which."""
    (tmp_path / "q.txt").write_text("one\r\n\n  two\n")
    (tmp_path / "q.json").write_text('["one", {"messages": []}]')
    assert read(str(tmp_path / "q.txt")) == ("one", "two")
    assert read(str(tmp_path / "q.json")) == ("one", {"messages": []})


def test_without_a_file_the_questions_are_the_same_for_the_same_seed():
    """And others for another."""
    first, again, other = (list(islice(questions(None, seed), 20)) for seed in (7, 7, 8))
    assert first == again != other


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("q.jsonl", b'"one"\n{"two": \n', r"q\.jsonl, line 2: it is not JSON"),
        ("q.jsonl", b'"one"\n\n3\n', r"q\.jsonl, line 3: a text, an object or an array is wanted, not a number"),
        ("q.jsonl", b'{"question": ""}', r"line 1: it holds nothing to ask"),
        ("q.jsonl", b'"one"\n"\xff"\n', r"q\.jsonl, line 2: it is not UTF-8 text"),
        ("q.jsonl", b"\n \n", r"q\.jsonl holds no inputs"),
        ("q.json", b'{"a": 1}', r"q\.json: an array of inputs is wanted, not an object"),
        ("q.json", b'["one", null]', r"q\.json, input 2: it holds nothing to ask"),
        ("q.txt", b"", r"q\.txt holds no inputs"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path, name, content, said):
    """One line with the file, the line and the reason."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Mistake, match=said):
        read(str(tmp_path / name))


def test_a_file_that_is_not_there_is_named(tmp_path):
    """By its name and the system's reason."""
    with pytest.raises(Mistake, match=r"cannot read gone\.jsonl: No such file"):
        read(str(tmp_path / "gone.jsonl"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Why?", "[call 7] Why?"),
        ({"question": "Why?", "context": "x" * 99}, {"question": "[call 7] Why?", "context": "x" * 99}),
        ({"a": "short", "b": "the longest of them"}, {"a": "short", "b": "[call 7] the longest of them"}),
        ({"n": 3, "deep": {"topic": "rain"}}, {"n": 3, "deep": {"topic": "[call 7] rain"}}),
        (
            {
                "messages": [
                    {"role": "system", "content": "Be very brief."},
                    {"role": "user", "content": "Why?"},
                ]
            },
            {
                "messages": [
                    {"role": "system", "content": "Be very brief."},
                    {"role": "user", "content": "[call 7] Why?"},
                ]
            },
        ),
        ({"messages": [["user", "Why?"]]}, {"messages": [["user", "[call 7] Why?"]]}),
        (
            [{"role": "user", "content": [{"type": "text", "text": "Why?"}]}],
            [{"role": "user", "content": [{"type": "text", "text": "[call 7] Why?"}]}],
        ),
        ({"n": 3}, {"n": 3}),
    ],
)
def test_the_tag_stands_before_the_question_wherever_it_is(value, expected):
    """It is what the call and the server's journal find each other by; without a text there is no place for it."""
    assert tagged(value, "7") == expected


def test_the_input_itself_is_left_as_it_was():
    """It is asked again by other calls."""
    value = {"messages": [{"role": "user", "content": "Why?"}]}
    tagged(value, "7")
    assert value == {"messages": [{"role": "user", "content": "Why?"}]}


class Schemed:
    """Says what it takes, as LangChain's runnables do."""

    def __init__(self, schema):
        self._schema = schema

    def get_input_jsonschema(self):
        """Return the schema."""
        return self._schema


def test_a_question_takes_the_shape_that_the_application_says_it_wants():
    """A conversation for a graph, each variable of a prompt that has several, else a plain text."""
    text = {"type": "string"}
    conversation = Schemed({"type": "object", "properties": {"messages": {"type": "array"}}})
    two = Schemed({"type": "object", "properties": {"a": text, "b": text}, "required": ["a", "b"]})
    one = Schemed({"type": "object", "properties": {"a": text}, "required": ["a"]})
    assert shape(conversation)("Why?") == {"messages": [{"role": "user", "content": "Why?"}]}
    assert shape(two)("Why?") == {"a": "Why?", "b": "Why?"}
    assert shape(one)("Why?") == shape(object())("Why?") == "Why?"
    assert shape(two)({"a": "x", "b": "y"}) == {"a": "x", "b": "y"}
