"""The network of this machine."""

import random
import socket

NOT_FOR_CLIENTS = range(20_000, 32_000)  # below the ports that systems give to connections of clients


def free_port() -> int:
    """Return a port on which no server listens.

    A client that keeps asking for a server which is not up yet could otherwise be given the same port and take it.
    """
    for port in random.sample(NOT_FOR_CLIENTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")
