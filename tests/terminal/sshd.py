"""A real SSH server without a port: the client starts it and speaks to it through a pipe."""

from __future__ import annotations

import os
import pwd
import shlex
import subprocess
from pathlib import Path

from tests.programs import need

SSHD = "/usr/sbin/sshd"


def ssh_command(folder: Path) -> list[str]:
    """Make keys in a folder; return the command that runs others on the server, at its end."""
    need("ssh", SSHD)
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # Debian's sshd needs it, empty
    config = folder / "sshd_config"
    config.write_text(
        f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nStrictModes no\n"
        "PermitRootLogin yes\nUsePAM no\nPidFile none\n"
    )
    proxy = shlex.join([SSHD, "-i", "-f", str(config)])
    user = pwd.getpwuid(os.getuid()).pw_name
    options = (
        *("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"),
        *(f"ProxyCommand={proxy}", f"IdentityFile={folder}/user", "IdentitiesOnly=yes"),
    )
    settings = [word for option in options for word in ("-o", option)]
    return ["ssh", "-F", "none", *settings, "-t", f"{user}@server"]
