"""Somebody between the site and its mail server, or in its place, gets neither the password nor a mail."""

import ssl

import pytest

from course.platform.mail import message
from tests.smtp import Received, certificate, server

PASSWORD = "s3cret-of-the-relay"


def mail(app):
    with app.app_context():
        return message.compose(1, "c@example.org", to="a@example.org", template="confirm-email", name="", link="")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("name", ["evil.attacker", "localhost"])
def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_nothing(app, tmp_path, scheme, name):
    received, (context, _) = Received(), certificate(tmp_path, name)
    secured = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    running = server(received, authenticator=received.authenticate, auth_require_tls=False, **secured)
    with running as port, pytest.raises(ssl.SSLCertVerificationError):
        message.send(mail(app), f"{scheme}://user:{PASSWORD}@localhost:{port}")
    assert (received.passwords, received.messages) == ([], [])


def test_a_certificate_of_another_host_is_refused_even_if_its_authority_is_trusted(app, tmp_path):
    received, (context, file) = Received(), certificate(tmp_path, "evil.attacker")
    with server(received, tls_context=context) as port, pytest.raises(ssl.SSLCertVerificationError):
        message.send(mail(app), f"smtp://localhost:{port}", file)
    assert received.messages == []


def test_a_server_of_the_private_authority_in_the_settings_gets_the_mail(app, tmp_path):
    received, (context, file) = Received(), certificate(tmp_path, "localhost")
    with server(received, tls_context=context, authenticator=received.authenticate) as port:
        message.send(mail(app), f"smtp://user:{PASSWORD}@localhost:{port}", file)
    assert received.passwords == [PASSWORD.encode()]
    assert len(received.messages) == 1


@pytest.fixture
def listening(monkeypatch):
    """Return a server without encryption that this machine does not take for itself."""
    received = Received()
    monkeypatch.setattr(message, "_is_this_machine", lambda _host: False)
    with server(received) as port:
        yield received, port


def test_a_server_that_hides_its_encryption_gets_no_mail(app, listening):
    received, port = listening
    with pytest.raises(message.MailNotSafe):
        message.send(mail(app), f"smtp://127.0.0.1:{port}")
    assert received.messages == []


def test_mails_go_out_unencrypted_only_if_the_operator_says_so(app, listening):
    received, port = listening
    message.send(mail(app), f"smtp+plain://127.0.0.1:{port}")
    assert len(received.messages) == 1


def test_even_then_a_password_does_not(app, listening):
    _, port = listening
    with pytest.raises(message.MailNotSafe):
        message.send(mail(app), f"smtp+plain://user:{PASSWORD}@127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("mail.example.org", False), ("192.0.2.1", False)],
)
def test_only_loopback_addresses_count_as_this_machine(host, is_ours):
    assert message._is_this_machine(host) is is_ours
