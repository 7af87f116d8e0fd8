"""Serve an app with our server but shorter time limits: `python -m tests.slow_server module:app HOST PORT`."""

import multiprocessing
import sys

from course import buffered_wsgi, server

LIMIT_S = 4

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    server.HEADER_TIMEOUT_S = server.UNREAD_TIMEOUT_S = buffered_wsgi.BODY_TIMEOUT_S = LIMIT_S
    server.WORKERS = 2
    server.serve_app(sys.argv[1], sys.argv[2], int(sys.argv[3]))
