"""The hint for a certificate whose CA is not trusted."""

CA_HINT = "if your network inspects TLS, trust its CA: --ca-bundle FILE, or AWS_CA_BUNDLE"


def certificate_hints(reason: str) -> tuple[str, ...]:
    """The hint, if `reason` is OpenSSL's text for an unknown issuer."""
    unknown = "CERTIFICATE_VERIFY_FAILED" in reason and ("issuer" in reason or "signed" in reason)
    return (CA_HINT,) if unknown else ()
