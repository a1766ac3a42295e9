// How a value spells what it was made from. The generated program holds this text, too.

/// `Testing.unit(Building.code(..)@1)@0`, without the inside once that is long.
pub(crate) fn spell(step: &str, round: u32, given: &[String]) -> String {
    let inside = given.join(", ");
    if inside.len() < 60 {
        return format!("{step}({inside})@{round}");
    }
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let hash = inside.bytes().fold(0xCBF2_9CE4_8422_2325, hash);
    format!("{step}(#{hash:016x})@{round}")
}
