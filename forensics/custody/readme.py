"""`README-VERIFY.txt`: how to check a bundle with sha256sum, openssl and ssh-keygen alone."""

from __future__ import annotations

from forensics import keys
from forensics.custody.vows import Log, Vow
from forensics.formats import entry, manifest

NAME = "README-VERIFY.txt"

_TEXT = """\
HOW TO CHECK THIS FOLDER, WITHOUT THE PROGRAM THAT MADE IT

This is the sealed evidence of the case
  {case}
sealed at {time} by
  {name}  {fingerprint}

data/      is the evidence: the bytes that AWS sent, and nothing that was made of them.
derived/   is the same, made readable. It is a convenience, and no evidence.
ledger/    tells what was done for the case, one line an act. Each holds the SHA-256 of the line before it.
keys/      are copies of the public keys, for convenience. Trust the ones that you were given by another road.

This folder proves nothing about itself: whoever could change it could change this text too. From the sender,
have by another road (on paper, by telephone):
  1. the bundle digest: the SHA-256 of tagmanifest-sha256.txt. It names every byte in this folder.
  2. the public key of the signer{others}:
   as a file `allowed_signers` beside this folder, a line for each as in the one in keys/.
{third}
Run these commands in this folder, with bash. Each must end without an error. On macOS, `shasum -a 256` stands
for `sha256sum`, and openssl must be 3.0 or newer.

1. Nothing but files and folders, each file with one name, no name on two lines (it would mislead step 5),
   and no empty folder but data/ (it would hide in step 5).

    test -z "$(LC_ALL=C find . ! -type f ! -type d -o -type f -links +1 -o -name $'*\\n*')"
    test -z "$(find . -type d -empty ! -path ./data)"

2. The bundle digest. Compare it, digit by digit, with the one that you were given.

    sha256sum tagmanifest-sha256.txt

3. The signature over it.

    ssh-keygen -Y verify -f ../allowed_signers -I '{principal}' -n {namespace} \\
      -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt
{raw}
4. Every file is as it was: first what is beside the evidence, then the evidence.

    sha256sum --strict --quiet -c tagmanifest-sha256.txt
    test ! -s manifest-sha256.txt || sha256sum --strict --quiet -c manifest-sha256.txt

5. No file was added or left out.

    diff <(cut -c67- tagmanifest-sha256.txt manifest-sha256.txt | LC_ALL=C sort) \\
      <(find . -type f | cut -c3- | grep -vE '^tagmanifest-sha256\\.txt{signatures}$' | LC_ALL=C sort)

6. The evidence is what the ledger was closed over.

    grep -q "\\"manifest_sha256\\":\\"$(sha256sum < manifest-sha256.txt | cut -c-64)\\"" ledger/ledger.jsonl

7. The ledger's chain. By hand, the first command gives the "prev" of line 2; the second checks all lines.

    sed -n 1p ledger/ledger.jsonl | sha256sum
    (p=$(printf '%s\\n' '{origin}' | sha256sum | cut -c-64)
    while IFS= read -r line; do
      t="${{line##*,\\"prev\\":\\"}}"
      test "${{t%%\\"*}}" = "$p" || {{ echo "the chain breaks at: ${{line:0:200}}"; exit 1; }}
      p=$(printf '%s\\n' "$line" | sha256sum | cut -c-64)
    done < ledger/ledger.jsonl)

8. The checkpoints: the log's signature under the newest, which is over all lines, and under each that brings
   in a key, there with the word of who vouches for it, as of the ledger's own time.

    body=$(mktemp); sig=$(mktemp)
    logged() {{
      sed '/^$/,$d' "$1" > "$body"
      sed -n 's/^— [^ ]* //p' "$1" | base64 -d | tail -c 64 > "$sig"
      openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$body" -sigfile "$sig"
    }}
    vouched() {{
      ssh-keygen -Y verify -f ../allowed_signers -I "$2" -n {case_namespace} -O verify-time="$4" \\
        -s "$1.$3.sig" < "$1"
    }}
    test "$(sed -n 2p {newest})" = $(($(wc -l < ledger/ledger.jsonl)))
    logged {newest} {newest_key}
{vows}
9. The time stamps, if there are files that end in .tsr: each is over the file that it is named after. Have
   the roots of the authorities from the authorities, as a file `tsa-roots.pem` beside this folder. Stamps of
   the signature may come later than the rest, so no step above speaks of them. Where an authority's
   certificate has expired meanwhile, add -attime and the stamp's own time, in seconds since 1970.

    find . -name '*.tsr' | while IFS= read -r tsr; do
      case $tsr in *.note.*) over=${{tsr%%.note.*}}.note;; *) over=${{tsr%%.sig.*}}.sig;; esac
      openssl ts -verify -in "$tsr" -data "$over" -CAfile ../tsa-roots.pem
      openssl ts -reply -in "$tsr" -text | grep 'Time stamp'
    done
"""

_THIRD = """\
  3. for openssl, the same key in PEM, as a file `identity.pub.pem` beside this folder.
"""

_RAW = """
   The same with openssl, where there is no ssh-keygen.

    openssl pkeyutl -verify -pubin -inkey ../identity.pub.pem -rawin \\
      -in tagmanifest-sha256.txt -sigfile tagmanifest-sha256.txt.ed25519
"""


def text(*, case: str, time: str, name: str, fingerprint: str, raw: bool, log: Log) -> bytes:
    """Write the text. The bundle's own digest cannot be in it; that is what paper is for."""
    who = manifest.component(name)
    others = sorted({vow.who for vow in log.vows} - {who})
    return _TEXT.format(
        case=case,
        time=time,
        name=name,
        principal=_principal(who),
        fingerprint=fingerprint,
        origin=log.origin,
        others="".join(f", and of {one}" for one in others),
        newest=log.newest.path,
        newest_key=log.newest.key,
        vows="\n".join(map(_commands, log.vows)),
        namespace=keys.BUNDLE,
        case_namespace=keys.CASE,
        raw=_RAW if raw else "",
        # Of a key that makes no plain signature there is none, and one that lies there was added.
        signatures=r"(\.sig(\.[^/]+\.tsr)?|\.ed25519)?" if raw else r"(\.sig(\.[^/]+\.tsr)?)?",
        third=_THIRD if raw else "",
    ).encode()


def _principal(who: str) -> str:
    """Return what `ssh-keygen -I` is told: a comma ends a pattern, so the part before it stands for all."""
    return who.partition(",")[0]


def _commands(vow: Vow) -> str:
    at = f"{entry.moment(vow.time):%Y%m%d%H%M%SZ}"
    note = vow.note
    return (
        f"    logged {note.path} {note.key}\n    vouched {note.path} '{_principal(vow.who)}' {vow.who} {at}"
    )
