//! What a file of inputs looks like, as far as the types that a plan writes tell.

use crate::plan::ArtifactPlan;

/// TOML that holds the inputs; where a type is not known, a comment says so.
pub(super) fn example(inputs: &[ArtifactPlan]) -> String {
    let (mut lines, mut tables) = (String::new(), String::new());
    for ArtifactPlan { name, ty, .. } in inputs {
        match Shape::of(ty) {
            Shape::Line(value) => lines.push_str(&format!("{name} = {value}\n")),
            Shape::Table(ty) => tables.push_str(&format!("[{name}]\n# the fields of `{ty}`\n")),
            Shape::Tables(ty) => tables.push_str(&format!("[[{name}]]\n# the fields of `{ty}`\n")),
        }
    }
    // What follows the head of a table would belong to it.
    lines + &tables
}

pub(super) fn is_option(ty: &str) -> bool {
    generic(ty.trim()).is_some_and(|(name, _)| name == "Option")
}

/// How TOML writes a value of a type.
enum Shape {
    Line(String),
    Table(String),
    Tables(String),
}

impl Shape {
    fn of(ty: &str) -> Self {
        let ty = ty.trim();
        if let Some((name, of)) = generic(ty) {
            return match (name, Shape::of(of)) {
                ("Option" | "Box" | "Arc" | "Cow", shape) => shape,
                ("Vec" | "VecDeque" | "BTreeSet" | "HashSet", shape) => shape.several(),
                ("BTreeMap" | "HashMap", _) => Shape::map(ty, of),
                _ => Shape::Table(ty.to_owned()),
            };
        }
        if !ty.starts_with(|letter: char| letter.is_alphabetic() || letter == ':') {
            return Shape::Line("[]".to_owned());
        }
        let value = match last(ty) {
            "String" | "str" | "PathBuf" | "char" => "\"..\"",
            "bool" => "true",
            "f32" | "f64" => "1.5",
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "1",
            "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "1",
            _ => return Shape::Table(ty.to_owned()),
        };
        Shape::Line(value.to_owned())
    }

    fn map(ty: &str, of: &str) -> Self {
        match of.split_once(',').map(|(_, of)| Shape::of(of)) {
            Some(Shape::Line(value)) => Shape::Line(format!("{{ key = {value} }}")),
            _ => Shape::Table(ty.to_owned()),
        }
    }

    fn several(self) -> Self {
        match self {
            Shape::Line(value) => Shape::Line(format!("[{value}]")),
            Shape::Table(ty) | Shape::Tables(ty) => Shape::Tables(ty),
        }
    }
}

/// `Vec` and `String` of `std::vec::Vec<String>`.
fn generic(ty: &str) -> Option<(&str, &str)> {
    let (name, of) = ty.strip_suffix('>')?.split_once('<')?;
    Some((last(name), of.trim()))
}

/// `Vec` of `std::vec::Vec`.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}
