"""`otp-tui ssh-agent`: forward codes, but no secrets, to servers."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, NoReturn

from tui import memory
from tui.cli import output
from tui.cli.args import add_duration, whole_number
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.durations import duration_words
from tui.errors import FileError, SessionError, UsageError
from tui.session import DEFAULT_TIME, LONGEST
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers
    from tui.forward.answers import Answers
    from tui.forward.proxy import Proxy
    from tui.session import Session

_MOST_REQUESTS = 600
_SOCKET = "SSH_AUTH_SOCK"


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "ssh-agent",
        "forward codes to servers that you log in to with ssh -A",
        "Sits in front of your SSH agent: passes all requests on to it, and answers those of\n"
        "`otp-tui code --forwarded` on servers. Only codes of entries marked with\n"
        "`otp-tui edit QUERY --forward` are sent, never a secret. Without COMMAND, goes to the\n"
        'background and prints shell commands: eval "$(otp-tui ssh-agent)". `otp-tui lock` ends\n'
        "the forwarding of codes; SSH keys keep working.",
    )
    parser.add_argument(
        "argv", metavar="COMMAND", nargs="*", help="run this, after --, and end with it"
    )
    add_duration(
        parser,
        "--for",
        LONGEST,
        "keep the vault unlocked for this time (default: unlock_for, or 8h)",
    )
    parser.add_argument(
        "--locked",
        action="store_true",
        help="don't ask for the password: send codes only after otp-tui unlock",
    )
    parser.add_argument(
        "--confirm", action="store_true", help="ask before each code, with the program SSH_ASKPASS"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=whole_number(1, _MOST_REQUESTS),
        help="refuse more than this many requests in a minute (default: 6)",
    )
    parser.add_argument("--foreground", action="store_true", help="don't go to the background")
    add_options(parser, "password")


def run(args: Namespace, context: Context) -> int:
    """Start the agent; with COMMAND, become that command.

    Raises:
        UsageError: the options contradict each other, or a program is missing.
        FileError: the socket can't be created.
    """
    if args.argv and args.foreground:
        raise UsageError("--foreground can't be used with a command.", "Omit one or the other.")
    if args.locked and (getattr(args, "for") or context.secrets.given("password")):
        raise UsageError(
            "--locked can't be used with --for or a password option.", "Omit one or the other."
        )
    if not args.argv:
        output.require_open()
    program = _program(args.argv)
    from tui.forward.proxy import Proxy, listen
    from tui.paths import runtime_folder

    folder = runtime_folder(os.environ)
    if folder is None:
        raise UsageError("You have no home folder.", "Set XDG_RUNTIME_DIR.")
    agent = os.environ.get(_SOCKET, "")
    if _is_ours(agent):
        _require_no_options(args)
        output.say("This shell already has an otp-tui ssh-agent.")
        _go_on(agent, program, args.argv)
        return 0
    memory.wipe_when_freed()
    answers = _answers(args, context)
    if not _answers_at(agent):
        none = "There is no other SSH agent"
        if agent:
            none = f"No SSH agent listens at {safe(agent, 200)} (SSH_AUTH_SOCK)"
        output.complain(f"{none}, so this one has no SSH keys.")
        agent = ""
    context.close()
    listener = listen(folder)
    path = listener.getsockname()
    proxy = Proxy(listener, agent, answers.answer)
    if args.foreground:
        output.lines(_shell_commands(path, os.getpid()))
        context.secrets.forget()
        _serve(proxy, answers)
    parent = os.getpid()
    child = os.fork()
    if not child:
        context.secrets.forget()
        _serve_in_background(proxy, answers, parent if args.argv else 0)
    listener.close()
    try:
        _go_on(path, program, args.argv, child)
    except BaseException:
        os.kill(child, signal.SIGTERM)  # nobody would know of it
        raise
    return 0


def _program(argv: list[str]) -> str:
    if not argv:
        return ""
    from shutil import which

    program = which(argv[0])
    if program is None:
        raise UsageError(f"No such program: {safe(argv[0], 80)}.")
    return program


def _require_no_options(args: Namespace) -> None:
    """Refuse options that the agent which is there already would not follow."""
    for name in ("confirm", "limit", "for"):
        if getattr(args, name):
            raise UsageError(
                "This shell already has an otp-tui ssh-agent, which keeps its own options.",
                f"End that agent, or omit --{name}.",
            )


def _is_ours(agent: str) -> bool:
    """Return True if an agent of ours listens there, on this machine."""
    from tui.forward.proxy import is_name

    return is_name(agent) and _answers_at(agent)


def _answers_at(agent: str) -> bool:
    from tui.forward.protocol import connect

    try:
        connect(agent).close()
    except OSError:
        return False
    return True


def _answers(args: Namespace, context: Context) -> Answers:
    from tui.forward.answers import LIMIT, Answers
    from tui.forward.confirm import Askpass
    from tui.forward.log import log_path

    confirm = Askpass(os.environ).allows if args.confirm else None
    log = log_path()
    if log is None:
        raise UsageError("You have no home folder.", "Set XDG_STATE_HOME.")
    session = _session(args, context)
    limit = LIMIT if args.limit is None else args.limit
    return Answers(
        context.read_vault().path, session, context.clock, log, limit=limit, confirm=confirm
    )


def _session(args: Namespace, context: Context) -> Session:
    """Unlock the vault, and return what keeps its key."""
    from tui.forward.answers import HeldKey
    from tui.session import choose

    session = choose(os.environ)
    if args.locked:
        return session
    given = getattr(args, "for")
    locked = context.read_vault()
    # As with `otp-tui unlock`, setting the time needs the password.
    vault = context.unlock_by_password(locked) if given else context.unlock(locked)
    seconds = given or context.config.unlock_for or DEFAULT_TIME
    if not args.no_unlock:
        if not given and session.key(vault.vault_id) == vault.key:
            return session
        try:
            session.keep(vault.vault_id, vault.key, str(vault.path), seconds)
        except SessionError:
            pass
        else:
            return session
    output.complain(
        f"This agent keeps the vault key in its own memory for {duration_words(seconds)}, or until"
        " otp-tui lock."
    )
    return HeldKey(vault.vault_id, vault.key, context.clock, seconds)


def _go_on(path: str, program: str, argv: list[str], process: int = 0) -> None:
    """Become the command, with the agent in its environment, or print how to use the agent."""
    if not argv:
        output.lines(_shell_commands(path, process))
        return
    os.environ[_SOCKET] = path
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and so would the command
    try:
        os.execv(program, argv)  # noqa: S606 - the command that the user typed
    except OSError as error:
        raise FileError(f"Can't run {safe(program, 200)}: {error.strerror}.") from None


def _shell_commands(path: str, process: int) -> list[str]:
    """Return the lines for the user's shell, as ssh-agent prints them."""
    values = {_SOCKET: path} | ({"OTP_TUI_AGENT_PID": str(process)} if process else {})
    if os.environ.get("SHELL", "").endswith(("csh", "fish")):
        return [f"setenv {name} {shlex.quote(value)};" for name, value in values.items()]
    return [f"{name}={shlex.quote(value)}; export {name};" for name, value in values.items()]


def _serve_in_background(proxy: Proxy, answers: Answers, parent: int) -> NoReturn:
    os.setsid()
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    _serve(proxy, answers, parent)


def _serve(proxy: Proxy, answers: Answers, parent: int = 0) -> NoReturn:
    """Serve until a signal, or the end of the parent; then exit."""
    import gc

    from tui.session.agent import harden

    gc.enable()
    harden()
    gc.collect()
    memory.wipe_freed()  # the password, and the vault that it opened
    threading.Thread(target=_tick, args=(answers,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _exit)
    code = 0
    try:
        proxy.serve(parent)
    except SystemExit:
        pass
    except BaseException as error:  # noqa: BLE001 - the end of the process
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    finally:
        os._exit(code)


def _tick(answers: Answers) -> NoReturn:
    while True:
        time.sleep(1)
        answers.tick()


def _exit(_number: int, _frame: object) -> None:
    sys.exit(0)
