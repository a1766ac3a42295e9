//! What a step may take or yield, and how it gets into the journal and back.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// An input of a workflow or the product of a step: any owned type that the journal can keep.
///
/// Nobody implements this by hand. Every type that is `Serialize + DeserializeOwned + Send + Sync + 'static` is an
/// artifact; derive the two serde traits and it is one.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Artifact;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Brief {
///     title: String,
/// }
///
/// fn is_artifact<A: Artifact>() {}
/// is_artifact::<Brief>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be journaled, so it cannot be an artifact",
    label = "an artifact must be `Serialize + DeserializeOwned + Send + Sync + 'static`",
    note = "derive both serde traits for it: `#[derive(serde::Serialize, serde::Deserialize)]`; \
            in it, use `Arc`, `Mutex` and atomics instead of `Rc`, `RefCell` and `Cell`"
)]
// Without supertraits: rustc would report each of them beside the trait itself.
pub trait Artifact {
    /// How the journal writes and reads this type.
    #[doc(hidden)]
    const CODEC: &'static Codec;
}

#[diagnostic::do_not_recommend]
impl<A: Serialize + DeserializeOwned + Send + Sync + 'static> Artifact for A {
    const CODEC: &'static Codec = &Codec {
        erase: erase::<A>,
        encode: encode::<A>,
        decode: decode::<A>,
    };
}

/// An artifact without its type; which type it has follows from its place in the plan.
pub(crate) type Value = Arc<dyn Any + Send + Sync>;

/// The functions that take one artifact type to JSON and back.
#[doc(hidden)]
#[derive(Debug)]
pub struct Codec {
    erase: fn(&mut dyn Any) -> Option<Value>,
    pub(crate) encode: fn(&(dyn Any + Send + Sync)) -> Result<Box<RawValue>, String>,
    pub(crate) decode: fn(&RawValue) -> Result<Value, Undecoded>,
}

/// Why JSON is not of a type, and where in it.
#[doc(hidden)]
#[derive(Debug)]
pub(crate) struct Undecoded {
    /// From the top to the value that does not fit; empty if that is the whole.
    pub(crate) path: serde_path_to_error::Path,
    pub(crate) error: String,
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.iter().next().is_some() {
            write!(f, "at `{}`: ", self.path)?;
        }
        f.write_str(&self.error)
    }
}

impl Codec {
    /// A value without its type.
    ///
    /// Nothing is asked of the type here, so that one that is no artifact is reported once: where the plan writes it.
    pub(crate) fn erase<A: 'static>(&self, value: A) -> Value {
        (self.erase)(&mut Some(value)).expect("a plan has the codec of each of its types")
    }
}

fn erase<A: Send + Sync + 'static>(value: &mut dyn Any) -> Option<Value> {
    let value = value.downcast_mut::<Option<A>>()?.take()?;
    Some(Arc::new(value))
}

fn encode<A: Serialize + 'static>(value: &(dyn Any + Send + Sync)) -> Result<Box<RawValue>, String> {
    let Some(value) = value.downcast_ref::<A>() else {
        return Err(format!(
            "expected a value of type `{}`",
            std::any::type_name::<A>()
        ));
    };
    serde_json::value::to_raw_value(value).map_err(|error| error.to_string())
}

fn decode<A: DeserializeOwned + Send + Sync + 'static>(json: &RawValue) -> Result<Value, Undecoded> {
    let mut reader = serde_json::Deserializer::from_str(json.get());
    match serde_path_to_error::deserialize::<_, A>(&mut reader) {
        Ok(value) => Ok(Arc::new(value)),
        Err(error) => Err(Undecoded {
            path: error.path().clone(),
            error: error.into_inner().to_string(),
        }),
    }
}
