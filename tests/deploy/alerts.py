"""The alert rules ask for what the daemon serves, each label and outcome too, and each rule has a line in the document
and a test, which passes.

Usage: alerts.py SOURCE            (promtool of Debian's prometheus runs the tests, where it is there)
"""
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

source = pathlib.Path(sys.argv[1])
code = "".join(file.read_text() for file in sorted((source / "daemon").rglob("*.cpp")))
code += (source / "storage/model/story.hpp").read_text() + (source / "collectors/graph/failure.cpp").read_text()
table = re.findall(r'Metric\{"([a-z_]+)", Type::\w+, \{(.*?)\}', (source / "daemon/metrics/table.hpp").read_text())
served = {name for name, _ in table}
labels = {label for _, names in table for label in re.findall(r"[a-z]+", names)} | {"job", "instance"}
documented = dict(re.findall(r"^\| `(Insightd\w+)` \| (\w+) \|", (source / "deploy/docs/alerts.md").read_text(), re.M))
rules = [rule for group in yaml.safe_load((source / "deploy/prometheus/insightd.rules.yml").read_text())["groups"]
         for rule in group["rules"]]
tests = yaml.safe_load((source / "tests/deploy/alerts.test.yml").read_text())["tests"]
fired = {one["alertname"] for test in tests for one in test["alert_rule_test"] if one.get("exp_alerts")}
quiet = {one["alertname"] for one in tests[0]["alert_rule_test"] if not one.get("exp_alerts")}

wrong = []
assert len(served) > 15 and len(rules) > 10, "nothing was read"
for rule in rules:
    name, expression = rule["alert"], rule["expr"]
    for metric in set(re.findall(r"\b(insightd_[a-z_]+)", expression)) - served:
        wrong.append(f"{name}: the daemon serves no {metric}")
    for matcher in re.findall(r"\{([^}]*)\}", expression):
        for label, value in re.findall(r'([a-z]+)=~?"([^"]*)"', matcher):
            if label not in labels:
                wrong.append(f"{name}: no metric has a label {label}")
            for word in value.split("|") if label not in ("job", "instance") else []:
                if not re.search(rf"\b{word}\b", code):
                    wrong.append(f"{name}: {label} is never {word}")
    if not {"summary", "mend"} <= set(rule["annotations"]):
        wrong.append(f"{name}: says not what is wrong and what mends it")
    for page in re.findall(r"deploy/docs/\S+\.md", rule["annotations"]["mend"]):
        if not (source / page).exists():
            wrong.append(f"{name}: there is no {page}")
    if name not in fired or name not in quiet:
        wrong.append(f"{name}: no test in which it fires, or is quiet")
    if documented.pop(name, None) != rule["labels"]["severity"]:
        wrong.append(f"{name}: deploy/docs/alerts.md has no line of this severity")
wrong += [f"deploy/docs/alerts.md: there is no rule {name}" for name in documented]
print("\n".join(wrong) or f"{len(rules)} rules, {len(served)} metrics")
if wrong:
    sys.exit(1)

promtool = shutil.which("promtool")
if not promtool:
    print("promtool is not installed: the rules were not run")
    sys.exit(77)
sys.exit(subprocess.run([promtool, "test", "rules", "alerts.test.yml"], cwd=source / "tests/deploy").returncode)
