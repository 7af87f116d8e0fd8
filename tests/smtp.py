"""The handler of a real SMTP server that stores each message."""

from email import message_from_bytes, policy


class Received:
    def __init__(self):
        self.messages = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - named by aiosmtpd
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"
