"""Each shell loads its completion and completes every command and every option that --help names.

Usage: completion.py bash|zsh|fish INSIGHTD
"""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile

from program import children_of, commands_of, options_of, output_of


class Bash:
    def __init__(self, script, folder):
        self.script = script

    def completions(self, *words):
        line = " ".join(f"'{word}'" for word in ("insightd", *words))
        return set(subprocess.run(
            ["bash", "--norc", "-c", f"source {self.script}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _insightd; "
             "printf '%s\\n' \"${COMPREPLY[@]}\""], capture_output=True, text=True, check=True).stdout.split())


class Fish:
    def __init__(self, script, folder):
        self.script, self.home = script, {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}

    def completions(self, *words):
        line = " ".join(("insightd", *words))
        listed = subprocess.run(
            ["fish", "--no-config", "-c", f"source {self.script}; complete -C '{line}'"],
            capture_output=True, text=True, check=True, env=self.home).stdout.splitlines()
        return {entry.partition("\t")[0] for entry in listed}


class Zsh:
    """zsh completes at its prompt only: it is given a terminal, and a key that lists instead of Tab."""

    MARK = "-+-done-+-"

    def __init__(self, script, folder):
        shutil.copy(script, folder / "_insightd")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", HOME=str(folder), COLUMNS="200", LINES="200")
            os.execvp("zsh", ["zsh", "-f", "-i"])
        self.say("PS1=; PROMPT_EOL_MARK=; stty -echo cols 200 rows 200; unsetopt zle_bracketed_paste prompt_cr")
        self.say(f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -d {folder}/dump")
        self.say("insightd() { : }; zstyle ':completion:*' verbose no; zstyle ':completion:*' list-colors ''")
        # What would be offered, caught where completion widgets hand it over.
        self.say("compadd() { local -a got; builtin compadd -O got \"$@\"; print -rl -- $got >>$HOME/offered; "
                 "builtin compadd \"$@\" }")
        self.say("finish() { BUFFER=; print -r -- " + self.MARK.replace("done", "d''one") + " }")
        self.say("list() { zle complete-word }; zle -C list list-choices _main_complete; "
                 "bindkey '^T' list; zle -N finish; bindkey '^G' finish")
        self.offered = folder / "offered"
        self.type("\x07")
        self.wait()

    def say(self, line):
        self.type(line + "\r")

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def wait(self):
        text = ""
        while self.MARK not in text:
            assert select.select([self.terminal], [], [], 60)[0], f"zsh is silent after {text}"
            text += os.read(self.terminal, 4096).decode(errors="replace")
        return text

    def completions(self, *words):
        self.offered.write_text("")
        self.type(" ".join(("insightd", *words)) + "\x14\x07")
        self.wait()
        return set(re.findall(r"\S+", self.offered.read_text()))


def main():
    kind, insightd = sys.argv[1:]
    if not shutil.which(kind):
        print(f"{kind} is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = folder / f"insightd.{kind}"
        script.write_text(output_of(insightd, "completion", kind))
        shell = {"bash": Bash, "fish": Fish, "zsh": Zsh}[kind](script, folder)
        commands = commands_of(insightd)
        assert len(commands) > 15
        for path, text in commands.items():
            below = children_of(commands, path)
            missing = below - shell.completions(*path, "") if below else set()
            assert not missing, f"{path}: {missing}"
            asked = {option for option in options_of(text) if option.startswith("--")}
            missing = asked - shell.completions(*path, "--")
            assert not missing, f"{path}: {missing}"
        assert {"csv", "ndjson"} <= shell.completions("export", "media_daily", "--format", ""), "choices"
        files = shell.completions("run", "-c", f"{folder}/insightd.")
        assert any(file.endswith(script.name) for file in files), "files"
        assert shell.completions("tok") & {"token"}, "a beginning"
        assert not shell.completions("status", "--json", "--onl") & {"--online"}, "another command's option"
        print(f"{kind}: {len(commands)} commands")


main()
