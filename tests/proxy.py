"""A bad network: a proxy that randomly drops, delays, repeats and reorders requests that save answers, by a seed."""

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SAVE = re.compile(rb"POST /attempts/[0-9a-f-]{36}/\d+ ")
FATES = {
    "through": 10,
    "lost": 2,  # the server never gets it
    "unanswered": 2,  # the server gets it, but the browser gets no reply
    "slow": 2,
    "twice": 2,  # the server gets it now and again later
    "late": 2,  # the browser gets no reply and sends it again; the server gets the first one after newer ones
}


class Proxy:
    """Forward requests to the server at `port`. `fates` counts the fates of saves; `calm` lets everything through."""

    def __init__(self, port: int, seed: int) -> None:
        self.upstream = port
        self.chance = random.Random(seed)
        self.fates: Counter[str] = Counter()
        self.calm = False
        self.address = ""
        self.later: set[asyncio.Task[bytes]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            request = await read(reader)
            writer.write(await self.answer(request))
            await writer.drain()
        writer.close()

    async def answer(self, request: bytes) -> bytes:
        """Return the reply for the browser; empty if the connection ends without one."""
        fate = "through"
        if SAVE.match(request) and not self.calm:
            fate = self.chance.choices(list(FATES), list(FATES.values()))[0]
            self.fates[fate] += 1
        if fate == "lost":
            return b""
        if fate == "late":
            self.after(self.chance.uniform(0.3, 2), request)
            return b""
        if fate == "slow":
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
        reply = await self.forward(request)
        if fate == "twice":
            self.after(self.chance.uniform(0, 2), request)
        return b"" if fate == "unanswered" else reply

    def after(self, seconds: float, request: bytes) -> None:
        async def wait() -> bytes:
            await asyncio.sleep(seconds)
            return await self.forward(request)

        task = asyncio.create_task(wait())
        self.later.add(task)
        task.add_done_callback(self.later.discard)

    async def forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        writer.write(request)
        reply = await reader.read()
        writer.close()
        return reply


async def read(reader: asyncio.StreamReader) -> bytes:
    """Return one request, changed to close its connection afterwards."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    body = await reader.readexactly(int(length[1])) if length else b""
    head = re.sub(rb"(?im)^connection:.*\r\n", b"", head)
    return head[:-2] + b"Connection: close\r\n\r\n" + body


@contextmanager
def bad_network(port: int, seed: int) -> Iterator[Proxy]:
    proxy, loop, ready = Proxy(port, seed), asyncio.new_event_loop(), threading.Event()

    async def run() -> None:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        with suppress(asyncio.CancelledError):
            await server.serve_forever()

    task = loop.create_task(run())
    thread = threading.Thread(target=loop.run_until_complete, args=[task])
    thread.start()
    ready.wait(10)
    yield proxy
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()
