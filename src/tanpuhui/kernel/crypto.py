"""Personal fields at rest: SM4-GCM with a key id, and a keyed HMAC-SM3 blind index for look-up.

Basis: GB/T 39786-2021 (application and data layer); SM4 GB/T 32907-2016, SM3 GB/T 32905-2016.
"""

import base64
import os

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16


def encrypt(value: str, *, context: str) -> str:
    """`key id:base64(nonce, ciphertext, tag)`; `context` (model.field) is authenticated with it."""
    key_id, key = settings.SECRETS.sealing()
    nonce = os.urandom(NONCE_BYTES)
    cipher = Cipher(algorithms.SM4(bytes.fromhex(key)), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(context.encode())
    sealed = cipher.update(value.encode()) + cipher.finalize()
    return f"{key_id}:{base64.b64encode(nonce + sealed + cipher.tag).decode()}"


def decrypt(sealed: str, *, context: str) -> str:
    """The plain value.

    Raises:
        cryptography.exceptions.InvalidTag: changed, or moved from another field.
        KeyError: sealed with a key that this installation no longer holds.
    """
    key_id, _, packed = sealed.partition(":")
    raw = base64.b64decode(packed)
    nonce, body, tag = raw[:NONCE_BYTES], raw[NONCE_BYTES:-TAG_BYTES], raw[-TAG_BYTES:]
    cipher = Cipher(algorithms.SM4(_key(key_id)), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(context.encode())
    return (cipher.update(body) + cipher.finalize()).decode()


def blind_index(value: str, *, context: str) -> str:
    """The same value and context always give the same 64 hex digits, with no way back."""
    mac = hmac.HMAC(bytes.fromhex(settings.SECRETS.index), hashes.SM3())
    mac.update(f"{context}\x00{value}".encode())
    return mac.finalize().hex()


def _key(key_id: str) -> bytes:
    return bytes.fromhex(settings.SECRETS.opening(key_id))
