"""What is in the Debian package, as `deploy/package` left it.

Usage: package.py FOLDER SOURCE          (skipped while FOLDER has no package)
"""
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

EXPECTED = """
etc/insightd/insightd.yaml
usr/bin/insightd
usr/lib/systemd/system/insightd.service
usr/lib/sysusers.d/insightd.conf
usr/lib/tmpfiles.d/insightd.conf
usr/share/bash-completion/completions/insightd
usr/share/doc/insightd/changelog.gz
usr/share/doc/insightd/copyright
usr/share/doc/insightd/examples/caddy/Caddyfile
usr/share/doc/insightd/examples/nginx/insightd-webhooks.conf
usr/share/doc/insightd/insightd.spdx.json
usr/share/doc/insightd/service.md
usr/share/doc/insightd/third-party-notices.gz
usr/share/fish/vendor_completions.d/insightd.fish
usr/share/insightd/grafana/dashboards/health.json
usr/share/insightd/insightd.schema.json
usr/share/insightd/prometheus/insightd.rules.yml
usr/share/man/man1/insightd.1.gz
usr/share/man/man5/insightd.yaml.5.gz
usr/share/zsh/vendor-completions/_insightd
""".split()


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check_bill(root, depends):
    """SPDX 2.3 that hangs together, in which each library of the package's dependencies is, as it was linked."""
    bill = json.loads((root / "usr/share/doc/insightd/insightd.spdx.json").read_text())
    assert bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0"
    for key in ("name", "documentNamespace", "creationInfo", "SPDXID"):
        assert bill[key], key
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bill["creationInfo"]["created"])
    packages = {package["SPDXID"]: package for package in bill["packages"]}
    assert len(packages) == len(bill["packages"]), "an id stands twice"
    for package in packages.values():
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
        assert package["versionInfo"] and package["downloadLocation"] and package["licenseDeclared"]
    ties = {}
    for relation in bill["relationships"]:
        assert relation["spdxElementId"] in packages or relation["spdxElementId"] == "SPDXRef-DOCUMENT"
        ties[packages[relation["relatedSpdxElement"]]["name"]] = relation["relationshipType"]
    assert ties["insightd"] == "DESCRIBES"
    linked = {name for name, tie in ties.items() if tie == "DYNAMIC_LINK"}
    libraries = set(re.findall(r"\b(lib[a-z0-9.+-]+) ?(?:\(|,|$)", depends)) - {"libspdlog1.10-fmt9"}
    assert len(libraries) > 10 and libraries <= linked, f"not in the bill: {libraries - linked}"
    headers = {name for name, tie in ties.items() if tie == "CONTAINS"}
    assert {"libboost1.81-dev", "libcli11-dev"} <= headers, f"header-only code is not in the bill: {headers}"
    notices = gzip.decompress((root / "usr/share/doc/insightd/third-party-notices.gz").read_bytes()).decode()
    for name in headers:
        assert f"==== {name}\n" in notices, f"no notice of {name}"


def check_files(root):
    files = {str(file.relative_to(root)) for file in root.rglob("*") if not file.is_dir()}
    missing = set(EXPECTED) - files
    assert not missing, f"not in the package: {missing}"
    for file in files:
        mode = (root / file).stat().st_mode & 0o7777
        assert mode == (0o755 if file.startswith("usr/bin/") else 0o644), f"{file}: {mode:o}"


def main():
    folder, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    package = next(folder.glob("insightd_*.deb"), None)
    if not package:
        print(f"no package in {folder}: deploy/package makes it")
        sys.exit(77)
    fields = dict(re.findall(r"^(\S+): (.*)$", output_of("dpkg-deb", "-f", package), re.M))
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name, "root")
        control = pathlib.Path(name, "control")
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        subprocess.run(["dpkg-deb", "-e", package, control], check=True)
        check_files(root)
        assert (control / "conffiles").read_text().split() == ["/etc/insightd/insightd.yaml"]
        changelog = gzip.decompress((root / "usr/share/doc/insightd/changelog.gz").read_bytes()).decode()
        assert changelog.startswith(f"insightd ({fields['Version']}) "), "the changelog tells of another version"
        check_bill(root, fields["Depends"])
        hardening = pathlib.Path(__file__).with_name("hardening.py")
        subprocess.run([sys.executable, hardening, root / "usr/bin/insightd"], check=True)
        version = output_of(root / "usr/bin/insightd", "--version").strip()
        assert version == "insightd " + fields["Version"], version
    if shutil.which("lintian"):
        subprocess.run(["lintian", "--allow-root", "--fail-on", "error", package], check=True)
    print(f"{package.name}: {fields['Installed-Size']} KiB installed")


main()
