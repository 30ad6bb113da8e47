"""What the provider says of a person."""

from __future__ import annotations

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator


class Claims(OAuth2Validator):  # type: ignore[misc]
    """An address, and whether it was verified: so for everybody but who is called "unverified"."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """Beside the number of the person."""
        verified: object = {"unverified": False, "said": "false"}.get(request.user.username, True)
        return {"email": request.user.email, "email_verified": verified, "name": request.user.username}
