"""The grammar: what is refused before anything is opened."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import tui
from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.__main__ import _has_hashes
from tui.cli import run
from tui.cli.parser import build, command_name, commands, parse


def test_version(program: Program) -> None:
    done = program.spawn("--version")
    assert (done.code, done.out, done.err) == (0, f"otp-tui {tui.__version__}\n", "")


def test_help_names_every_command_and_exit_code(program: Program) -> None:
    done = program.run("--help")
    assert done.code == 0
    for word in ("init", "import", "list", "code", "demo", "--vault", "--config"):
        assert word in done.out
    assert "4 no match or several" in done.out


@pytest.mark.parametrize(("columns", "widest"), [(70, 70), (200, 88)])
def test_help_is_as_wide_as_the_terminal(
    program: Program, monkeypatch: pytest.MonkeyPatch, columns: int, widest: int
) -> None:
    size = os.terminal_size((columns, 24))
    monkeypatch.setattr("tui.cli.output.terminal_size", lambda: size)
    lines = program.run("edit", "--help").out.splitlines()
    assert widest - 8 < max(map(len, lines)) <= widest
    assert not any(line.endswith("otp-") for line in lines)


@pytest.mark.parametrize(
    "args",
    [
        ("no-such-command",),
        ("__init__",),
        ("code",),
        ("code", "x", "--at", "yesterday"),
        ("code", "x", "--at", "-1"),
        ("code", "x", "--at", "nan"),
        ("list", "--no-such-option"),
        ("import",),
        ("import", "x", "--on-duplicate", "perhaps"),
        ("import", "x", "--format", "no-such-format"),
        ("list", "--password-stdin", "--password-file", "x"),
        ("--vault",),
    ],
)
def test_usage_errors_are_one_sentence_and_exit_2(program: Program, args: tuple[str, ...]) -> None:
    done = program.run(*args)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("otp-tui: ")
    assert done.err.count("\n") == 1


def test_options_cannot_be_abbreviated(program: Program) -> None:
    assert program.run("list", "--sec").code == 2


def test_the_app_needs_a_terminal(program: Program) -> None:
    for args in ((), ("demo",)):
        done = program.run(*args)
        assert (done.code, done.out) == (2, "")
        assert "needs a terminal" in done.err


@pytest.mark.parametrize("name", ["dumb", ""])
def test_the_app_needs_a_terminal_that_can_show_it(program: Program, name: str) -> None:
    program.env["TERM"] = name
    terminal = Terminal(program)
    assert terminal.end() == (2, "")
    assert terminal.seen.startswith("otp-tui: ")
    assert "TERM" in terminal.seen


def test_a_named_settings_file_must_exist(filled: Program) -> None:
    """Even if the vault's path doesn't depend on it."""
    for missing in ("missing.toml", filled.folder):
        done = filled.open("list", "--config", missing)
        assert (done.code, done.out) == (2, "")
        assert "Can't read" in done.err


def test_arguments_are_quoted_without_control_characters(program: Program) -> None:
    done = program.run("list", "--\x1b]52;c;AAAA\x07")
    assert done.code == 2
    assert "\x1b" not in done.err
    assert "\x07" not in done.err


def test_every_command_takes_the_common_options() -> None:
    parser = build(commands())
    for module in commands():
        name = command_name(module)
        needed = {
            "import": ["f"],
            "export": ["f"],
            "code": ["query"],
            "edit": ["query"],
            "remove": ["query"],
            "category": ["list"],
            "recovery": ["new"],
            "show": ["query"],
            "completion": ["bash"],
            "merge-driver": ["o", "a", "b"],
            "git-textconv": ["f"],
        }
        extra = needed.get(name, [])
        before = parser.parse_args(["--vault", "a", "--config", "b", name, *extra])
        after = parser.parse_args([name, *extra, "--vault", "a", "--config", "b"])
        assert (before.vault, before.config) == (after.vault, after.config) == ("a", "b")


@pytest.mark.parametrize(
    "args",
    [
        ("code", "x", "--password", "hunter2"),
        ("--password", "hunter2", "list"),
        ("--passphrase", "hunter2", "list"),
        ("list", "--passphrase=hunter2"),
        ("code", "x", "-phunter2"),
        ("category", "--password", "hunter2", "list"),
        ("import", "x", "--backup-password=hunter2"),
        ("passwd", "hunter2"),
        ("recovery", "use", "hunter2"),
        ("recovery", "use", "--recovery-code", "hunter2"),
        ("otpauth://totp/x?secret=hunter2",),
        ("code", "otpauth://totp/x?secret=hunter2"),
        ("import", "motp://x?secret=hunter2"),
        ("edit", "GitHub", "--issuer", "otpauth://totp/x?secret=hunter2"),
    ],
)
def test_a_secret_among_the_arguments_is_not_repeated(
    filled: Program, args: tuple[str, ...]
) -> None:
    done = filled.run(*args)
    assert (done.code, done.out) == (2, "")
    assert "hunter2" not in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("option", ["--vault", "--config"])
def test_an_empty_path_is_refused(filled: Program, option: str) -> None:
    """It usually comes from a script with an unset variable."""
    done = filled.open("list", option, "")
    assert (done.code, done.out) == (2, "")
    assert option in done.err


@pytest.mark.parametrize(
    "args",
    [
        ("category", "--password-file", "{file}", "list"),
        ("category", "--json", "--password-file={file}", "list"),
        ("category", "--vault", "{vault}", "--password-file", "{file}", "add", "Fresh"),
        ("--vault", "{vault}", "category", "list", "--password-file", "{file}"),
        ("recovery", "--password-file", "{file}", "new"),
    ],
)
def test_options_can_come_before_or_after_an_action(filled: Program, args: tuple[str, ...]) -> None:
    file = filled.folder / "list"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    done = filled.run(*(arg.format(file="list", vault=filled.vault) for arg in args))
    assert (done.code, done.err.count("otp-tui:")) == (0, 0), done.err


@pytest.mark.parametrize(
    "args",
    [
        ("recovery", "--password-file", "x", "use"),
        ("recovery", "--new-password-stdin", "use", "--new-password-file", "x"),
        ("category", "--no-such-option", "list"),
        ("category", "--password-file", "list"),
        ("category", "--json"),
    ],
)
def test_an_option_before_an_action_belongs_to_the_action(
    program: Program, args: tuple[str, ...]
) -> None:
    done = program.run(*args)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("lock", "--no-unlock"),
        ("unlock", "--no-unlock"),
        ("status", "--accept-older"),
        ("git-setup", "--no-unlock"),
        ("init", "--accept-older"),
    ],
)
def test_an_option_that_means_nothing_to_a_command_is_refused(
    program: Program, command: str, option: str
) -> None:
    for args in ((command, option), (option, command)):
        done = program.run(*args)
        assert (done.code, done.out) == (2, "")
        assert f"Unrecognized arguments: {option}. See otp-tui" in done.err
    assert option not in program.run(command, "--help").out


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (("exprt",), "Unknown command “exprt”. Did you mean export? See otp-tui --help."),
        (("zzz",), "Unknown command “zzz”. See otp-tui --help."),
        (("list", "--jsn=hunter2"), "--jsn. Did you mean --json? See otp-tui list --help."),
        (("category", "list", "--jsn"), "--jsn. Did you mean --json? See otp-tui category --help."),
        (
            ("--vaut", "x"),
            "--vaut. Did you mean --vault? See otp-tui --help.",
        ),
        (("code", "--hlep"), "--hlep. Did you mean --help? See otp-tui code --help."),
        (("add", "--secrt=x"), "--secrt. Did you mean --secret-file? See otp-tui add --help."),
        (("edit", "--secret=x"), "arguments are required: QUERY. See otp-tui edit --help."),
        (("list", "--zzz"), "Unrecognized arguments: --zzz. See otp-tui list --help."),
    ],
)
def test_a_typing_error_is_answered_with_what_is_similar(
    program: Program, args: tuple[str, ...], hint: str
) -> None:
    done = program.run(*args)
    assert (done.code, done.out) == (2, "")
    assert done.err.rstrip().endswith(hint)
    assert "hunter2" not in done.err


def test_the_app_starts_with_the_options_that_the_parser_has_without_arguments() -> None:
    parsed, command = parse([])
    ours, none = run._parse([])
    assert vars(ours).items() <= vars(parsed).items()
    assert (command, none) == (None, None)


def test_hashes_come_from_openssl_where_python_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_sha3", None)
    assert not _has_hashes()


def test_opening_the_app_imports_no_command_and_nothing_it_can_start_without(
    program: Program,
) -> None:
    script = (
        "import contextlib, sys\n"
        "from tui.__main__ import _has_hashes, _start_app, main\n"
        "main([])\n"
        "with contextlib.suppress(AttributeError):\n"
        "    _start_app(None)\n"
        "assert 'tui.app.app' in sys.modules\n"
        "print([name for name in sys.modules if name.startswith('tui.cli.commands.')])\n"
        "spared = ['argparse', 'ssl', 'bz2', 'lzma', 'tui.cli.secrets', 'tui.otp.entry']\n"
        "spared += ['tui.vault.seal', *(['_hashlib'] if _has_hashes() else [])]\n"
        "print([name for name in spared if sys.modules.get(name)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input="",
        capture_output=True,
        text=True,
        env=program.env,
        timeout=60,
        check=True,
    )
    assert done.stdout == "[]\n[]\n"
