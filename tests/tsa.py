"""
A real time-stamp authority on the loopback: `openssl ts -reply` behind `http.server`.

No `certs=` line: what openssl 3.0 writes with one is not DER, and rfc3161-client does not read it.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

PEM = serialization.Encoding.PEM
Builder = x509.CertificateBuilder
Key = ec.EllipticCurvePrivateKey | RSAPrivateKey

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
"""When certificates are valid, unless a test says otherwise."""
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1,sha256,sha384,sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
{more}
"""
GRANTED = "application/timestamp-reply"


def openssl(*arguments: str | Path) -> bytes:
    """Run openssl and return what it prints; `CalledProcessError` where it fails."""
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


@dataclass(frozen=True)
class Authority:
    """Keys and certificates of a time-stamp authority, in a folder of their own."""

    folder: Path

    @classmethod
    def make(
        cls,
        folder: Path,
        *,
        under: Authority | None = None,
        usage: bool | None = True,
        root: str = "T Root",
        valid: tuple[datetime, datetime] = (START, END),
        more: str = "",
        strange: bool = False,
        rsa: bool = False,
        name: str = "T TSA",
        organization: str = "",
    ) -> Authority:
        """
        Make one, under a root of its own or that of another.

        `usage` says whether its extended key usage, time stamping, is critical; None leaves it out.
        """
        folder.mkdir(parents=True)
        key = generate_rsa(65_537, 2_048) if rsa else ec.generate_private_key(ec.SECP256R1())
        if under is None:
            root_key = ec.generate_private_key(ec.SECP256R1())
            top = _root(root_key, root)
            (folder / "ca.key").write_bytes(_private(root_key))
        else:
            top = x509.load_pem_x509_certificate(under.root)
            root_key = serialization.load_pem_private_key((under.folder / "ca.key").read_bytes(), None)  # type: ignore[assignment]
        builder = _leaf(key, _name(name, organization), valid, usage).issuer_name(top.subject)
        if strange:  # an extension that openssl lets be, and that is not what its name says
            feature = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.24"), b"\xff")
            builder = builder.add_extension(feature, critical=False)
        leaf = builder.sign(root_key, SHA256())
        (folder / "ca.pem").write_bytes(top.public_bytes(PEM))
        (folder / "tsa.pem").write_bytes(leaf.public_bytes(PEM))
        (folder / "tsa.key").write_bytes(_private(key))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder, more=more))
        return cls(folder)

    @property
    def root(self) -> bytes:
        """Return the root's certificate, as PEM."""
        return self.root_file.read_bytes()

    @property
    def root_file(self) -> Path:
        """Return where the root's certificate lies."""
        return self.folder / "ca.pem"

    def reply(self, query: bytes) -> bytes:
        """Answer a TimeStampReq."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            asked, said = Path(place) / "q", Path(place) / "r"
            asked.write_bytes(query)
            config = ("-config", self.folder / "tsa.cnf", "-section", "t")
            openssl("ts", "-reply", *config, "-queryfile", asked, "-out", said)
            return said.read_bytes()

    def stamp(self, data: bytes, *, algorithm: str = "sha256", certificate: bool = True) -> bytes:
        """Stamp some bytes, as `openssl ts -query` asks for it."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            what, asked = Path(place) / "data", Path(place) / "q"
            what.write_bytes(data)
            cert = ["-cert"] if certificate else []
            openssl("ts", "-query", "-data", what, f"-{algorithm}", *cert, "-out", asked)
            return self.reply(asked.read_bytes())

    def at(self, moment: datetime, data: bytes, *, algorithm: str = "sha256", embed: bool = False) -> bytes:
        """
        Stamp some bytes as if it were another time, or with a certificate that openssl would not use.

        The TSTInfo of a real stamp gets another time in place of its own, and is signed by `openssl cms`.
        `embed` puts the root's certificate beside the signer's.
        """
        return self.signed(moment, data, algorithm=algorithm, embed=embed)

    def signed(
        self,
        moment: datetime,
        data: bytes,
        *,
        algorithm: str = "sha256",
        embed: bool = False,
        over: str = "sha256",
        pss: bool = False,
    ) -> bytes:
        """Do so in other ways: `over` names the hash that is signed, and with `pss` RSA pads it so."""
        whole = self._lender().stamp(data, algorithm=algorithm)
        info = rfc3161_client.decode_timestamp_response(whole).tst_info.gen_time
        told, wanted = (f"{one:%Y%m%d%H%M%SZ}".encode() for one in (info, moment))
        content = _tst_info(whole)
        assert content.count(told) == 1
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            what, token = Path(place) / "info", Path(place) / "token"
            what.write_bytes(content.replace(told, wanted))
            signing = ("-signer", self.folder / "tsa.pem", "-inkey", self.folder / "tsa.key", "-md", over)
            padding = ("-keyopt", "rsa_padding_mode:pss") if pss else ()
            form = ("-binary", "-nodetach", "-nosmimecap", "-cades", "-outform", "DER")
            chain = ("-certfile", self.root_file) if embed else ()
            files = ("-in", what, "-out", token, *chain)
            openssl("cms", "-sign", "-econtent_type", TST_INFO, *signing, *padding, *form, *files)
            return _tlv(0x30, b"\x30\x03\x02\x01\x00" + token.read_bytes())

    def _lender(self) -> Authority:
        """Return an authority whose TSTInfo serves: openssl makes none with a certificate of another use."""
        lender = self.folder / "lender"
        return Authority(lender) if lender.exists() else Authority.make(lender)


