"""Writes what the fuzzers begin with: seeds.py FOLDER fills FOLDER/TARGET/ and FOLDER/TARGET.dict.

Samples of answers are lists of bodies, of headers, or rows about answers, written for people: each
body becomes a seed of its own, in one line, and once more with its lists cut short, for short
inputs run fast. The dictionary has the names and the short texts of them.
"""
import hashlib
import json
import pathlib
import re
import sys
import zlib

from targets import TARGETS

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def shortened(value, most=2):
    if isinstance(value, list):
        return [shortened(row, most) for row in value[:most]]
    if isinstance(value, dict):
        return {name: shortened(member, most) for name, member in value.items()}
    return value


def as_error(row):
    """A row of live-probe-errors.json as the body that it tells of."""
    return {"error": {name: row[name] for name in ("message", "code", "error_subcode") if name in row}}


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def bodies(value):
    """Every value of a sample that came as an answer or as a header by itself."""
    yield value
    rows = value if isinstance(value, list) else value.values() if isinstance(value, dict) else []
    for row in rows:
        if isinstance(row, (dict, list)):
            yield row
        if not isinstance(row, dict):
            continue
        if "message" in row:
            yield as_error(row)
        for member in row.values():
            body = parsed(member) if isinstance(member, str) else member
            if isinstance(body, dict):
                yield body


def seeds_in(path):
    raw = path.read_bytes()
    if path.suffix != ".json":
        return [raw]
    seeds = []
    for body in bodies(json.loads(raw)):
        for form in (body, shortened(body), shortened(body, 1)):
            seeds.append(json.dumps(form, separators=(",", ":"), ensure_ascii=False).encode())
    return seeds


def files_of(name):
    for pattern in TARGETS[name].seeds:
        yield from sorted(FIXTURES.glob(pattern))
    yield from sorted((FIXTURES / "fuzz" / name).glob("*"))


def packed(seeds):
    """The same as gzip and zlib data."""
    for seed in seeds:
        gzip = zlib.compressobj(wbits=31)
        yield gzip.compress(seed) + gzip.flush()
        yield zlib.compress(seed)


def words_of(seeds):
    words = set()
    for seed in seeds:
        words.update(re.findall(rb'"([A-Za-z0-9_.,+:-]{2,40})"', seed))
        words.update(re.findall(rb"([A-Za-z_]{2,40})[:=]", seed))
    return sorted(words)


def schema_keys():
    schema = (FIXTURES.parent.parent / "config" / "insightd.schema.json").read_bytes()
    return sorted(set(re.findall(rb'"([a-z_]{2,40})": ?\{', schema)))


def write(name, folder):
    seeds = [seed for path in files_of(name) for seed in seeds_in(path)]
    words = words_of(seeds) or [b"0"]
    if name == "transport":
        seeds += list(packed(seeds))
    if name == "configuration":
        words += schema_keys()
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (place / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    quoted = (b'"' + word + b'"\n' for word in words)
    (folder / f"{name}.dict").write_bytes(b"".join(quoted))


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in TARGETS:
        write(name, folder)


if __name__ == "__main__":
    main()
