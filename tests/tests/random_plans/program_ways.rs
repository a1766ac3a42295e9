// The part of the program that runs plans in every way.

/// Where it is kept, and whether it is let go and taken up again after each phase.
struct Place {
    file: Option<PathBuf>,
    runtime: Option<Runtime>,
    way: Way,
    resumes: bool,
    round: u32,
    visits: usize,
}

impl Place {
    fn open(&mut self) {
        // The file is closed before it is opened again.
        if self.file.is_some() || self.runtime.is_none() {
            self.runtime = None;
            let runtime = self.file.as_ref().map_or_else(Runtime::in_memory, |file| Runtime::open(file).unwrap());
            self.runtime = Some(runtime.with_observer(observe));
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// A rejection that sent the run back.
    fn back(&mut self, rejection: Rejection) {
        assert_eq!(rejection.round(), self.round, "{rejection}");
        self.round += 1;
    }
}

fn observe(event: &RunEvent<'_>) {
    match event.kind {
        RunEventKind::Waived { phase, .. } => note(format!("~ {phase}@{}", event.round)),
        RunEventKind::Rejected { gate, back_to, .. } => {
            note(format!("! {gate}@{} to {}", event.round, back_to.unwrap_or("nowhere")));
        }
        _ => {}
    }
}

fn halted(cause: &Cause) {
    let rejection = cause.rejection().unwrap_or_else(|| panic!("{cause}"));
    note(format!("halted {}@{}", rejection.gate(), rejection.round()));
}
