"""A real SMTP server that keeps what it is given."""

from email import message_from_bytes, policy


class Received:
    def __init__(self):
        self.messages = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the server's name for it
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"
