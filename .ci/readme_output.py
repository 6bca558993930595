"""Runs the commands of a Markdown file and compares what they print with what the text says.

    readme_output.py README.md

Run are the fenced blocks named `sh`, all in one shell: what one block sets, the next ones may use. A block named
`console` holds commands after `$ ` and below each of them what it prints, exactly; a line of its own that reads `...`
stands for any lines, and `...` within a line for any characters, such as a time. Every command must succeed.

Accuracies that the text gives (94.35: two digits, a point, two digits) in a command's comment or in the paragraph
after a block must have been printed by that block or one before it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ACCURACY = re.compile(r"(?<![\d.])\d\d\.\d\d(?!\d|\.\d)")
END = "end of the command, with status "


class Shell:
    """One bash that keeps its variables from command to command."""

    def __init__(self, folder):
        self.process = subprocess.Popen(["bash", "-uo", "pipefail"], cwd=folder, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, command):
        """What the command prints, and its status."""
        self.process.stdin.write(f"{command}\necho; echo '{END}'$?\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith(END):
                return "\n".join(lines[:-1] if lines and not lines[-1] else lines), int(line[len(END):])
            lines.append(line.rstrip("\n"))
        sys.exit(f"readme_output: the shell ended after: {command}")


def blocks(text):
    """(kind, lines, paragraph after it, line number) of each fenced block."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].startswith("```"):
            at += 1
            continue
        kind, first = lines[at][3:].strip(), at + 1
        end = lines.index("```", first)
        rest = "\n".join(lines[end + 1:]).strip("\n")
        after = rest.split("\n\n")[0] if not rest.startswith("```") else ""
        yield kind, lines[first:end], after, first + 1
        at = end + 1


def commands(kind, lines):
    """(command, lines it prints, or None where that is not said)."""
    if kind == "sh":
        return [(line, None) for line in lines if line]
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def matches(expected, printed):
    """Whether the lines are those expected, in which ... stands for anything."""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
    return re.fullmatch(pattern, printed + "\n" if printed else "") is not None


def check(path, folder):
    shell, printed, faults, ran = Shell(folder), "", [], 0
    for kind, lines, after, number in blocks(path.read_text()):
        if kind not in ("sh", "console"):
            continue
        promised = after
        for command, expected in commands(kind, lines):
            print(f"+ {command}", flush=True)
            out, status = shell.run(command)
            print(out, flush=True)
            printed += out + "\n"
            ran += 1
            if status != 0:
                faults.append(f"line {number}: status {status} of: {command}")
            if expected is not None and not matches(expected, out):
                faults.append(f"line {number}: another output of: {command}\n--- expected\n" + "\n".join(expected) +
                              f"\n--- printed\n{out}")
            promised += "\n" + " ".join(command.split("#")[1:])
        for accuracy in ACCURACY.findall(promised):
            if accuracy not in printed:
                faults.append(f"line {number}: the text says {accuracy}, which no command has printed")
    if ran == 0:
        faults.append("there is no block named sh or console")
    print(f"{path}: {ran} commands, {len(faults)} faults")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("markdown", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # What the commands write stays out of the tree.
        for name in ("build", "models", "docs", "examples"):
            (Path(folder) / name).symlink_to(Path.cwd() / name)
        faults = check(arguments.markdown, folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
