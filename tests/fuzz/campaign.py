"""The long form of the fuzzers: tests/fuzz/run --long. Prints a line per slice, and a table at the end.

Each target runs in slices. A slice is two minutes of the optimised fuzzer (UndefinedBehaviorSanitizer
and the assertions of the libraries), then some seconds of the same target under AddressSanitizer
too, which reads everything that the corpus has by then. Counts and corpora are kept in
build/fuzz/corpus, so that a run goes on where the last one was left. Exit code 1: something was
found; it lies in build/fuzz/corpus/found.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

from targets import TARGETS, TOTALS, total_of

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "build" / "fuzz" / "corpus"
FOUND = CORPUS / "found"
COUNTS = CORPUS / "counts.json"
LONGEST = 8192  # bytes, in one slice of ten
INTERRUPTED = 72  # how libFuzzer ends when it is told to

FAST, CHECKED = "ubsan", "asan+ubsan"
BINARIES = {FAST: ROOT / "build" / "fuzz" / "tests" / "fuzz",
            CHECKED: ROOT / "build" / "asan" / "tests" / "fuzz"}
SECONDS = {FAST: 120, CHECKED: 12}
# Short stacks and a small quarantine: what is found is run again with both as they usually are.
QUICKLY = {"ASAN_OPTIONS": "malloc_context_size=1:quarantine_size_mb=8"}


class Counts:
    """Executions of each target under each sanitizer, and how far they got."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rows = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}

    def of(self, name):
        return self.rows.setdefault(
            name, {FAST: 0, CHECKED: 0, "slices": 0, "edges": 0, "first_edges": 0})

    def done(self, name):
        row = self.of(name)
        return row[FAST] + row[CHECKED]

    def note(self, name, kind, run):
        with self.lock:
            row = self.of(name)
            row[kind] += run.executions
            row["slices"] += kind == CHECKED
            if kind == FAST and run.edges:
                row["edges"] = max(row["edges"], run.edges)
                row["first_edges"] = row["first_edges"] or run.first_edges
            COUNTS.with_suffix(".new").write_text(json.dumps(self.rows, indent=1))
            COUNTS.with_suffix(".new").replace(COUNTS)


class Run:
    """What a fuzzer said of itself."""

    def __init__(self, code, log):
        self.code = code
        last = re.findall(r"^#(\d+)\s.*?cov: (\d+)", log, re.MULTILINE)
        told = re.search(r"stat::number_of_executed_units:\s*(\d+)", log)
        self.executions = int(told[1]) if told else int(last[-1][0]) if last else 0
        first = re.search(r"INITED cov: (\d+)", log)
        self.first_edges = int(first[1]) if first else 0
        self.edges = int(last[-1][1]) if last else 0
        self.log = log
        written = re.search(r"Test unit written to (\S+)", log)
        self.input = pathlib.Path(written[1]) if written else None
        self.found = code not in (0, INTERRUPTED)


def command(name, kind, runs, longest):
    own, seeds = CORPUS / name, CORPUS / "seeds" / name
    searching = "0" if kind == FAST else "1"  # what to change next is chosen with care under ASan alone: it takes time
    return [str(BINARIES[kind] / f"{name}_fuzzer"), f"-runs={runs}", f"-max_total_time={SECONDS[kind]}",
            f"-max_len={longest}", "-timeout=60", "-rss_limit_mb=2048", f"-entropic={searching}",
            "-print_final_stats=1", "-print_pcs=0", "-print_funcs=0",
            f"-dict={CORPUS / 'seeds' / name}.dict", f"-artifact_prefix={FOUND}/{name}-", str(own), str(seeds)]


def started(arguments):
    return subprocess.run(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | QUICKLY, check=False)


def is_shown_again(name, path):
    """Whether the input by itself fails: one that was only stopped for too long does not."""
    return any(started([str(binaries / f"{name}_fuzzer"), "-timeout=60", str(path)]).returncode
               for binaries in BINARIES.values())


def execute(name, kind, runs, longest):
    result = started(command(name, kind, runs, longest))
    run = Run(result.returncode, result.stderr.decode(errors="replace"))
    if run.found and run.input and not is_shown_again(name, run.input):
        run.input.unlink()
        run.found = False
    return run


