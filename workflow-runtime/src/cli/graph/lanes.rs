//! Tracks beside the boxes: whatever goes from one height to another gets one to itself as long as it is under way.

/// From one height to another, the upper one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) top: i32,
    pub(super) bottom: i32,
}

/// A lane for each way, counted from the boxes, so that no two meet in one.
///
/// Short ways come first and so lie near the boxes: what encloses others is drawn around them.
pub(super) fn assign(ways: &[Way]) -> Vec<usize> {
    let mut lanes: Vec<Vec<Way>> = Vec::new();
    let mut assigned = vec![0; ways.len()];
    let mut by_length: Vec<(usize, Way)> = ways.iter().copied().enumerate().collect();
    by_length.sort_by_key(|(at, way)| (way.bottom - way.top, *at));
    for (at, way) in by_length {
        let meets = |other: &Way| way.top <= other.bottom && other.top <= way.bottom;
        let free = lanes.iter().position(|lane| !lane.iter().any(meets));
        let lane = free.unwrap_or(lanes.len());
        match lanes.get_mut(lane) {
            Some(others) => others.push(way),
            None => lanes.push(vec![way]),
        }
        if let Some(slot) = assigned.get_mut(at) {
            *slot = lane;
        }
    }
    assigned
}
