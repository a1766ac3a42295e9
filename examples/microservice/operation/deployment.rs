//! Where the traffic goes: written down, so that whoever starts the instances next knows it.

use std::{fs::File, io::Read, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    artifacts::ServiceCode,
    failure::{During, Outcome},
    implementation::{self, Stage},
    outputs::{Outputs, sha256_hex},
    service::process,
};

/// Where that is written.
pub const FILE: &str = "deployment/traffic.json";
/// The store of production.
pub const STORE: &str = "deployment/orders.db";

/// Where the traffic goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// The new image.
    pub image: String,
    /// The definition that it is started with.
    pub definition: PathBuf,
    /// How many of a hundred requests it gets.
    pub percent: u8,
    /// The image before it.
    pub image_before: String,
    /// The definition that that is started with.
    pub definition_before: PathBuf,
}

/// So much of the program holds the number that the linker gave this build.
const TOLD_BY_BYTES: u64 = 1 << 20;

/// What tells images apart: the program (its beginning, where the linker's build number stands, and its length), and the
/// definition that it is started with.
///
/// # Errors
/// When the program cannot be read.
pub fn image(code: &ServiceCode) -> Outcome<String> {
    let program = process::program()?;
    let read = || {
        let file = File::open(&program)?;
        let length = file.metadata()?.len();
        let mut beginning = Vec::new();
        file.take(TOLD_BY_BYTES).read_to_end(&mut beginning)?;
        Ok::<_, std::io::Error>((length, beginning))
    };
    let (length, beginning) = read().during(format_args!("reading `{}`", program.display()))?;
    let both = format!(
        "{length} {} {}",
        sha256_hex(&beginning),
        implementation::digest(code)?
    );
    Ok(format!("sha256:{}", sha256_hex(both.as_bytes())))
}

/// All traffic on what was there: the shop's own way of taking orders, which asks the stock without a guard.
///
/// # Errors
/// When a definition cannot be read.
pub fn before(outputs: &Outputs) -> Outcome<Traffic> {
    let (new, old) = (implementation::FILE, Stage::Interfaces.file());
    Ok(Traffic {
        image: image(&implementation::read(&outputs.place(new))?)?,
        definition: new.into(),
        percent: 0,
        image_before: image(&implementation::read(&outputs.place(old))?)?,
        definition_before: old.into(),
    })
}

/// Writes it down.
///
/// # Errors
/// When the disk refuses.
pub fn write(outputs: &Outputs, traffic: &Traffic) -> Outcome<()> {
    outputs.write_json(FILE, traffic)?;
    Ok(())
}

/// Where it goes now.
///
/// # Errors
/// When nothing was deployed.
pub fn read(outputs: &Outputs) -> Outcome<Traffic> {
    serde_json::from_slice(&outputs.read(FILE)?).during(format_args!("reading `{FILE}`"))
}
