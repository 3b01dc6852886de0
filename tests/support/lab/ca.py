"""The lab's certificates: a CA that lives as long as one lab, and what it signs."""

from __future__ import annotations

from pathlib import Path

from .command import run

DAYS = "30"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]  # openssl makes key files 0600


class CA:
    """``root`` is the certificate to trust (PEM)."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = directory / "ca.key"
        self.root = directory / "ca.pem"
        self._request("Lab CA", self._key, self.root, [
            "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash",
        ])

    def issue(self, names: list[str]) -> tuple[Path, Path]:
        """A server's certificate for DNS ``names``, and its private key (PEM files)."""
        certificate, key = self._directory / "server.pem", self._directory / "server.key"
        self._request(names[0], key, certificate, [
            "subjectAltName=" + ",".join(f"DNS:{name}" for name in names), "basicConstraints=critical,CA:FALSE",
            "keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth", "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid",
        ], "-CA", self.root, "-CAkey", self._key)
        return certificate, key

    def _request(self, name: str, key: Path, certificate: Path, extensions: list[str], *signer: str | Path) -> None:
        config = self._directory / "openssl.cnf"  # the system's would add extensions of its own
        config.write_text("[req]\ndistinguished_name = dn\n[dn]\n")
        added = [word for extension in extensions for word in ("-addext", extension)]
        run(["openssl", "req", "-x509", "-config", config, "-subj", f"/CN={name}", "-days", DAYS, *KEY, "-keyout", key,
             "-out", certificate, *signer, *added], seconds=30)
