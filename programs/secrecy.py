"""Secrets that the portal must read again, such as an authenticator app's, are not stored in clear.

They are encrypted (Fernet: AES and HMAC) by a key derived from SECRET_KEY, so that a copy of the database
alone gives no second factor away. To change SECRET_KEY, put the former one into SECRET_KEY_FALLBACKS,
run `manage.py encrypt_second_factors`, and only then take it out again.
"""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import PermissionDenied

ENCRYPTED = (
    "gAAAA"  # how every token of Fernet begins, and no secret of an app or of recovery codes
)
UNREADABLE = (
    "ポータルの秘密鍵が変わったため、二段階認証の登録を読めません。"
    "保守者に二要素認証の解除を依頼し、登録し直してください。"
)


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Return what was encrypted; a secret that was stored before there was encryption, as it is.

    Raises PermissionDenied, which tells the user what to do, where no key fits.
    """
    if not stored.startswith(ENCRYPTED):
        return stored
    try:
        return _keys().decrypt(stored).decode()
    except InvalidToken as error:
        raise PermissionDenied(UNREADABLE) from error


def _keys() -> MultiFernet:
    """The first key encrypts, all decrypt."""
    return MultiFernet([_key(key) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


@cache
def _key(secret: str) -> Fernet:
    derivation = HKDF(SHA256(), length=32, salt=None, info=b"programs.secrecy")
    return Fernet(urlsafe_b64encode(derivation.derive(secret.encode())))
