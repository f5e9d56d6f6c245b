"""Signs and verifies a folder with OpenSSF's own implementation, and says what came of it as JSON."""

import json
import pathlib
import sys

import model_signing

what, folder, signature, key = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
hashing = model_signing.hashing.Config().set_ignored_paths(paths=[signature], ignore_git_paths=True)
try:
    if what == "sign":
        model_signing.signing.Config().use_elliptic_key_signer(private_key=key).set_hashing_config(hashing).sign(
            folder, signature
        )
    else:
        model_signing.verifying.Config().use_elliptic_key_verifier(public_key=key).set_hashing_config(
            hashing
        ).verify(folder, signature)
    print(json.dumps({"ok": True}))
except Exception as error:
    print(json.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"}))
