"""The system in Rust, driven by lines of JSON."""

import json
import subprocess

from .decode import parsed


class System:
    """A process of `oracle-export`: a command on a line, an answer on a line."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, command, argument=None):
        line = command if argument is None else {command: argument}
        self.process.stdin.write(json.dumps(line, default=float) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the system ended with {self.process.wait()} while it was asked to {command}")
        return parsed(answer)
