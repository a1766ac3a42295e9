//! What moves: old columns, each with the new ones that are read from it, and the names of what helps them on the way.

use examples::database_migration_plan::artifacts::{Engine, Reading, TargetSchema};

use crate::engine::dialect;

/// An old column and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The table.
    pub table: String,
    /// The old column.
    pub from: String,
    /// Its type, as the engine names it.
    pub from_type: &'static str,
    /// The new columns, each with what is read.
    pub to: Vec<(String, Reading)>,
}

/// What moves on the way to that schema, in its order.
#[must_use]
pub fn moves(engine: Engine, target: &TargetSchema) -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    for table in &target.tables {
        for column in &table.columns {
            let Some(carried) = &column.carried else { continue };
            let to = (column.name.clone(), carried.reading);
            match moves
                .iter_mut()
                .find(|of| of.table == table.name && of.from == carried.from)
            {
                Some(of) => of.to.push(to),
                None => moves.push(Move {
                    table: table.name.clone(),
                    from: carried.from.clone(),
                    from_type: match carried.reading {
                        Reading::Cents => dialect::real(engine),
                        Reading::Email | Reading::Phone => "TEXT",
                    },
                    to: vec![to],
                }),
            }
        }
    }
    moves
}

impl Move {
    /// The table that receives rows which cannot be read.
    #[must_use]
    pub fn set_aside(&self) -> String {
        format!("set_aside_{}_{}", self.table, self.from)
    }

    /// The table that keeps the old column until the run is over.
    #[must_use]
    pub fn parked(&self) -> String {
        format!("parked_{}_{}", self.table, self.from)
    }

    /// What triggers are called by.
    #[must_use]
    pub fn carries(&self) -> String {
        format!("carry_{}_{}", self.table, self.from)
    }

    /// The old value for the new ones; `prefix` is the row, as in `new.`.
    #[must_use]
    pub fn written_back(&self, prefix: &str) -> String {
        match self.to.as_slice() {
            [(cents, Reading::Cents)] => format!("{prefix}{cents} / 100.0"),
            [(only, _)] => format!("{prefix}{only}"),
            to => {
                let columns: Vec<String> = to.iter().map(|(column, _)| format!("{prefix}{column}")).collect();
                format!("coalesce({})", columns.join(", "))
            }
        }
    }

    /// Whether that old value is there and cannot be read.
    #[must_use]
    pub fn unreadable(&self, engine: Engine, old: &str) -> String {
        let unread = self
            .to
            .iter()
            .map(|(_, reading)| format!("({}) IS NULL", dialect::read(engine, *reading, old)));
        format!(
            "{old} IS NOT NULL AND {}",
            unread.collect::<Vec<_>>().join(" AND ")
        )
    }

    /// Whether that old value says the same as the new columns of the row.
    #[must_use]
    pub fn says_the_same(&self, engine: Engine, old: &str) -> String {
        let same = self.to.iter().map(|(column, reading)| {
            let read = dialect::read_clean(engine, *reading, old);
            format!("({read}) IS NOT DISTINCT FROM {}.{column}", self.table)
        });
        same.collect::<Vec<_>>().join(" AND ")
    }

    /// Why a row is set aside.
    #[must_use]
    pub fn because(&self) -> &'static str {
        match self.to.as_slice() {
            [(_, Reading::Cents)] => "no amount in whole cents",
            _ => "neither an e-mail address nor a telephone number",
        }
    }

    /// `column = what is read from the old one` for each new column.
    #[must_use]
    pub fn sets(&self, read: impl Fn(Reading) -> String) -> String {
        let sets = self
            .to
            .iter()
            .map(|(column, reading)| format!("{column} = {}", read(*reading)));
        sets.collect::<Vec<_>>().join(", ")
    }
}
