# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_reader import (
    Array,
    Other,
    Table,
    Text,
    read_toml,
)
from ansible_collections.linux.tcp.plugins.module_utils._errors import ConfigurationSyntaxError

if t.TYPE_CHECKING:
    from ansible_collections.linux.tcp.plugins.module_utils._container_defaults.toml_reader import Value


def plain(value: Value) -> t.Any:
    """Return a value as dictionaries, lists and texts; what is neither becomes None."""
    if isinstance(value, Table):
        return {name: plain(one) for name, one in value.items.items()}
    if isinstance(value, Array):
        return [plain(one) for one in value.items]
    return value.text if isinstance(value, Text) else None


def without_others(value: t.Any) -> t.Any:
    """Return what tomllib has read in the same form."""
    if isinstance(value, dict):
        return {name: without_others(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_others(one) for one in value]
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("# only\n\n  # comments", {}, id="comments"),
        pytest.param("[a]\nb = 'x' # y\n", {"a": {"b": "x"}}, id="a table"),
        pytest.param(
            "[a]\r\nb = [\r\n'x', # y\r\n \"z\",\r\n]\r\n", {"a": {"b": ["x", "z"]}}, id="an array over lines"
        ),
        pytest.param("a.b = [ ]\na.c = 'x'", {"a": {"b": [], "c": "x"}}, id="dotted keys"),
        pytest.param("['a b'.\"c\"]\n'' = 'x'", {"a b": {"c": {"": "x"}}}, id="quoted keys"),
        pytest.param("[ a . b ]\n[a]\nc=''", {"a": {"b": {}, "c": ""}}, id="a table above, later"),
        pytest.param("a = {b = ['x'], c.d = {}}", {"a": {"b": ["x"], "c": {"d": {}}}}, id="an inline table"),
        pytest.param("a = ['x', {append=true}]", {"a": ["x", {"append": None}]}, id="an array with an attribute"),
        pytest.param("[[a]]\nb='x'\n[a.c]\n[[a]]\n", {"a": [{"b": "x", "c": {}}, {}]}, id="arrays of tables"),
        pytest.param('a = """\nx\\\n   y "" z"""', {"a": 'xy "" z'}, id="a long string"),
        pytest.param("a = '''x\n'y'''", {"a": "x\n'y"}, id="a long literal string"),
        pytest.param('a = """x"""""', {"a": 'x""'}, id="quotation marks before the last three"),
        pytest.param(r'a = "\u0041\U0001F600\t\"\\"', {"a": 'A\U0001f600\t"\\'}, id="escapes"),
        pytest.param(
            "a=[1,-0,1_0,0x1f,1.5e3,inf,true,1979-05-27T07:32:00Z,1979-05-27 07:32:00.5,07:32:00]",
            {"a": [None] * 10},
            id="values that are only recognised",
        ),
    ],
)
def test_documents(text: str, found: dict[str, t.Any]) -> None:
    assert plain(read_toml(text.encode())) == found


