"""A passkey in software: what a phone would answer, and what a dishonest one might."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
import time
from base64 import b32decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def written(content: bytes) -> str:
    """Bytes as WebAuthn writes them."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def read(text: str) -> bytes:
    """Bytes that WebAuthn wrote."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Passkey:
    """One passkey of one person on one device; `verifies` is whether the device checks who holds it."""

    origin: str = "http://localhost"
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    number: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    person: bytes = b""

    def create(self, asked: dict[str, Any]) -> str:
        """The answer to a site that asks for a new passkey."""
        asked = asked["publicKey"]
        self.person = read(asked["user"]["id"])
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        about = bytes(16) + struct.pack(">H", len(self.number)) + self.number + public
        told = self._told(asked["rp"]["id"], ATTESTED) + about
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": told})
        client = self._client("webauthn.create", asked["challenge"])
        return self._said({"clientDataJSON": written(client), "attestationObject": written(attested)})

    def get(self, asked: dict[str, Any], *, host: str = "localhost") -> str:
        """The answer to a site that asks who is there."""
        client = self._client("webauthn.get", asked["publicKey"]["challenge"])
        told = self._told(asked["publicKey"].get("rpId", host), 0)
        signed = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(
            {
                "clientDataJSON": written(client),
                "authenticatorData": written(told),
                "signature": written(signed),
                "userHandle": written(self.person),
            }
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _told(self, site: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + struct.pack(">I", 1)

    def _said(self, response: dict[str, str]) -> str:
        answer = {"id": written(self.number), "rawId": written(self.number), "type": "public-key"}
        results: dict[str, Any] = {"clientExtensionResults": {"credProps": {"rk": True}}, "response": response}
        return json.dumps(answer | results)


def app_code(secret: str, *, late: int = 0) -> str:
    """The six digits an authenticator app shows now, or so many half-minutes ago (RFC 6238)."""
    step = int(time.time()) // 30 - late
    digest = hmac.new(b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
