"""The program is built as Debian hardens: read from the binary, not from the flags.

Usage: hardening.py PROGRAM          (readelf of binutils; hardening-check of devscripts as well, where it is there)
"""
import re
import shutil
import subprocess
import sys


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options], check=True, capture_output=True, text=True).stdout


def findings(program):
    header, segments, dynamic = (readelf(option, program) for option in ("-h", "-l", "-d"))
    symbols = readelf("--dyn-syms", program)
    stack = re.search(r"GNU_STACK.*", segments).group()
    return {
        "position independent (PIE)": "DYN (" in header and re.search(r"FLAGS_1\).*PIE", dynamic),
        "read-only relocations (RELRO)": "GNU_RELRO" in segments,
        "bound at the start (BIND_NOW)": re.search(r"\(BIND_NOW\)|FLAGS\).*BIND_NOW|FLAGS_1\).*NOW", dynamic),
        "stack protector": "__stack_chk_fail" in symbols,
        "fortified": re.search(r" __\w+_chk@", symbols),
        "a stack that is not executable": " RWE" not in stack and " RW " in stack,
        "no segment that is written and executed": not re.search(r"LOAD .* RWE ", segments),
        "no text relocations": "TEXTREL" not in dynamic,
        "no search path of its own": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
    }


def main():
    program = sys.argv[1]
    found = findings(program)
    for what, holds in found.items():
        print("ok  " if holds else "FAIL", what)
    good = all(found.values())
    if shutil.which("hardening-check"):
        # Control flow protection is compiled in; the startup code of Debian 12's libc lacks it, and so the whole does.
        answer = subprocess.run(["hardening-check", "--nocfprotection", program], capture_output=True, text=True)
        print(answer.stdout)
        good = good and answer.returncode == 0
    sys.exit(not good)


main()
