"""insightd.yaml(5) in roff, from the JSON Schema of the configuration: what it describes is what the loader takes.

Usage: yaml_page.py SCHEMA VERSION > insightd.yaml.5
"""
import json
import re
import sys

BEGINNING = r""".TH INSIGHTD.YAML 5 "" "insightd {version}" "insightd"
.SH NAME
insightd.yaml \- what insightd collects, and where to
.SH DESCRIPTION
One YAML file,
.I /etc/insightd/insightd.yaml
unless
.B \-\-config
names another.
.B insightd check
says every mistake at once, with line and column.
Keys that are not listed here are mistakes.
.PP
Durations are a number and a unit: 90s, 15m, 2h, 1d.
Switches are on and off, yes and no, true and false.
.PP
Secrets never stand in the file, only where they are kept: a
.I secret
below is one of
.BR "{env: NAME}" ", " "{file: /path}" " and " "{credential: NAME}" ,
the last for
.BR systemd.exec (5)
credentials.
.PP
A dot goes into a map,
.B []
into each entry of a list.
.SH KEYS
"""

ENDING = r""".SH EXAMPLE
.nf
.RS
{example}
.RE
.fi
.SH SEE ALSO
.BR insightd (1),
.I /usr/share/doc/insightd/configuration.md
"""


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def alternatives(words):
    """Each once: 0 and "0" are one to who writes YAML."""
    return " or ".join(dict.fromkeys(str(word).lower() if isinstance(word, bool) else str(word) for word in words))


class Page:
    def __init__(self, schema):
        self.definitions = schema["definitions"]
        self.lines = []

    def resolved(self, node):
        """What a reference names, with what is said of this key above what is said there."""
        name = node.get("$ref", "").rpartition("/")[2]
        return ({**self.definitions[name], **node}, name) if name else (node, "")

    def kind(self, node, name):
        """What may stand there, in a few words."""
        if name in ("secret", "duration", "instant"):
            return name
        if "enum" in node:
            return alternatives(node["enum"])
        if "const" in node:
            return alternatives([node["const"]])
        if "oneOf" in node:
            return alternatives(self.kind(*self.resolved(one)) for one in node["oneOf"])
        kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
        names = {"boolean": "switch", "object": "map", "array": "list", "integer": "number", "string": "text"}
        return alternatives(names.get(kind, kind) for kind in kinds)

    def limits(self, node):
        if "minimum" in node and "maximum" in node:
            return f", {node['minimum']} to {node['maximum']}"
        return ""

    def entry(self, path, node, name, is_required):
        if "description" not in node:
            sys.exit(f"the schema does not describe {path}")
        kind = self.kind(node, name) + self.limits(node) + (", required" if is_required else "")
        self.lines += [".TP", f"\\fB{roff(path)}\\fR (\\fI{roff(kind)}\\fR)", roff(node["description"])]

    def below(self, path, node, name):
        """The keys of a map, of the entries of a list, and of each form that a key may have."""
        if name == "secret":
            return
        for form in node.get("oneOf", []):
            self.below(path, *self.resolved(form))
        if "items" in node:
            self.below(path + "[]", *self.resolved(node["items"]))
        if isinstance(node.get("additionalProperties"), dict):
            self.below(path + ".METRIC", *self.resolved(node["additionalProperties"]))
        for key, value in node.get("properties", {}).items():
            self.key(f"{path}.{key}" if path else key, value, key in node.get("required", []))

    def key(self, path, value, is_required):
        node, name = self.resolved(value)
        if path.startswith("accounts[].") and f"defaults.{path.partition('.')[2]}" in self.shared:
            self.entry(path, {**node, "description": "As in `defaults`, for this account."}, name, is_required)
            return
        self.entry(path, node, name, is_required)
        self.below(path, node, name)

    def text(self, schema):
        self.shared = {f"defaults.{key}" for key in schema["properties"]["defaults"]["properties"]}
        self.below("", schema, "")
        return "\n".join(self.lines) + "\n"


EXAMPLE = """database: embedded
state_dir: /var/lib/insightd
http: {listen: "127.0.0.1:9464"}
accounts:
  - name: shop
    user_id: "17841400000000000"
    token: {vault: true}
    timezone: Europe/Berlin"""


def main():
    schema_file, version = sys.argv[1:]
    schema = json.load(open(schema_file))
    example = "\n".join(roff(line) for line in EXAMPLE.splitlines())
    keys = Page(schema).text(schema)
    print(BEGINNING.replace("{version}", version) + keys + ENDING.replace("{example}", example), end="")


main()