def _private(key: Key) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(PEM, form, serialization.NoEncryption())


def _name(text: str, organization: str = "") -> x509.Name:
    told = [(x509.NameOID.ORGANIZATION_NAME, organization), (x509.NameOID.COMMON_NAME, text)]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in told if value])


def _builder(key: Key, subject: x509.Name, start: datetime, end: datetime) -> Builder:
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)


def _root(key: Key, name: str) -> x509.Certificate:
    builder = _builder(key, _name(name), START, END).issuer_name(_name(name))
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(signs=False), critical=True)
        .sign(key, SHA256())
    )


def _leaf(key: Key, name: x509.Name, valid: tuple[datetime, datetime], usage: bool | None) -> Builder:
    builder = (
        _builder(key, name, *valid)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
    )
    if usage is None:
        return builder
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return builder.add_extension(purposes, critical=usage)


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    no = dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=signs, key_cert_sign=not signs, crl_sign=not signs, **no)


def _tst_info(response: bytes) -> bytes:
    """Cut the TSTInfo out of a response: the octet string behind its object identifier."""
    start = response.index(bytes.fromhex("060b2a864886f70d0109100104")) + 13
    start += _header(response[start:])[0]  # [0] EXPLICIT
    header, length = _header(response[start:])
    return response[start + header : start + header + length]


def _header(data: bytes) -> tuple[int, int]:
    """Return the length of a DER header, and that of what follows it."""
    if data[1] < 0x80:
        return 2, data[1]
    more = data[1] & 0x7F
    return 2 + more, int.from_bytes(data[2 : 2 + more], "big")


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def agrees(tsr: Path, over: Path, root: Path, *, attime: int | None = None) -> bool:
    """Say whether `openssl ts -verify` takes a stamp for that of a file, under a root."""
    when = [] if attime is None else ["-attime", str(attime)]
    words = ["openssl", "ts", "-verify", "-data", over, "-in", tsr, "-CAfile", root, *when]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Verification: OK" in done.stdout


Reply = Callable[[bytes], bytes]


@dataclass
class Server:
    """An authority that listens, and what it was asked. A test may change what it replies."""

    reply: Reply
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)
    """Set, unless no answer is to come."""


@contextmanager
def serve(reply: Reply) -> Iterator[Server]:
    """Let an authority listen on a port of the loopback."""
    state = Server(reply)
    state.hold.set()

    class Handler(BaseHTTPRequestHandler):
        """Answers each POST with a stamp."""

        def do_POST(self) -> None:
            """Answer a request."""
            query = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            state.asked.append(query)
            state.hold.wait(60)
            body = state.reply(query)
            self.send_response(state.status)
            for name, value in {"Content-Type": GRANTED, **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/tsr"
        try:
            yield state
        finally:
            state.hold.set()
            server.shutdown()
            thread.join()
