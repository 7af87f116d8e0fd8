"""A server that can be killed and started again in a fraction of a second: `python -m tests.crash`.

A mother process has imported the program and read the content once. For each line on its standard input it starts the
command that serves, in a new process, and prints that process's number.
"""

import gc
import os
import subprocess
import sys
import time

import psutil

from course import create_app
from course.cli import serve
from course.platform.config import ROOT


class Mother:
    """Starts the server again and again, and kills it with all its processes at once."""

    def __init__(self, environ):
        command = [sys.executable, "-m", "tests.crash"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        while not (line := self.process.stdout.readline()).strip().isdigit():
            assert line, "the mother process has ended"
        self.server = psutil.Process(int(line))

    def kill(self):
        family = [self.server, *self.server.children(recursive=True)] if self.server.is_running() else []
        for one in family:
            one.suspend()  # so that none starts another while they die
        for one in family:
            one.kill()
        while not all(is_dead(one) for one in family):
            time.sleep(0.002)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def is_dead(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def main() -> None:
    create_app()
    gc.freeze()  # the server looks for garbage when it starts
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            serve.callback()
        print(child, flush=True)
        os.waitpid(child, 0)  # it ends by being killed


if __name__ == "__main__":
    main()
