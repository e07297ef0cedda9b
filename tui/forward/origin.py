"""Which server the requests of a connection come from, as our own ssh reports it."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHCertificate,
    load_ssh_public_identity,
)

from tui.errors import ForwardError
from tui.forward.protocol import unpack

_KINDS = {
    b"ssh-ed25519",
    b"ssh-rsa",
    b"ecdsa-sha2-nistp256",
    b"ecdsa-sha2-nistp384",
    b"ecdsa-sha2-nistp521",
}
_CERTIFICATE = b"-cert-v01@openssh.com"
_RSA: dict[bytes, hashes.HashAlgorithm] = {
    b"rsa-sha2-256": hashes.SHA256(),
    b"rsa-sha2-512": hashes.SHA512(),
}
_ECDSA: dict[int, hashes.HashAlgorithm] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    521: hashes.SHA512(),
}


class Origin:
    """Where the requests of a connection come from.

    Before ssh passes on the connection of a server, it binds it to that server. Any server behind
    it may do the same, so only the first report counts, even if it is not valid.
    """

    def __init__(self) -> None:
        self.fingerprint = ""
        """The server's host key, as ssh shows it; empty if it is not known."""
        self._bound = False

    def bind(self, contents: bytes) -> bool:
        """Read the contents of a session-bind request; return True if it is valid.

        They are the host key, the id of the session, the server's signature of that id, and
        whether the connection is forwarded (OpenSSH, PROTOCOL.agent).
        """
        try:
            host_key, session, signature = unpack(contents[:-1], 3)
            fingerprint = _verified(host_key, session, signature)
        except (ForwardError, ValueError, UnsupportedAlgorithm, InvalidSignature):
            fingerprint = ""
        is_valid = bool(fingerprint) and contents[-1:] in {b"\x00", b"\x01"}
        if is_valid and not self._bound and contents[-1:] == b"\x01":
            self.fingerprint = fingerprint
        self._bound = True
        return is_valid


def _verified(host_key: bytes, session: bytes, signature: bytes) -> str:
    """Return the fingerprint of a host key, as ssh shows it, after checking its signature.

    Raises:
        ForwardError, ValueError, UnsupportedAlgorithm: it is malformed or of an unknown kind.
        InvalidSignature: the key didn't sign the session.
    """
    kind = host_key[4 : 4 + int.from_bytes(host_key[:4], "big")]
    if kind.removesuffix(_CERTIFICATE) not in _KINDS or not session:
        raise ValueError
    key = load_ssh_public_identity(kind + b" " + base64.b64encode(host_key))
    if isinstance(key, SSHCertificate):
        key = key.public_key()
    algorithm, blob = unpack(signature, 2)
    if isinstance(key, ed25519.Ed25519PublicKey) and algorithm == b"ssh-ed25519":
        key.verify(blob, session)
    elif isinstance(key, rsa.RSAPublicKey) and algorithm in _RSA:
        key.verify(blob, session, padding.PKCS1v15(), _RSA[algorithm])
    elif (
        isinstance(key, ec.EllipticCurvePublicKey)
        and algorithm == f"ecdsa-sha2-nistp{key.curve.key_size}".encode()
    ):
        r, s = (int.from_bytes(each, "big") for each in unpack(blob, 2))
        hashed = ec.ECDSA(_ECDSA[key.curve.key_size])
        key.verify(utils.encode_dss_signature(r, s), session, hashed)
    else:
        raise ValueError
    plain = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split(b" ")[1]
    digest = hashlib.sha256(base64.b64decode(plain)).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
