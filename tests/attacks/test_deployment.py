"""Host names, redirects, headers, the local mailbox and files, as an attacker finds them on a deployed site."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf, validate_csrf

from course import create_app, wire_app
from course.people.accounts import tokens
from course.people.factors import sealed
from course.platform import headers
from course.platform.config import ROOT, BadSetting, Config, add_secret_key
from course.platform.mail import views as mail_views
from course.site import site_of
from tests import factories
from tests.pages import Pages

PUBLIC = "https://learn.example.org"
CLOSED = {name: f"/{name}" for name in ("modules", "admin", "verify", "directory", "states")}


@pytest.fixture
def public(config, catalog, app):
    """Return the app as it runs at PUBLIC_URL."""
    public_app = create_app(factories.replaced(config, public_url=PUBLIC), catalog)
    yield public_app
    site_of(public_app).engines.dispose()


@pytest.mark.parametrize("path", CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize("host", ["evil.example", "learn.example.org.evil.example", "127.0.0.1.evil.example"])
def test_a_missing_slash_never_leads_to_the_host_of_the_request(app, path, host):
    response = app.test_client().get(f"{path}?q=a%20b", headers={"Host": host})
    assert response.status_code == 308
    assert response.location == f"{path}/?q=a%20b"
    assert host not in response.text


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example.", "//modules", "//modules.", "//modules/x.", "/modules//", "//..", "/."]
)
def test_doubled_slashes_never_lead_to_another_site(app, path):
    location = app.test_client().get("/", environ_overrides={"PATH_INFO": path}).headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")


@pytest.mark.parametrize("host", ["evil.example", "learn.example.org.evil.example", "evil.example:443", "", "a b"])
def test_a_public_site_answers_under_its_own_name_only(public, host):
    response = public.test_client().get("/", environ_overrides={"HTTP_HOST": host})
    assert response.status_code in {400, 421}
    assert "evil" not in response.text


@pytest.mark.parametrize("host", ["learn.example.org", "learn.example.org:443", "127.0.0.1:8000", "[::1]:8000"])
def test_a_public_site_answers_its_visitors_and_its_proxy(public, host):
    assert public.test_client().get("/", environ_overrides={"HTTP_HOST": host}).status_code == 200


def test_a_health_check_may_ask_by_any_address(public):
    assert public.test_client().get("/healthz", environ_overrides={"HTTP_HOST": "10.0.0.7:8000"}).status_code == 200


def test_a_header_of_a_proxy_that_nobody_trusts_changes_no_address(public):
    for name in ("X-Forwarded-Host", "Forwarded", "X-Original-URL"):
        response = public.test_client().get("/modules", base_url=PUBLIC, headers={name: "evil.example"})
        assert response.location == "/modules/"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/static/course.css", "/modules", "/healthz"])
def test_every_answer_has_the_security_headers(public, path):
    with public.test_client().get(path, base_url=PUBLIC) as response:
        pass
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    for name, value in headers.DEFAULTS.items():
        assert response.headers[name] == value
    assert "require-trusted-types-for 'script'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "Server" not in response.headers


def test_files_for_verifiers_may_be_loaded_by_other_sites(public):
    response = public.test_client().get("/.well-known/did.json", base_url=PUBLIC)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_without_tls_browsers_are_not_told_to_insist_on_it(app):
    assert "Strict-Transport-Security" not in app.test_client().get("/").headers


class TestMailbox:
    ON_THIS_MACHINE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}

    def test_a_request_that_a_proxy_on_this_machine_forwards_as_its_own_sees_nothing(self, app):
        client = app.test_client()
        assert client.get("/mailbox/", environ_overrides=self.ON_THIS_MACHINE).status_code == 404

    @pytest.mark.parametrize("guess", ["", "x" * 40, "é", "None", "0" * 40])
    def test_a_guessed_link_or_cookie_opens_nothing(self, app, guess):
        client = app.test_client()
        assert client.get(f"/mailbox/{guess}").status_code == 404
        client.set_cookie(mail_views.COOKIE, guess)
        assert client.get("/mailbox/").status_code == 404

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, app):
        with app.app_context():
            response = app.test_client().get(mail_views.way_in())
        assert "HttpOnly" in response.headers["Set-Cookie"]
        assert "SameSite=Lax" in response.headers["Set-Cookie"]


class TestFiles:
    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "data"
        folder.mkdir()
        return folder

    def read(self, folder, **env):
        return Config.from_environ({"COURSE_DATA": str(folder), **env})

    def test_an_open_folder_from_before_is_closed_with_its_files(self, folder):
        (folder / "course.db").touch(0o644)
        folder.chmod(0o755)
        self.read(folder)
        assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder / "course.db")] == ["0o700", "0o600"]

    def test_an_empty_open_folder_is_closed(self, folder):
        folder.chmod(0o777)
        self.read(folder)
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_a_folder_that_others_could_write_to_is_refused_with_what_is_in_it(self, folder):
        (folder / "secret_key").write_text("k" * 64)
        (folder / "secret_key").chmod(0o666)
        folder.chmod(0o777)
        with pytest.raises(BadSetting, match="COURSE_DATA: other users"):
            self.read(folder)

    @pytest.mark.parametrize("mode", [0o755, 0o700])
    def test_a_secret_key_that_others_could_read_is_refused(self, folder, mode):
        (folder / "secret_key").write_text("k" * 64)
        (folder / "secret_key").chmod(0o644)
        folder.chmod(mode)
        with pytest.raises(BadSetting, match="secret_key can be read by other users"):
            self.read(folder)

    def test_a_folder_of_others_is_left_alone(self, folder):
        (folder / "of-somebody-else").touch(0o644)
        folder.chmod(0o755)
        with pytest.raises(BadSetting, match="is shared with other users"):
            self.read(folder)
        folder.chmod(0o1777)
        with pytest.raises(BadSetting, match="is shared with other users"):
            self.read(folder)
        assert (folder / "of-somebody-else").stat().st_mode & 0o777 == 0o644

    def test_what_a_command_writes_is_private_whatever_the_umask(self, folder):
        folder.chmod(0o755)
        command = ["sh", "-c", f"umask 0; exec {sys.executable} -m course migrate"]
        env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(folder)}
        subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
        found = [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]
        assert (folder / "course.db").exists()
        assert found == []


class TestSecretKeys:
    OLD, NEW = "o" * 40, "n" * 40

    def config(self, data, keys):
        return Config.from_environ({"COURSE_DATA": str(data), "SECRET_KEY": keys})

    def test_a_new_key_signs_and_the_old_one_still_verifies(self, tmp_path):
        before, after = self.config(tmp_path, self.OLD), self.config(tmp_path, f"{self.NEW} {self.OLD}")
        assert after.secret_keys == (self.NEW, self.OLD)
        cookie = serializer(wire_app(before)).dumps({"a": 1})
        assert serializer(wire_app(after)).loads(cookie) == {"a": 1}
        with pytest.raises(Exception, match="Signature"):
            serializer(wire_app(self.config(tmp_path, self.NEW))).loads(cookie)

    def test_a_form_that_was_open_at_the_rotation_can_be_sent(self, tmp_path):
        before, after = (wire_app(self.config(tmp_path, keys)) for keys in (self.OLD, f"{self.NEW} {self.OLD}"))
        with before.test_request_context():
            token, kept = generate_csrf(), dict(session)
        with after.test_request_context():
            session.update(kept)
            validate_csrf(token)

    def test_links_and_stored_secrets_outlive_a_rotation(self):
        code = uuid4()
        token = tokens.make([self.OLD], tokens.Purpose.RESET, code, "state")
        assert tokens.read([self.OLD, self.NEW], tokens.Purpose.RESET, token)[0] == code
        assert tokens.read([self.NEW], tokens.Purpose.RESET, token) is None
        stored = sealed.seal([self.OLD], "purpose", "secret")
        assert sealed.unseal([self.OLD, self.NEW], "purpose", stored) == "secret"
        assert sealed.unseal([self.NEW], "purpose", stored) is None

    def test_the_kept_key_is_rotated_by_a_command(self, tmp_path):
        first = Config.from_environ({"COURSE_DATA": str(tmp_path)})
        add_secret_key(tmp_path)
        second = Config.from_environ({"COURSE_DATA": str(tmp_path)})
        assert second.secret_keys[0] != first.secret_key
        assert second.secret_keys[1:] == first.secret_keys
        assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0

    def test_a_short_key_among_several_is_refused(self, tmp_path):
        with pytest.raises(BadSetting, match="SECRET_KEY: shorter"):
            self.config(tmp_path, f"{self.NEW} short")


class TestSecretsInFiles:
    def test_a_secret_is_read_from_the_file_that_is_named(self, tmp_path):
        (tmp_path / "mounted").write_text("smtp://user:pw@mail.example.org:587\n")
        env = {"COURSE_DATA": str(tmp_path / "data"), "SMTP_URL_FILE": str(tmp_path / "mounted")}
        assert Config.from_environ(env).smtp_url == "smtp://user:pw@mail.example.org:587"

    @pytest.mark.parametrize("more", [{"SMTP_URL": "smtp://mail.example.org"}, {}])
    def test_a_missing_file_or_two_values_are_refused(self, tmp_path, more):
        with pytest.raises(BadSetting, match="SMTP_URL"):
            Config.from_environ({"COURSE_DATA": str(tmp_path / "data"), "SMTP_URL_FILE": "/nowhere", **more})


@pytest.mark.parametrize("command", [["demo", "--learners", "1"], ["bench"]])
def test_sample_people_and_load_tests_are_refused_on_a_public_site(tmp_path, command):
    env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(tmp_path), "PUBLIC_URL": PUBLIC}
    done = subprocess.run([sys.executable, "-m", "course", *command], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("PUBLIC_URL: ")
    assert not (tmp_path / "course.db").exists()


def serializer(app: Flask):
    return app.session_interface.get_signing_serializer(app)


def test_the_pages_of_a_public_site_show_no_mailbox(public):
    assert Pages(public).get("/sign-in", base_url=PUBLIC).status == 200
    assert public.test_client().get("/mailbox/", base_url=PUBLIC).status_code == 404
