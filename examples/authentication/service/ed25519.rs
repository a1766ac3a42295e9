//! Hands Ed25519, and nothing else, to `jsonwebtoken`: its own feature would bring RSA, P-256 and P-384 along. Everything here
//! delegates to `ed25519-dalek`.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey, pkcs8::DecodePrivateKey};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    jwk::{EllipticCurve, ThumbprintHash},
    signature::{Error, Signer, Verifier},
};
use sha2::{Digest, Sha256};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ok(Box::new(Signs(signing_key(key.as_bytes())?))),
        // Only the attack signs so: it presents what a confused verifier would take.
        Algorithm::HS256 => Ok(Box::new(Forges(key.as_bytes().to_vec()))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ok(Box::new(Verifies(verifying_key(key)?))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils {
        ed_pub_components_from_private_key: |document, curve| match curve {
            EllipticCurve::Ed25519 => Ok(signing_key(document)?.verifying_key().to_bytes().to_vec()),
            _ => Err(ErrorKind::InvalidEddsaKey.into()),
        },
        compute_digest: |bytes, hash| match hash {
            ThumbprintHash::SHA256 => Ok(Sha256::digest(bytes).to_vec()),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        },
        ..KeyUtils::new_unimplemented()
    },
};

struct Signs(SigningKey);

struct Forges(Vec<u8>);

struct Verifies(VerifyingKey);

/// Makes it the provider of this process; calling it again changes nothing.
pub fn install() {
    let _ = PROVIDER.install_default();
}

/// What stands before the 32 bytes of an Ed25519 key in a PKCS #8 document (RFC 8410, section 7): it is always the same.
const PKCS8_HEAD: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/// The key that 32 bytes of chance stand for.
pub fn encoding_key(seed: &[u8]) -> EncodingKey {
    EncodingKey::from_ed_der(&[&PKCS8_HEAD, seed].concat())
}

fn signing_key(document: &[u8]) -> Result<SigningKey> {
    SigningKey::from_pkcs8_der(document).map_err(|_| ErrorKind::InvalidEddsaKey.into())
}

fn verifying_key(key: &DecodingKey) -> Result<VerifyingKey> {
    let bytes = <&[u8; 32]>::try_from(key.try_get_as_bytes()?).map_err(|_| ErrorKind::InvalidEddsaKey)?;
    VerifyingKey::from_bytes(bytes).map_err(|_| ErrorKind::InvalidEddsaKey.into())
}

impl Signer<Vec<u8>> for Signs {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        let signature = self.0.try_sign(message).map_err(|_| Error::new())?;
        Ok(signature.to_bytes().to_vec())
    }
}

impl JwtSigner for Signs {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Signer<Vec<u8>> for Forges {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| Error::new())?;
        code.update(message);
        Ok(code.finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for Forges {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Verifies {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let signature = Signature::from_slice(signature).map_err(|_| Error::new())?;
        // `verify_strict` refuses keys and signatures with which one signature would fit several messages.
        self.0
            .verify_strict(message, &signature)
            .map_err(|_| Error::new())
    }
}

impl JwtVerifier for Verifies {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
