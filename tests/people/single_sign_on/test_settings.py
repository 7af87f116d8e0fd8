"""The settings of single sign-on, and what the start says if one is wrong."""

import pytest

from course.platform.config import BadSetting, Config
from course.platform.open_id import provider

GOOD = {
    "OIDC_ISSUER": "https://login.example.org/realms/one",
    "OIDC_CLIENT_ID": "needlewise",
    "OIDC_CLIENT_SECRET": "a secret",
    "OIDC_NAME": "City Hospital",
}


def read(tmp_path, **changes):
    settings = {"COURSE_DATA": str(tmp_path), "SECRET_KEY": "k" * 40} | GOOD | changes
    return Config.from_environ(settings)


def test_without_an_issuer_there_is_no_provider(tmp_path):
    assert provider(read(tmp_path, **dict.fromkeys(GOOD, "")).oidc) is None


def test_the_provider_is_called_what_the_settings_say_or_its_host(tmp_path):
    assert provider(read(tmp_path).oidc).name == "City Hospital"
    assert provider(read(tmp_path, OIDC_NAME="").oidc).name == "login.example.org"


def test_the_secret_is_not_in_a_printed_configuration(tmp_path):
    assert "a secret" not in repr(read(tmp_path))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER: missing"),
        ({"OIDC_ISSUER": "login.example.org"}, "OIDC_ISSUER: not an address"),
        ({"OIDC_ISSUER": "http://login.example.org"}, "OIDC_ISSUER: use https://"),
        ({"OIDC_ISSUER": "https://login.example.org/?a=1"}, "OIDC_ISSUER: an issuer has no"),
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID: missing"),
        ({"OIDC_CLIENT_SECRET": " "}, "OIDC_CLIENT_SECRET: missing"),
    ],
)
def test_a_bad_setting_is_named(tmp_path, changes, named):
    with pytest.raises(BadSetting, match=named):
        read(tmp_path, **changes)
