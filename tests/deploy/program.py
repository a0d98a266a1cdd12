"""What the program says of its own command line, read from --help as a person would."""
import re
import subprocess


def output_of(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.returncode} {done.stderr}"
    return done.stdout


def commands_of(insightd, path=()):
    """Path → its --help, of the program and all commands below."""
    text = output_of(insightd, *path, "--help")
    found = {path: text}
    below = text.partition("\nSubcommands:\n")[2]
    for name in re.findall(r"^  ([a-z][a-z-]*) ", below, re.M):
        found |= commands_of(insightd, (*path, name))
    return found


def options_of(text):
    """-c, --config, …: those at the beginning of a line."""
    options = set()
    for names in re.findall(r"^  ((?:-[A-Za-z],)?--[a-z-]+|-[A-Za-z])\b", text, re.M):
        options |= set(names.split(","))
    return options


def children_of(commands, path):
    return {child[-1] for child in commands if child[:-1] == path and child}
