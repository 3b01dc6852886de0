# SPDX-License-Identifier: Apache-2.0
"""secrets.age: all secrets of a deployment in one file of age's (age-encryption.org/v1), which the program `age` reads as well.

By a passphrase, which costs seconds each way by design; or by an identity: age's own, or an ssh key that has no passphrase. pyrage
cannot ask an ssh agent, use a key with a passphrase, or a hardware key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openclaw_server.base import files
from openclaw_server.base.errors import Failure, Usage
from openclaw_server.base.yaml import Unreadable, parse, quoted
from openclaw_server.secrets.secret import Secret

_INSTEAD = "use an age identity ('age-keygen'), an ssh-ed25519 or ssh-rsa key without passphrase, or a passphrase"


@dataclass(frozen=True)
class Lock:
    """How the file is opened: by ``identity`` when there is one, else by what ``ask`` gives, which is the passphrase."""

    identity: Path | None
    ask: Callable[[], Secret]


def seal(secrets: dict[str, Secret], lock: Lock) -> bytes:
    """The content of secrets.age. It was opened again before it is returned. Usage when the identity is none that can be used."""
    plain = "".join(f"{key}: {quoted(value.reveal())}\n" for key, value in secrets.items()).encode()
    if lock.identity is None:
        import pyrage.passphrase

        word = lock.ask()
        sealed: bytes = pyrage.passphrase.encrypt(plain, word.reveal())
        lock = Lock(None, lambda: word)
    else:
        import pyrage

        identity, recipient = _pair(lock.identity)
        sealed = pyrage.encrypt(plain, [recipient])
        try:  # a .pub file that belongs to another key would lock the owner out
            pyrage.decrypt(sealed, [identity])
        except pyrage.DecryptError:
            raise Usage(f"{lock.identity}.pub: belongs to another key; 'ssh-keygen -y' makes it anew") from None
    return sealed


def unseal(sealed: bytes, file: Path, lock: Lock) -> dict[str, Secret]:
    """The secrets in the file. Failure when the passphrase or identity is not the one."""
    import pyrage

    try:
        if lock.identity is None:
            import pyrage.passphrase

            plain: bytes = pyrage.passphrase.decrypt(sealed, lock.ask().reveal())
        else:
            plain = pyrage.decrypt(sealed, [_pair(lock.identity)[0]])
    except pyrage.DecryptError:
        by = f"the identity {lock.identity}" if lock.identity else "this passphrase"
        raise Failure(f"{file}: is not opened by {by}, or is damaged") from None
    try:
        node = parse(plain.decode())
    except (Unreadable, UnicodeDecodeError):
        raise Failure(f"{file}: does not hold a map of secrets; 'openclaw-server init' makes it") from None
    return {key: Secret(text) for key in (node.value if isinstance(node.value, dict) else {}) if (text := node.text(key))}


def check(identity: Path) -> None:
    """Usage when the identity could not open what it locks, with what to use instead."""
    import pyrage

    private, recipient = _pair(identity)
    try:
        pyrage.decrypt(pyrage.encrypt(b"", [recipient]), [private])
    except pyrage.DecryptError:
        raise Usage(f"{identity}.pub: belongs to another key; 'ssh-keygen -y' makes it anew") from None


def _pair(path: Path) -> tuple[Any, Any]:
    """The identity in a file, and the recipient that it opens."""
    import pyrage
    import pyrage.ssh
    import pyrage.x25519

    content = files.read(path.expanduser(), 64 << 10)
    try:
        for line in content.decode(errors="replace").splitlines():
            if line.startswith("AGE-SECRET-KEY-1"):
                identity = pyrage.x25519.Identity.from_str(line.strip())
                return identity, identity.to_public()
        public = Path(f"{path.expanduser()}.pub")
        private = pyrage.ssh.Identity.from_buffer(content)
        return private, pyrage.ssh.Recipient.from_str(files.read_text(public, 64 << 10).strip())
    except (pyrage.IdentityError, pyrage.RecipientError) as error:
        why = (
            "has a passphrase, which age cannot ask for" if "decrypted first" in str(error) else "is no identity that age can use"
        )
        raise Usage(f"{path}: {why}; {_INSTEAD}") from None
