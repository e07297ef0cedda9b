"""The loops in docs/moving.md, run against stand-ins for the programs that they read."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.test_import import empty, issuers
from tests.programs import need

__all__ = ["empty"]
PAGE = (Path(__file__).parents[2] / "docs" / "moving.md").read_text(encoding="utf-8")
STORE = """\
cat > /dev/null  # a program that reads standard input must not eat the list
case "$NAME" in
    "web/a b") printf 'password\\notpauth:%s//totp/A%%20B:me?secret=JBSWY3DPEHPK3PXP\\n' "$SPACE" ;;
    web/git) printf 'otpauth://totp/Git:me?secret=GEZDGNBVGY3TQOJQ\\n' ;;
    *) printf 'password\\n' ;;
esac
"""
PROGRAMS = {
    "pass": 'NAME="$2"\n' + STORE,
    "gopass": (
        'if [ "$1" = list ]; then printf "web/a b\\nmail\\nweb/git\\n"; exit; fi\n'
        'NAME="$3" SPACE=" "\n' + STORE
    ),
    "totp-cli": """cat <<END
- name: A B
  accounts:
    - name: me
      token: JBSWY3DPEHPK3PXP
      prefix: ""
      length: 6
    - name: "you & me"
      token: "GEZDGNBVGY3TQOJQ"
- name: Git
  accounts:
    - token: KRSXG5CTMVRXEZLU
      name: me
END
""",
}


def block(word: str) -> str:
    """Return the example that runs this program."""
    (found,) = [
        each
        for each in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
        if re.search(rf"(?<![\w-]){word} (show|list|dump)", each)
    ]
    return str(found)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loop_imports_every_uri(empty: Program, name: str) -> None:
    need("bash")
    folder = empty.folder / "bin"
    folder.mkdir()
    password = empty.folder / "word"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    command = shlex.join([*map(str, empty.command)])
    scripts = {
        name: PROGRAMS[name],
        "otp-tui": f'exec {command} "$@" --password-file {shlex.quote(str(password))}\n',
    }
    for script, text in scripts.items():
        (folder / script).write_text(f"#!/bin/sh\n{text}")
        (folder / script).chmod(0o700)
    store = empty.folder / "store"
    (store / "web").mkdir(parents=True)
    for file in ("web/a b.gpg", "web/git.gpg", "mail.gpg"):
        (store / file).touch()
    paths = {"PATH": f"{folder}:{empty.env['PATH']}", "PASSWORD_STORE_DIR": str(store)}
    done = subprocess.run(
        ["bash", "-c", block(name)],
        env={**empty.env, **paths},
        cwd=empty.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    wanted = ["A B", "A B", "Git"] if name == "totp-cli" else ["A B", "Git"]
    assert sorted(issuers(empty)) == wanted
