"""The manual pages tell every command, option, exit code and key, and troff takes them without a warning.

Usage: manual.py INSIGHTD SOURCE
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from program import commands_of, options_of, output_of


def keys_of(schema):
    """Every path that a configuration may have, each in defaults rather than again for each account."""
    shared = set(schema["properties"]["defaults"]["properties"])
    keys = set()

    def walk(path, node):
        name = node.get("$ref", "").rpartition("/")[2]
        if name == "secret":
            return
        node = schema["definitions"][name] if name else node
        for form in node.get("oneOf", []):
            walk(path, form)
        if "items" in node:
            walk(path + "[]", node["items"])
        if isinstance(node.get("additionalProperties"), dict):
            walk(path + ".METRIC", node["additionalProperties"])
        for key, below in node.get("properties", {}).items():
            full = f"{path}.{key}".lstrip(".")
            keys.add(full)
            if not (path == "accounts[]" and key in shared):
                walk(full, below)

    walk("", schema)
    return keys


def plain(page):
    """What a reader sees, in one line a paragraph, without hyphenation."""
    text = subprocess.run(
        ["groff", "-man", "-Tutf8", "-rLL=2000n", "-rHY=0", "-P-c", "-P-b", "-P-u"],
        input=page, capture_output=True, text=True, check=True)
    assert not text.stderr, text.stderr
    return text.stdout.replace("‐", "-").replace("−", "-")


def warnings_of(page):
    return subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", "-rLL=78n"], input=page, capture_output=True, text=True).stderr


def check_commands(page, insightd):
    sections = {}
    for part in re.split(r"^   (?=insightd )", page, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        sections[title] = text
    common = page.partition("Of every command:")[2].partition("\nCOMMANDS")[0]
    for path, text in commands_of(insightd).items():
        if "\nSubcommands:\n" in text:
            continue
        title = " ".join(("insightd", *path))
        found = [section for name, section in sections.items() if re.match(rf"{title}( [A-Z\[]|$)", name)]
        assert len(found) == 1, f"no section {title} in {list(sections)}"
        for option in options_of(text):
            assert re.search(rf"(^|[\s,]){option}\b", found[0] + common), f"{title}: no {option}"


def check_exit_codes(page, source):
    header = (source / "daemon/exit_code.hpp").read_text()
    codes = set(re.findall(r"^    [a-z_]+ = (\d+),", header, re.M))
    assert len(codes) > 5
    section = page.partition("\nEXIT STATUS\n")[2].partition("\nFILES\n")[0]
    told = set(re.findall(r"^       (\d+)\b", section, re.M))
    assert told == codes, f"{told} are told, {codes} exist"
    listed = set(re.findall(r"\b(\d+) ", (source / "README.md").read_text().partition("Exit codes: ")[2].partition("\n")[0]))
    assert codes <= listed, f"README lacks {codes - listed}"


def main():
    insightd, source = sys.argv[1], pathlib.Path(sys.argv[2])
    if not shutil.which("groff"):
        print("groff is not installed")
        sys.exit(77)
    schema_file = source / "config/insightd.schema.json"
    pages = {
        "insightd.1": output_of(insightd, "manual"),
        "insightd.yaml.5": output_of(sys.executable, source / "deploy/manual/yaml_page.py", schema_file, "0.1.0"),
    }
    for name, page in pages.items():
        assert not warnings_of(page), f"{name}: {warnings_of(page)}"
    program = plain(pages["insightd.1"])
    check_commands(program, insightd)
    check_exit_codes(program, source)
    configuration = plain(pages["insightd.yaml.5"])
    keys = keys_of(json.loads(schema_file.read_text()))
    told = set(re.findall(r"^       ([A-Za-z_.\[\]]+) \(", configuration, re.M))
    assert told == keys and len(keys) > 80, f"missing {keys - told}, invented {told - keys}"
    print(f"insightd(1) is whole, insightd.yaml(5) has {len(keys)} keys")


main()
