"""Secrets of second factors are encrypted, and stay readable while SECRET_KEY is changed."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from programs.secrecy import decrypt, encrypt
from tests.factories import make_user
from tests.programs.test_sign_in import SECRET, code

pytestmark = pytest.mark.django_db
NEW = "n" * 50


def test_neither_the_app_nor_the_codes_are_stored_in_clear():
    user = make_user()
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    stored = {factor.type: factor.data for factor in Authenticator.objects.all()}
    assert SECRET not in stored["totp"]["secret"]
    assert decrypt(stored["totp"]["secret"]) == SECRET
    assert stored["recovery_codes"]["seed"].startswith("gAAAA")
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code())
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() == codes


def test_a_secret_from_before_there_was_encryption_is_read():
    assert (decrypt(SECRET), decrypt("0f" * 40)) == (SECRET, "0f" * 40)


def test_a_former_key_reads_until_it_is_taken_out(settings):
    former = settings.SECRET_KEY
    stored = encrypt(SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [former]
    assert decrypt(stored) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(PermissionDenied, match="二要素認証の解除を依頼し"):
        decrypt(stored)


def test_the_command_encrypts_by_the_present_key(settings, capsys):
    former = settings.SECRET_KEY
    user, lost = make_user(), make_user(username="lost")
    TOTP.activate(user, SECRET)
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "0f" * 40})
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "鍵"})
    settings.SECRET_KEY = "x" * 50
    TOTP.activate(lost, SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [former]
    call_command("encrypt_second_factors")
    told = capsys.readouterr()
    assert told.out == "2件を暗号化し直しました。\n"
    assert told.err.startswith("どの鍵でも読めないもの：lost（")
    settings.SECRET_KEY_FALLBACKS = []
    factors = {factor.type: factor.data for factor in Authenticator.objects.filter(user=user)}
    assert decrypt(factors["totp"]["secret"]) == SECRET
    assert factors["recovery_codes"]["seed"].startswith("gAAAA")
    assert decrypt(factors["recovery_codes"]["seed"]) == "0f" * 40
