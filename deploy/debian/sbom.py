"""What is linked into the program, as SPDX 2.3, and the notices that go with it; ninja and dpkg are asked.

Shared libraries are those that the program names and those that they need; static archives are those of the last link;
headers are those that ninja saw the compiler read.
"""
import argparse
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import re
import subprocess


def output_of(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def packages_of(files):
    """File → Debian package, for those that dpkg knows; dpkg may know them without /usr in front."""
    spellings = {}
    for file in files:
        real = os.path.realpath(file)
        for path in (file, real, real.removeprefix("/usr"), file.removeprefix("/usr")):
            spellings[path] = file
    found = {}
    asked = sorted(spellings)
    for begin in range(0, len(asked), 500):
        # It fails if one of them is unknown, and tells of the others all the same.
        answer = subprocess.run(["dpkg-query", "-S", *asked[begin:begin + 500]], capture_output=True, text=True).stdout
        for line in answer.splitlines():
            names, _, path = line.partition(": ")
            if path in spellings:
                found[spellings[path]] = names.split(", ")[0]
    return found


def facts_of(package):
    form = "${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${Maintainer}\t${Homepage}"
    names = ("name", "version", "architecture", "source", "maintainer", "homepage")
    return dict(zip(names, output_of("dpkg-query", "-W", "-f", form, package).split("\t")))


def needed_by(program):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "-d", program)))


def shared_libraries(program):
    """Name → path, of all that the loader brings in."""
    return dict(re.findall(r"^\s*(\S+) => (/\S+)", output_of("ldd", program), re.M))


def of_the_build(build, program):
    """Headers that were read and archives that were linked, of the program's own targets."""
    target = os.path.relpath(program, build)
    commands = output_of("ninja", "-t", "commands", target, cwd=build)
    objects = set(re.findall(r" -o (\S+\.o)\b", commands))
    headers, current = set(), ""
    for line in output_of("ninja", "-t", "deps", cwd=build).splitlines():
        if line.startswith("    /"):
            if current in objects:
                headers.add(line.strip())
        elif ":" in line:
            current = line.partition(":")[0]
    archives = set(re.findall(r"(/usr/\S+\.a)\b", commands.splitlines()[-1]))
    return {header for header in headers if header.startswith("/usr/")}, archives


def linked_packages(build, program):
    """Package → how it is in the program; the closest tie wins."""
    libraries = shared_libraries(program)
    direct = {libraries[name] for name in needed_by(program) if name in libraries}
    headers, archives = of_the_build(build, program)
    ties = {}
    for relation, files in (("DEPENDS_ON", set(libraries.values())), ("DYNAMIC_LINK", direct),
                            ("CONTAINS", headers), ("STATIC_LINK", archives)):
        for package in packages_of(files).values():
            ties[package] = relation
    return ties


def license_words(package):
    """What the copyright file says of all files, where a machine can read it."""
    file = pathlib.Path("/usr/share/doc", package.partition(":")[0], "copyright")
    text = file.read_text(errors="replace") if file.exists() else ""
    match = re.search(r"^Files:\s*\*\s*$.*?^License:\s*(.+?)\s*$", text, re.M | re.S)
    return match.group(1) if match else f"see {file}"


def spdx_package(facts):
    bare, version = facts["name"].partition(":")[0], facts["version"]
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", bare),
        "name": bare,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "originator": "Person: " + facts["maintainer"],
        "downloadLocation": "NOASSERTION",
        "homepage": facts["homepage"] or "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "licenseComments": license_words(facts["name"]),
        "copyrightText": "NOASSERTION",
        "sourceInfo": "Debian source package " + facts["source"],
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{bare}@{version.replace('+', '%2B')}?arch={facts['architecture']}",
        }],
    }


def document(options, ties):
    program = options.program.read_bytes()
    checksum = hashlib.sha256(program).hexdigest()
    moment = datetime.datetime.fromtimestamp(
        int(os.environ.get("SOURCE_DATE_EPOCH", options.program.stat().st_mtime)), datetime.timezone.utc)
    packages = {package: spdx_package(facts_of(package)) for package in sorted(ties)}
    insightd = {
        "SPDXID": "SPDXRef-insightd",
        "name": "insightd",
        "versionInfo": options.version,
        "supplier": "Organization: The insightd authors",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": checksum}],
        "comment": "The checksum is of the program as linked, before it is stripped for the package.",
        "licenseConcluded": "MIT",
        "licenseDeclared": "MIT",
        "copyrightText": "Copyright (c) 2026 The insightd authors",
        "primaryPackagePurpose": "APPLICATION",
    }
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-insightd")]
    relations += [("SPDXRef-insightd", ties[name], package["SPDXID"]) for name, package in packages.items()]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"insightd-{options.version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/insightd-{options.version}-{checksum}",
        "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: insightd sbom.py"]},
        "packages": [insightd, *packages.values()],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
            for one, kind, other in relations],
    }


def notices(ties):
    """The copyright files of what is in the program itself: some licences want them to go with it."""
    text = []
    for package in sorted(name for name, tie in ties.items() if tie in ("CONTAINS", "STATIC_LINK")):
        bare = package.partition(":")[0]
        file = pathlib.Path("/usr/share/doc", bare, "copyright")
        text.append(f"==== {bare}\n\n" + file.read_text(errors="replace"))
    return "\n".join(text)


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "program", "spdx", "notices"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    ties = linked_packages(options.build, options.program)
    options.spdx.write_text(json.dumps(document(options, ties), indent=2) + "\n")
    options.notices.write_bytes(gzip.compress(notices(ties).encode(), 9, mtime=0))


main()
