//! Writers beside the migration: orders are placed at a steady pace, and each remembers how long it waited.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use examples::{
    database_migration_plan::artifacts::{Address, StageTiming},
    failure::{Failure, Outcome, ensure},
};

use crate::{
    clock, engine,
    shop::application::{Application, Contact, Wanted},
};

/// A wait that a user notices as an interruption.
const NOTICED: Duration = Duration::from_millis(250);

/// Orders that are being placed.
#[derive(Debug)]
pub struct Writers {
    stop: Arc<AtomicBool>,
    working: JoinHandle<Outcome<Written>>,
}

/// What was placed.
#[derive(Debug, Default)]
pub struct Written {
    /// Who placed it.
    pub customer: i64,
    /// The number of each order, in order.
    pub orders: Vec<i64>,
    /// When each was begun, and how long it took.
    pub waits: Vec<(Instant, Duration)>,
    /// What failed.
    pub failures: Vec<String>,
}

const BASKET: [Wanted; 2] = [
    Wanted {
        product: "lamp",
        quantity: 3,
        cents: 1_010,
    },
    Wanted {
        product: "rug",
        quantity: 1,
        cents: 29,
    },
];
/// What the basket costs, in cents.
const COSTS: i64 = 3_059;

impl Writers {
    /// Places so many orders a second from now on.
    #[must_use]
    pub fn start(address: &Address, per_second: u32) -> Self {
        let (stop, address) = (Arc::new(AtomicBool::new(false)), address.clone());
        let stopped = Arc::clone(&stop);
        let pace = Duration::from_secs(1) / per_second.max(1);
        let working = std::thread::spawn(move || write(&address, pace, &stopped));
        Writers { stop, working }
    }

    /// Lets the last order be placed, and says what was.
    ///
    /// # Errors
    /// When the writers could not begin.
    pub fn stop(self) -> Outcome<Written> {
        self.stop.store(true, Ordering::Relaxed);
        self.working
            .join()
            .map_err(|_| Failure::new("the writers broke off"))?
    }
}

fn write(address: &Address, pace: Duration, stop: &AtomicBool) -> Outcome<Written> {
    let mut database = engine::open(address)?;
    let mut application = Application::new(database.as_mut());
    let contact = Contact {
        email: Some(String::from("rehearsal@test.example")),
        ..Contact::default()
    };
    let customer = application.register("Rehearsal", &contact, &clock::now())?;
    let mut written = Written {
        customer,
        ..Written::default()
    };
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        match application.place_order(customer, &BASKET, &clock::now()) {
            Ok(order) => written.orders.push(order),
            Err(failure) => written.failures.push(failure.to_string()),
        }
        let took = begun.elapsed();
        written.waits.push((begun, took));
        std::thread::sleep(pace.saturating_sub(took));
    }
    Ok(written)
}

impl Written {
    /// Every order that was acknowledged is there, with what it costs.
    ///
    /// # Errors
    /// Says how many are not.
    pub fn ensure_all_there(&self, address: &Address) -> Outcome<()> {
        let mut database = engine::open(address)?;
        let mut lost = 0;
        for order in &self.orders {
            let sql = "SELECT total_cents FROM orders WHERE id = $1 AND customer_id = $2";
            let cents = database.integer(sql, &[(*order).into(), self.customer.into()])?;
            let lines = Application::new(database.as_mut()).lines_of(*order)?;
            let of_lines = lines
                .iter()
                .filter_map(|(quantity, cents)| Some(quantity * (*cents)?))
                .sum::<i64>();
            lost += usize::from(cents != Some(COSTS) || of_lines != COSTS);
        }
        ensure(
            lost == 0,
            format_args!(
                "{lost} of {} orders that were placed meanwhile are lost or cost something else",
                self.orders.len()
            ),
        )
    }

    /// How a stage went for the writers.
    #[must_use]
    pub fn timing(&self, stage: &str, began: Instant, took: Duration) -> StageTiming {
        let during = self
            .waits
            .iter()
            .filter(|(begun, waited)| *begun < began + took && *begun + *waited > began);
        let waits: Vec<Duration> = during.map(|(_, waited)| *waited).collect();
        let noticed = waits.iter().filter(|waited| **waited > NOTICED).sum();
        StageTiming {
            stage: stage.to_owned(),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            blocked_writers_ms: milliseconds(waits.iter().max().copied().unwrap_or_default()),
            downtime_ms: milliseconds(noticed),
        }
    }
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