def test_lines_are_counted() -> None:
    table = read_toml(b'# x\n[a]\nb = [\n  """x\ny""",\n  "z",\n]\nc = 1\n').items["a"]
    assert isinstance(table, Table)
    found = table.items["b"]
    assert isinstance(found, Array)
    assert (table.line, found.line, found.items) == (2, 3, [Text("x\ny", 4), Text("z", 6)])
    assert table.items["c"] == Other("1", 8)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param(b"a = 'x'\nb = '\xff'", 2, "it is not UTF-8", id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbfa = 'x'", 1, "there is no key", id="a byte order mark"),
        pytest.param(b"a = 'x'\nb", 2, "there is no '='", id="no value"),
        pytest.param(b"a =\n'x'", 1, "there is no value", id="a value on the next line"),
        pytest.param(b"a = x", 1, "there is no value", id="a text without quotation marks"),
        pytest.param(b"a = 01", 1, "there is no value", id="a number with a leading zero"),
        pytest.param(b"a = 'x' 'y'", 1, "there is more on the line than a key and its value", id="two values"),
        pytest.param(b"a = ['x' 'y']", 1, "there is no ']'", id="no comma"),
        pytest.param(b"a = [\n'x',\n", 3, "there is no value", id="an array without an end"),
        pytest.param(b"a = {b = 1,}", 1, "there is no key", id="a comma at the end of an inline table"),
        pytest.param(b"a = {b = 1\n}", 1, "there is no '}'", id="an inline table over lines"),
        pytest.param(b"a = 'x", 1, "a string does not end", id="a literal string without an end"),
        pytest.param(b'a = "x\n"', 1, "a string does not end", id="a string over lines"),
        pytest.param(b'a = "\\x41"', 1, "a string has an unknown escape", id="an escape of TOML 1.1"),
        pytest.param(b'a = "\\ud800"', 1, "a string has an escape that stands for no character", id="a surrogate"),
        pytest.param(b"a = 1\na = 2", 2, "a is defined again", id="a key twice"),
        pytest.param(b"[a]\n[a]", 2, "a is defined again", id="a table twice"),
        pytest.param(b"[a]\n[[a]]", 2, "a is defined again", id="a table and an array of tables"),
        pytest.param(b"a = []\n[[a]]", 2, "a is defined again", id="an array and an array of tables"),
        pytest.param(b"a = {}\n[a.b]", 2, "a is no table to which a header adds", id="more of an inline table"),
        pytest.param(b"[a.b]\n[a]\nb.c = 1", 3, "b is defined elsewhere", id="more of a table by a dotted key"),
        pytest.param(b"[a] b = 1", 1, "there is more on the line than a key and its value", id="a key behind a header"),
        pytest.param(b"a = 'x\0'", 1, "a string does not end", id="a control character"),
        pytest.param(b"# \0", 1, "there is no key", id="a control character in a comment"),
        pytest.param(b"a = 'x'\rb = 'y'", 1, "there is more on the line than a key and its value", id="a lone CR"),
        pytest.param(b"a = " + b"[" * 60, 1, "arrays and tables are too deep", id="deep arrays"),
    ],
)
def test_what_is_not_certain_is_refused(text: bytes, line: int, message: str) -> None:
    with pytest.raises(ConfigurationSyntaxError) as refused:
        read_toml(text)
    assert (str(refused.value), refused.value.details) == (message, {"line": line})


# Parts of documents, of which random ones are made; most are no TOML.
PARTS = [
    *(
        "[containers]",
        "[crio.runtime]",
        "[[a]]",
        "[a.b]",
        "[",
        "]",
        "{",
        "}",
        ",",
        "=",
        ".",
        "\n",
        "\r\n",
        " ",
        "\t",
        "\r",
    ),
    *("default_sysctls", "a", "b", "containers", "a.b", "'a'", '"b"', "a = ", "default_sysctls = [", "append = true"),
    *(
        '"net.ipv4.tcp_keepalive_time=60"',
        "'x=1'",
        '"""',
        "'''",
        '"',
        "'",
        "\\",
        "\\\n",
        "\\u0041",
        "\\x41",
        "#",
        "# x\n",
    ),
    *(
        "1",
        "-1.5",
        "0x1F",
        "1_0",
        "01",
        "1e5",
        "true",
        "false",
        "inf",
        "nan",
        "1979-05-27",
        "07:32:00",
        "T",
        "Z",
        "é",
        "\0",
    ),
]
LINES = [
    *("[containers]\n", "[crio]\n", "[crio.runtime]\n", "[[a]]\n", "[a.b]\n", "a = 1\n", "b.c = 'x'\n", "b.d = []\n"),
    *("default_sysctls = ['a=1', \"b=2\"]\n", "default_sysctls = [\n  'a=1', # x\n]\n", "a = {b = {}, c = 'x'}\n"),
    *(
        'c = """\nx"""\n',
        "d = '''\n'x'''''\n",
        "\n",
        "# x\n",
        "containers.default_sysctls = ['x=1']\n",
        "e = [{append=true}]\n",
    ),
]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="needs tomllib, which Python has from 3.11 on")
@given(st.one_of(st.lists(st.sampled_from(PARTS), max_size=12), st.lists(st.sampled_from(LINES + PARTS), max_size=8)))
def test_what_is_read_is_what_python_reads(parts: list[str]) -> None:
    """Python's reader takes more, never something else."""
    import tomllib  # noqa: PLC0415 -- the test runs only where there is one

    text = "".join(parts)
    try:
        found = plain(read_toml(text.encode()))
    except ConfigurationSyntaxError:
        return
    assert found == without_others(tomllib.loads(text))
