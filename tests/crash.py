"""A server that can be killed and restarted in a fraction of a second: `python -m tests.crash`.

A launcher process imports the program and reads the content once. For each line on its standard input it forks a
process that runs the serve command, and prints that process's id.
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


class Launcher:
    """Start the server, kill it with all its processes, and start it again."""

    def __init__(self, environ):
        command = [sys.executable, "-m", "tests.crash"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        while not (line := self.process.stdout.readline()).strip().isdigit():
            assert line, "the launcher has ended"
        self.server = psutil.Process(int(line))

    def kill(self):
        processes = [self.server, *self.server.children(recursive=True)] if self.server.is_running() else []
        for process in processes:
            process.suspend()  # so that none starts another one meanwhile
        for process in processes:
            process.kill()
        while not all(is_dead(process) for process in processes):
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
    gc.freeze()  # the server collects garbage when it starts
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            serve.callback()
        print(child, flush=True)
        os.waitpid(child, 0)  # until it is killed


if __name__ == "__main__":
    main()
