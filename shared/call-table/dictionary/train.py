"""Makes a dictionary of what call records are made of.

    teams-calls serve --invent-days 6 --port-base 19800        # prints AWS_ACCESS_KEY_ID
    AWS_ACCESS_KEY_ID=... python3 train.py http://127.0.0.1:19802 N KIND
    AWS_ACCESS_KEY_ID=... python3 train.py http://127.0.0.1:19802 compare KIND

The second makes nothing and shows what every dictionary makes of what is stored. KIND is `pages` (Graph's pages) or `folded` (the folded attributes of items). Wants boto3 and
zstandard. Writes N.zdict, and a sample N.sample.json with its frame N.sample.zst, which a test reads
for ever. A dictionary that was released must never change: N is the next free number.

Names, ids, numbers and times are replaced by others in every sample, so that the dictionary knows how
records are built and nobody's data.
"""

import json
import os
import pathlib
import random
import re
import string
import sys
import time

import boto3
import zstandard

SIZES = {"pages": 32 * 1024, "folded": 16 * 1024}
LEVELS = {"pages": 6, "folded": 3}
HERE = pathlib.Path(__file__).parent
NAMES = re.compile(r'("(?:displayName|userPrincipalName|user_principal_name|organizer_name|display_name|headerValue|'
                   r'captureDeviceName|renderDeviceName|ipAddress|subnet|reflexiveIPAddress|macAddress|name)":")([^"]*)')
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
HOST = re.compile(r"http://127\.0\.0\.1:\d+/")
DEVICES = re.compile(r'("(?:capture|render)_devices":\[)([^\]]*)')
DIGITS = re.compile(r"(?<![0-9a-z_-])\d[\d.]{3,}")


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
    return DIGITS.sub(digits, DEVICES.sub(letters, NAMES.sub(letters, GUID.sub(guid, text))))


def decompress(frame):
    number = zstandard.get_frame_parameters(frame).dict_id
    known = [zstandard.ZstdCompressionDict(path.read_bytes()) for path in HERE.glob("*.zdict")]
    dictionary = next((it for it in known if it.dict_id() == number), None)
    return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(frame, max_output_size=1 << 24)


def main(url, number, kind):
    client = boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1", aws_secret_access_key="unchecked",
                          aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
    attribute = {"pages": "data", "folded": "folded"}[kind]
    items, more = [], {}
    while True:
        answer = client.scan(TableName="call-records", **more)
        items += [item for item in answer["Items"] if item["pk"]["S"].startswith("CALL#") and attribute in item]
        if "LastEvaluatedKey" not in answer:
            break
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    items.sort(key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    if number == "compare":
        return compare([decompress(item[attribute]["B"]) for item in items])
    rng = random.Random(1)
    # Of large pages, what comes first is worth as much as what repeats it.
    samples = [anonymous(decompress(item[attribute]["B"]).decode(), rng)[:12_000] for item in items]
    rng.shuffle(samples)
    pieces = [sample[at:at + 3_000].encode() for sample in samples for at in range(0, len(sample), 1_500)]
    level = LEVELS[kind]
    dictionary = zstandard.train_dictionary(SIZES[kind], pieces, level=level)
    sample = samples[0][:900].encode()
    frame = zstandard.ZstdCompressor(level=level, dict_data=dictionary).compress(sample)
    for name, content in [("zdict", dictionary.as_bytes()), ("sample.json", sample), ("sample.zst", frame)]:
        (HERE / f"{number}.{name}").write_bytes(content)
    print(len(samples), "samples,", len(dictionary.as_bytes()), "bytes")


def compare(texts):
    print(f"{len(texts)} texts of {sum(map(len, texts)) / len(texts):.0f} bytes")
    for path in sorted(HERE.glob("*.zdict")):
        for level in (1, 3, 7):
            compressor = zstandard.ZstdCompressor(
                level=level, dict_data=zstandard.ZstdCompressionDict(path.read_bytes()))
            compressor.compress(texts[0])
            began = time.perf_counter()
            size = sum(len(compressor.compress(text)) for text in texts) / len(texts)
            took = (time.perf_counter() - began) / len(texts)
            print(f"{path.name}, level {level}: {size:.0f} bytes, {took * 1e6:.1f} us")


main(*sys.argv[1:])
