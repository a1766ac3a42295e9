//! What a misspelt name was probably meant to be.

/// ``; did you mean `x`?`` if one of the candidates is near, else nothing.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, candidates) {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None => String::new(),
    }
}

/// The candidate that is nearest, if it is near.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Two letters of five may be wrong.
    const NEAR: f64 = 0.6;
    let rated = candidates.into_iter().map(|candidate| {
        let (word, lower) = (word.to_lowercase(), candidate.to_lowercase());
        (strsim::normalized_damerau_levenshtein(&word, &lower), candidate)
    });
    let near = rated.filter(|(nearness, _)| *nearness >= NEAR);
    near.max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}
