//! What a disk fails at, and when.

/// How a disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// There is no room: every other write gets half of what it was given onto the disk, the rest nothing.
    Full,
    /// What is written gets onto the disk as on a full one, but the answer is an I/O error.
    Writes,
    /// A sync is an I/O error.
    Syncs,
}

/// What a disk does not let happen, as a medium that is read-only does: the rights of the files do not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// A file that is there can be opened for reading only.
    Files,
    /// Nothing new can be made in the folder.
    Folder,
}

/// What of a write that fails gets onto the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    Half,
    None,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) protection: Option<Protection>,
    failing: Option<Failing>,
    succeed: usize,
    left: usize,
    failures: usize,
}

impl Faults {
    pub(crate) fn begin(&mut self, failing: Failing, succeed: usize, times: usize) {
        *self = Faults {
            protection: self.protection,
            failing: Some(failing),
            succeed,
            left: times,
            failures: 0,
        };
    }

    pub(crate) fn end(&mut self) {
        self.protection = None;
        self.failing = None;
    }

    pub(crate) fn failures(&self) -> usize {
        self.failures
    }

    /// To be asked at each write: whether it fails, how, and what of it is written even so.
    pub(crate) fn at_write(&mut self) -> Option<(Failing, Share)> {
        let failing = self.failing.filter(|failing| *failing != Failing::Syncs)?;
        let share = if self.failures.is_multiple_of(2) {
            Share::Half
        } else {
            Share::None
        };
        self.is_due().then_some((failing, share))
    }

    /// To be asked at each sync.
    pub(crate) fn at_sync(&mut self) -> bool {
        self.failing == Some(Failing::Syncs) && self.is_due()
    }

    fn is_due(&mut self) -> bool {
        if self.succeed > 0 {
            self.succeed -= 1;
            return false;
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.failures += 1;
        true
    }
}
