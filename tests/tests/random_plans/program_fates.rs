// The part of the program that lets runs meet their fates.

/// All that goes wrong with one run.
struct Fate<'a> {
    on_file: bool,
    acts: &'a [(&'a str, &'a [Act])],
    ends_after: &'a [usize],
    /// The way, whether it is begun with a restart, and how much is handed in after it.
    drives: &'a [(Way, bool, usize)],
}

/// A plan.
trait Case {
    type Position;
    async fn drive(
        place: &mut Place,
        run: Option<Self::Position>,
    ) -> Result<(), workflow_runtime::Halted<Self::Position>>;
    /// Whether what is handed in is a rejection.
    async fn hand_in(runtime: &Runtime, step: &str, round: u32) -> Result<bool, RuntimeError>;
}

/// How many steps were recorded, and after which of them the process ends.
static RECORDED: AtomicUsize = AtomicUsize::new(0);
static ENDS_AFTER: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// The round that the run is in, as far as its driver knows.
static ROUND: AtomicU32 = AtomicU32::new(0);

struct Place {
    file: Option<PathBuf>,
    runtime: Option<Runtime>,
    way: Way,
    round: u32,
}

impl Place {
    /// As a process does that is started; memory lives on, with only its handles gone.
    fn restart(&mut self) {
        if self.file.is_some() || self.runtime.is_none() {
            // The file is closed before it is opened again.
            self.runtime = None;
            let file = self.file.as_ref();
            let runtime = file.map_or_else(Runtime::in_memory, |file| Runtime::open(file).unwrap());
            self.runtime = Some(runtime.with_observer(watch));
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// A rejection that sent the run back.
    fn back(&mut self, rejection: Rejection) {
        self.round = rejection.round() + 1;
    }
}

fn watch(event: &RunEvent<'_>) {
    let round = event.round;
    match event.kind {
        RunEventKind::TakenUp { .. } | RunEventKind::StepStarted { .. } | RunEventKind::Waiting { .. } => {
            ROUND.fetch_max(round, SeqCst);
        }
        RunEventKind::StepDone { step, attempt: of, .. } => {
            note(format!("+ {step}@{round}{}", attempt(of)));
            let recorded = 1 + RECORDED.fetch_add(1, SeqCst);
            if ENDS_AFTER.lock().unwrap().contains(&recorded) {
                *ENDS.lock().unwrap() = Some("after a record");
            }
        }
        RunEventKind::StepFailed { step, attempt: of, retry_in, .. } => {
            let again = if retry_in.is_some() { "again" } else { "no more" };
            note(format!("- {step}@{round}{} {again}", attempt(of)));
        }
        RunEventKind::HandedIn { step, .. } => note(format!("handed in {step}@{round}")),
        RunEventKind::Waived { phase, .. } => note(format!("~ {phase}@{round}")),
        RunEventKind::Rejected { gate, back_to, .. } => {
            note(format!("! {gate}@{round} to {}", back_to.unwrap_or("nowhere")));
        }
        _ => {}
    }
}

/// Drives it until something comes of that, or the process ends; where that is.
async fn alive<T>(drive: impl Future<Output = T>) -> Result<T, &'static str> {
    *ENDS.lock().unwrap() = None;
    let mut drive = std::pin::pin!(drive);
    std::future::poll_fn(move |cx| {
        let ends = *ENDS.lock().unwrap();
        ends.map_or_else(|| drive.as_mut().poll(cx).map(Ok), |at| Poll::Ready(Err(at)))
    })
    .await
}

/// In one line, with the middle of what is said of a failure: `terminally on attempt 2: as planned`.
fn halted(cause: &Cause) -> String {
    let mut steps = cause.steps();
    // In whichever order they came to be waited for.
    steps.sort_unstable();
    let steps = steps.join(" ");
    if let Some(rejection) = cause.rejection() {
        return format!("halted rejected {steps}@{}", rejection.round());
    }
    if cause.is_waiting() {
        return format!("halted waiting {steps}");
    }
    let text = cause.to_string();
    let how = text.split("` failed ").nth(1).and_then(|text| text.split(';').next());
    format!("halted failed {steps} {}", how.unwrap_or(&text))
}

/// What a step by hand is handed in.
fn by_hand(step: &str, round: u32) -> String {
    spell(step, round, &["by hand".to_owned()])
}

async fn live<C: Case>(title: &str, fate: Fate<'_>, folder: &Path) {
    let acts = fate.acts.iter().map(|(step, acts)| (step.to_string(), acts.iter().copied().collect()));
    *ACTS.lock().unwrap() = acts.collect();
    *ENDS_AFTER.lock().unwrap() = fate.ends_after.to_vec();
    RECORDED.store(0, SeqCst);
    ROUND.store(0, SeqCst);
    let file = fate.on_file.then(|| folder.join(title.replace(' ', "_")));
    let mut place = Place { file, runtime: None, way: Way::Run, round: 0 };
    place.restart();
    let (mut run, mut stood) = (None, false);
    for (way, restarts, hands_in) in fate.drives.iter().copied().cycle().take(100) {
        // Only by phase the very handle is driven on that was handed back.
        if restarts || way != Way::Phase {
            run = None;
        }
        if restarts {
            place.restart();
        }
        place.way = way;
        note(format!("drive {way:?}"));
        let ended = match alive(C::drive(&mut place, run.take())).await {
            Ok(ended) => ended,
            Err(at) => {
                note(format!("the process ends {at}"));
                place.restart();
                continue;
            }
        };
        place.runtime().verify("r").await.unwrap();
        let Err(halt) = ended else { return tell(title) };
        note(halted(&halt.cause));
        if halt.is_rejected() {
            if stood {
                return tell(title);
            }
            stood = true;
        }
        let waiting = if halt.is_waiting() { halt.cause.steps() } else { Vec::new() };
        for step in waiting.into_iter().take(hands_in) {
            let round = ROUND.load(SeqCst);
            match C::hand_in(place.runtime(), step, round).await {
                Ok(false) => {}
                // It sends the run back, so that the others are waited for no more.
                Ok(true) => break,
                Err(error) => note(format!("refused: {error}")),
            }
        }
        run = Some(halt.run);
    }
    note("there is no end to it".to_owned());
    tell(title);
}
