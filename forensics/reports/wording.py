"""What papers for a court say beside the facts: the same words for every case."""

from __future__ import annotations

RECORDS = (
    (
        "The records are answers of AWS's interfaces to requests that the program below made, and log files "
        "that AWS delivered to storage of the account. AWS generates both by an automated process."
    ),
    (
        "The program kept each answer byte for byte as AWS sent it, with the request, the time, AWS's own "
        "Date header and request id, and wrote its SHA-256 to a ledger of which each line holds the SHA-256 "
        "of the line before."
    ),
    "To my knowledge that process produces an accurate result; my grounds are:",
)

COPIES = (
    (
        "The data are copies of the records and files described below, made by the program below. Each copy "
        "was identified by its SHA-256 when it was made, and that value was recorded in the ledger at once."
    ),
    (
        "The list of all files with their SHA-256 has itself the SHA-256 given above; so has the bundle "
        "that holds all. Two different files with the same SHA-256 have never been found."
    ),
    "On checking by that program, the values of the copies and of the ledger came out as follows:",
)

COMPARED = "I have compared the values myself, in this way and with this result:"

REGULAR = (
    "A certification under Rule 902(13) or (14) has to meet the requirements of Rule 902(11) or (12), "
    "and the adverse party has to have notice. What there is to be said to that end:"
)

DECLARATION = (
    "Under 28 U.S.C. section 1746: I declare under penalty of perjury under the laws of the United "
    "States of America that the foregoing is true and correct."
)

METHOD = (
    (
        "The program asked AWS's interfaces for what the account held, as an authenticated principal of the "
        "account, and kept each answer byte for byte. A file gets its final name, and its line in the "
        "ledger, only once it is on the disk; a line is never rewritten. Each line holds the SHA-256 of the "
        "line before."
    ),
    (
        "Checkpoints, signed statements of the ledger's length and Merkle root, were made at the opening, "
        "now and then, and at the end. The evidence is closed under a list of all files with their SHA-256, "
        "signed by the examiner's key."
    ),
)

LIMITS = (
    (
        "What AWS answered is what is kept; whether it is what happened, it cannot tell. An intruder may "
        "have deleted or planted records before they were kept."
    ),
    (
        "Times in the ledger are those of the examiner's computer; where time stamps of an authority are "
        "listed, they bound them."
    ),
    (
        "This report holds facts from the ledger and draws no conclusions from them. Names and texts in it "
        "may have been written by an intruder."
    ),
)

CHECKING = "With the bundle, and with the signer's public key, had from the signer and not from the bundle:"

BY_HAND = "Without this program, in the folder of the bundle; the first line prints the bundle digest:"

ANNOUNCED = "Each was announced in the ledger before it was made. All else that the program asked reads only."
