"""Every setting of the unit's [Service] has its reason directly above it.

Usage: unit.py SOURCE
"""
import pathlib
import re
import sys

# What is said above the first of them is about both.
shared = {"Group": "User", "RestartPreventExitStatus": "Restart"}


def without_reason(unit):
    lines = unit.split("[Service]\n", 1)[1].split("[Install]", 1)[0].splitlines()
    return [line for above, line in zip([""] + lines, lines)
            if (setting := re.match(r"(\w+)=", line)) and not above.startswith("# ")
            and not (setting[1] in shared and above.startswith(shared[setting[1]] + "="))]


assert without_reason("[Service]\n# Its own.\nUser=a\nGroup=a\nUMask=1\n\nGroup=b\n[Install]") == ["UMask=1", "Group=b"]
unit = (pathlib.Path(sys.argv[1]) / "deploy/systemd/insightd.service").read_text()
assert len(re.findall(r"^\w+=", unit, re.M)) > 40
assert not without_reason(unit), without_reason(unit)
