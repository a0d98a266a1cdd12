"""Lines that the tests executed, per folder of the product. Called by tests/coverage/run."""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "coverage"
PROFILES = BUILD / "profiles"
MERGED = PROFILES / "all.profdata"
PRODUCT = ("collectors", "config", "daemon", "storage")


def programs():
    """The binaries that may have left counts: the daemon, and whatever is built below tests/."""
    built = [BUILD / "daemon" / "insightd", *sorted((BUILD / "tests").rglob("insightd*"))]
    return [path for path in built if path.is_file() and os.access(path, os.X_OK)]


def merge():
    raw = sorted(str(path) for path in PROFILES.glob("*.profraw"))
    if not raw:
        sys.exit("no counts: run the tests first (tests/coverage/run)")
    subprocess.run(["llvm-profdata-14", "merge", "--failure-mode=all", "-sparse", "-o", str(MERGED), *raw], check=True)


def lines_of_files():
    """{path inside the product: (executed, all)}"""
    merge()
    first, *others = programs()
    command = ["llvm-cov-14", "export", "-summary-only", f"-instr-profile={MERGED}", str(first)]
    for other in others:
        command += ["-object", str(other)]
    command += [str(ROOT / folder) for folder in PRODUCT]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {str(pathlib.Path(file["filename"]).relative_to(ROOT)):
            (file["summary"]["lines"]["covered"], file["summary"]["lines"]["count"])
            for file in answer["data"][0]["files"]}


def percent(executed, count):
    return 100 * executed / count if count else 100.0


def show(title, executed, count):
    print(f"{title:<44}{executed:>8} of {count:>6} lines {percent(executed, count):6.1f} %")


def show_files(files, folder):
    inside = [(name, numbers) for name, numbers in files.items() if name.startswith(folder)]
    for name, numbers in sorted(inside, key=lambda one: percent(*one[1])):
        show(name, *numbers)


def show_folders(files):
    """The share of all, in percent."""
    folders = collections.defaultdict(lambda: (0, 0))
    for name, (executed, count) in files.items():
        folder = os.path.dirname(name)
        folders[folder] = (folders[folder][0] + executed, folders[folder][1] + count)
    for folder, numbers in sorted(folders.items()):
        show(folder, *numbers)
    altogether = tuple(map(sum, zip(*files.values())))
    show("altogether", *altogether)
    return percent(*altogether)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--least", type=float, default=0, help="percent of the lines; fewer is a failure")
    options.add_argument("--files", metavar="FOLDER", help="each file of a folder, least covered first")
    wish = options.parse_args()
    files = lines_of_files()
    if wish.files is not None:
        show_files(files, wish.files)
        return 0
    return 0 if show_folders(files) >= wish.least else 1


if __name__ == "__main__":
    sys.exit(main())
