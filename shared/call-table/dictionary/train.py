"""Makes a dictionary of what call records are made of.

    teams-calls serve --invent-days 6 --port-base 19800        # prints AWS_ACCESS_KEY_ID
    AWS_ACCESS_KEY_ID=... python3 train.py http://127.0.0.1:19802 N

Wants boto3 and zstandard. Writes N.zdict, and a sample N.sample.json with its frame N.sample.zst,
which a test reads for ever. A dictionary that was released must never change.

Names, ids, numbers and times are replaced by others in every sample, so that the dictionary knows how
records are built and nobody's data.
"""

import json
import os
import random
import re
import string
import sys

import boto3
import zstandard
from boto3.dynamodb.types import TypeDeserializer

SIZE = 32 * 1024
READABLE = {"pk", "sk", "by_day", "by_day_sort", "by_person", "by_person_sort", "expires_at", "call_type", "ended_at",
            "is_test", "organizer", "organizer_name", "outcome", "people", "revision", "sessions", "started_at",
            "stored_at", "version", "fingerprint", "attended", "display_name", "dropped", "relation", "role",
            "talk_seconds", "call_id", "person", "day"}
NAMES = re.compile(r'("(?:displayName|userPrincipalName|user_principal_name|organizer_name|display_name|headerValue|'
                   r'captureDeviceName|renderDeviceName|ipAddress|subnet|reflexiveIPAddress|macAddress|name)":")([^"]*)')
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
HOST = re.compile(r"http://127\.0\.0\.1:\d+/")
DIGITS = re.compile(r"(?<![0-9a-z-])\d[\d.]{3,}")


def anonymous(text, rng):
    guids = {}

    def guid(match):
        digits = "".join(rng.choice("0123456789abcdef") for _ in range(32))
        new = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return guids.setdefault(match.group(), new)

    def letters(match):
        other = "".join(rng.choice(string.ascii_lowercase) if c.isalnum() else c for c in match.group(2))
        return match.group(1) + other

    def digits(match):
        return "".join(rng.choice("123456789") if c.isdigit() else c for c in match.group())

    text = HOST.sub("https://graph.microsoft.com/", text)
    return DIGITS.sub(digits, NAMES.sub(letters, GUID.sub(guid, text)))


def main(url, number):
    client = boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1", aws_secret_access_key="unchecked",
                          aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
    items, more = [], {}
    while True:
        answer = client.scan(TableName="call-records", **more)
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    rng, samples = random.Random(1), []
    plain = TypeDeserializer().deserialize
    for item in items:
        sk = item["sk"]["S"]
        if sk.startswith("RAW#") and "parts" in item and item["parts"]["N"] == "1":
            body = zstandard.ZstdDecompressor().decompress(item["data"]["B"], max_output_size=1 << 24)
            # Of a large page, what comes first is worth as much as what repeats it.
            samples.append(anonymous(body.decode(), rng)[:12_000])
        elif sk == "RECORD" or sk.startswith("PERSON#"):
            folded = {name: plain(value) for name, value in item.items() if name not in READABLE}
            text = json.dumps(folded, sort_keys=True, separators=(",", ":"), default=float)
            samples.append(anonymous(text, rng))
    rng.shuffle(samples)
    pieces = [sample[at:at + 3_000].encode() for sample in samples for at in range(0, len(sample), 1_500)]
    dictionary = zstandard.train_dictionary(SIZE, pieces, level=6)
    with open(f"{number}.zdict", "wb") as file:
        file.write(dictionary.as_bytes())
    sample = max(samples, key=lambda sample: sample.startswith("{\"@odata") and len(sample) < 4_000)[:900].encode()
    with open(f"{number}.sample.json", "wb") as file:
        file.write(sample)
    with open(f"{number}.sample.zst", "wb") as file:
        file.write(zstandard.ZstdCompressor(level=6, dict_data=dictionary).compress(sample))
    print(len(items), "items,", len(samples), "samples,", len(dictionary.as_bytes()), "bytes")


main(*sys.argv[1:])
