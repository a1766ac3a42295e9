//! Text as Restate carries it: as it is, for it is JSON already.

use std::string::FromUtf8Error;

use bytes::Bytes;
use restate_sdk::serde::{Deserialize, Serialize};

/// Text that goes to the server, or comes from it, as it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Text(pub(super) String);

impl Serialize for Text {
    type Error = std::convert::Infallible;

    fn serialize(&self) -> Result<Bytes, Self::Error> {
        Ok(Bytes::copy_from_slice(self.0.as_bytes()))
    }
}

impl Deserialize for Text {
    type Error = FromUtf8Error;

    fn deserialize(bytes: &mut Bytes) -> Result<Self, Self::Error> {
        String::from_utf8(bytes.to_vec()).map(Text)
    }
}
