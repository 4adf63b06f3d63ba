"""`README.txt` of a disclosure: how to check it with a shell, coreutils and openssl alone."""

from __future__ import annotations

from dataclasses import dataclass

from forensics import keys
from forensics.formats import strict
from forensics.formats.display import clean
from forensics.formats.entry import Entry

_TEXT = """\
# ONE FILE OF A CASE, AND THE PROOF THAT IT IS AS IT WAS KEPT
#
#   {path}
# was kept on {time} (by the clock of who kept it), as entry {seq} of the log
#   {origin}
#
# entry.json is that line of the log, byte for byte. It holds the file's SHA-256, and says where it is from.
# entry.tlog-proof leads from that line to a checkpoint of the log (C2SP tlog-proof). Of other lines it shows
# hashes alone, and each line holds 16 random bytes: nothing can be guessed from them.
# checkpoints/ has that checkpoint, the log's first one, and who else has signed or dated them.
# log.vkey is the log's key, as C2SP writes it; log.pub.pem the same for openssl.
#
# This folder proves nothing about itself: whoever could change it could change this text too. Have by another
# road (on paper, by telephone) the log's key, or the key of who began the log. It says nothing of the rest of
# the case.
#
# With the program that made it:   forensics verify FOLDER --identity KEY.pub
# Without it, read this text, then run it in this folder: sh README.txt. It needs a shell, coreutils and
# openssl 3, and ends with the log's key. On macOS, put `shasum -a 256` for `sha256sum`.
set -eu

# 1. The file is the one that the line names.
file='{path}'
sum=$(sha256sum < "$file" | cut -c -64)
size=$(($(wc -c < "$file")))
case $(cat entry.json) in
  *",\\"path\\":\\"$file\\",{middle},\\"sha256\\":\\"$sum\\",\\"size\\":$size,\\"source\\":{{"*) ;;
  *) echo 'the file is not what was kept' >&2; exit 1 ;;
esac

# 2. The line is in the log: its hash, and those of the proof, lead to the root that the checkpoint states.
join() {{
  {{ printf '\\001'; printf '%s\\n' "$1" | base64 -d; printf '%s\\n' "$2" | base64 -d; }} |
    openssl dgst -sha256 -binary | base64
}}
exec 3< entry.tlog-proof
read -r line <&3
test "$line" = 'c2sp.org/tlog-proof@v1'
read -r word index <&3
test "$word" = index
path=
while read -r line <&3 && test -n "$line"; do path="$path $line"; done
read -r origin <&3
read -r count <&3
read -r root <&3
exec 3<&-
test "$index" -lt "$count"
case $(cat entry.json) in
  *",\\"seq\\":$index,\\"time\\":\\""*"\\",\\"type\\":\\"item.add\\",\\"v\\":1}}") ;;
  *) echo 'the proof is about another line' >&2; exit 1 ;;
esac
node=$index
last=$((count - 1))
hash=$({{ printf '\\000'; cat entry.json; }} | openssl dgst -sha256 -binary | base64)
for step in $path; do
  test "$last" -gt 0
  if test $((node % 2)) = 1 || test "$node" = "$last"; then
    hash=$(join "$step" "$hash")
    while test $((node % 2)) = 0 && test "$node" != 0; do node=$((node / 2)) last=$((last / 2)); done
  else
    hash=$(join "$hash" "$step")
  fi
  node=$((node / 2)) last=$((last / 2))
done
test "$last" = 0
if test "$hash" != "$root"; then echo 'the line is not in that log' >&2; exit 1; fi

# 3. The checkpoint is the one that lies here, and the log has signed it.
note=checkpoints/{note}
test "$(head -n 3 "$note")" = "$(printf '%s\\n' "$origin" "$count" "$root")"
body=$(mktemp)
sig=$(mktemp)
head -n 3 "$note" > "$body"
head -n 5 "$note" | tail -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$sig"
openssl pkeyutl -verify -pubin -inkey log.pub.pem -rawin -in "$body" -sigfile "$sig"
rm "$body" "$sig"

# 4. The log's key. Compare it with the one that you were given, letter by letter.
key=$({{ printf '\\001'; openssl pkey -pubin -in log.pub.pem -outform DER | tail -c 32; }} | base64)
case $(cat log.vkey) in
  *"+$key") ;;
  *) echo 'the two files of the key are of two keys' >&2; exit 1 ;;
esac
echo "as it was kept, if this is the key of the log that you were told of:"
cat log.vkey
{others}"""

_BINDING = """
# {number}. Who began the log: ssh-keygen, and `signers`, a line NAME KEY with the key that you were given.
#    ssh-keygen -Y verify -f ../signers -I NAME -n {namespace} \\
#      -s {file} < {note}
"""
_STAMP = """
# {number}. When it was at the latest: openssl, and the root of the time-stamp authority, had by another road.
#    openssl ts -verify -data {note} \\
#      -in {file} -CAfile ../tsa-root.pem
#    openssl ts -reply -in {file} -text
"""
_WITNESS = """
# {number}. Who else has seen it: ssh-keygen, and the key of the witness in `signers`.
#    ssh-keygen -Y verify -f ../signers -I NAME -n {namespace} \\
#      -s {file} < {note}
"""
_MORE = ((".sig", _BINDING, keys.CASE), (".tsr", _STAMP, ""), (".witness", _WITNESS, keys.WITNESS))


@dataclass(frozen=True, slots=True)
class Told:
    """What the text is about."""

    origin: str
    path: str
    entry: Entry
    checkpoint: int
    files: tuple[str, ...]


def text(told: Told) -> bytes:
    """Write the text. Its commands are those that a test runs."""
    body = told.entry.body
    middle = strict.encode({key: body[key] for key in ("requests", "sensitive")}).decode()[1:-1]
    return _TEXT.format(
        path=told.path,
        time=told.entry.time,
        seq=told.entry.seq,
        origin=clean(told.origin, 1_000),
        middle=middle.replace('"', '\\"'),
        note=f"{told.checkpoint:08d}.note",
        others="".join(_others(told)),
    ).encode()


def _others(told: Told) -> list[str]:
    found = [
        (file, form, namespace)
        for ending, form, namespace in _MORE
        for file in told.files
        if file.endswith(ending)
    ]
    return [
        form.format(number=number, file=file, namespace=namespace, note=f"{file.partition('.note')[0]}.note")
        for number, (file, form, namespace) in enumerate(found, 5)
    ]