def found_in(name):
    """The inputs that fail, or what a fuzzer said that ended without one. One that was slow does not: that may have
    been the machine's other work, and what hangs fails."""
    return [path for path in FOUND.iterdir()
            if path.name.startswith(f"{name}-") and path.suffix != ".log" and "-slow-unit-" not in path.name]


def keep(name, run):
    shown_by = run.input or FOUND / f"{name}-without-input-{hashlib.sha1(run.log.encode()).hexdigest()[:12]}"
    shown_by.touch()
    shown_by.with_name(shown_by.name + ".log").write_text(run.log[-20_000:])
    return shown_by


def forget_mended():
    """What was found by an earlier run, and fails no more."""
    for name in TARGETS:
        for path in found_in(name):
            if not is_shown_again(name, path):
                path.unlink()
                path.with_name(path.name + ".log").unlink(missing_ok=True)


def slice_of(name, counts):
    """One slice; True if nothing was found."""
    longest = LONGEST if counts.of(name)["slices"] % 10 == 9 else TARGETS[name].longest
    well = True
    for kind in (FAST, CHECKED):
        run = execute(name, kind, max(total_of(name) - counts.done(name), 1), longest)
        counts.note(name, kind, run)
        if run.found:
            print(f"{name}: FOUND under {kind}: {keep(name, run)}", flush=True)
            well = False
    row = counts.of(name)
    print(f"{time.strftime('%H:%M:%S')} {name}: {counts.done(name):,} of {total_of(name):,}, "
          f"{row[CHECKED]:,} under {CHECKED}, {row['edges']} edges, {len(found_in(name))} findings", flush=True)
    return well


class Turns:
    """Who is next: of those that nobody works on, the one that is furthest from its total."""

    def __init__(self, names, counts):
        self.lock = threading.Lock()
        self.waiting = set(names)
        self.counts = counts

    def share_left(self, name):
        return 1 - self.counts.done(name) / total_of(name)

    def take(self):
        with self.lock:
            self.waiting = {name for name in self.waiting if self.share_left(name) > 0}
            name = max(sorted(self.waiting), key=self.share_left, default=None)
            self.waiting.discard(name)
            return name

    def give_back(self, name):
        with self.lock:
            self.waiting.add(name)


def work_on(turns, counts, until):
    """Slices by turns; a target in which something was found is left alone from then on."""
    while time.monotonic() < until and (name := turns.take()):
        if slice_of(name, counts):
            turns.give_back(name)


def table(counts):
    lines = ["| group | target | executions | of them under ASan | edges, of them by the seeds | findings |",
             "|---|---|--:|--:|--:|--:|"]
    for group, total in TOTALS.items():
        members = [name for name, target in TARGETS.items() if target.group == group]
        for name in members:
            row = counts.of(name)
            lines.append(f"| {group} | {name} | {counts.done(name):,} | {row[CHECKED]:,} "
                         f"| {row['edges']}, {row['first_edges']} | {len(found_in(name))} |")
        everything = sum(counts.done(name) for name in members)
        checked = sum(counts.of(name)[CHECKED] for name in members)
        findings = sum(len(found_in(name)) for name in members)
        lines.append(f"| {group} | all, of {total:,} | {everything:,} | {checked:,} | | {findings} |")
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/fuzz/run --long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="fuzzers at the same time")
    parser.add_argument("--only", default=",".join(TARGETS), help="targets, with commas")
    parser.add_argument("--minutes", type=float, default=7 * 24 * 60, help="stop after so many")
    return parser.parse_args()


def main():
    options = arguments()
    FOUND.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-B", str(ROOT / "tests/fuzz/seeds.py"), str(CORPUS / "seeds")], check=True)
    for name in TARGETS:
        (CORPUS / name).mkdir(exist_ok=True)
    forget_mended()
    counts = Counts()
    until = time.monotonic() + options.minutes * 60
    turns = Turns(options.only.split(","), counts)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for job in [pool.submit(work_on, turns, counts, until) for _ in range(options.jobs)]:
            job.result()
    print(table(counts))
    sys.exit(any(found_in(name) for name in TARGETS))


if __name__ == "__main__":
    main()
