"""A server that can be killed and started again in a fraction of a second: `python -m tests.crash`.

A mother process has imported the program and read the content once. For each line on its standard input it starts the
command that serves, in a new process, and prints that process's number.
"""

import os
import sys

from course import create_app
from course.cli import serve


def main() -> None:
    create_app()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            serve.callback()
        print(child, flush=True)
        os.waitpid(child, 0)  # it ends by being killed


if __name__ == "__main__":
    main()
