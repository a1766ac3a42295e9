//! The plan: a database gets a better schema, and nothing is lost on the way.

pub mod artifacts;

use workflow_runtime::prelude::*;

use self::artifacts::*;

workflow! {
    /// Move a live database to a schema that answers what hurts, with a way back from each stage.
    pub workflow DatabaseMigration(
        #[check(DatabaseAccess::check)]
        database: DatabaseAccess
    ) {
        /// Keeps the database; holds the keys to production.
        role DatabaseAdministrator;
        /// Writes the code that queries it.
        role ApplicationDeveloper;
        /// Answers to the users for what goes wrong.
        role ServiceOwner;

        /// What is there, how it is used, and what about it hurts.
        #[by(DatabaseAdministrator)]
        phase Assessment {
            /// Reads the catalogue and looks at every value; yields every table and column with how much it holds, how
            /// often it is read and written, and what the schema permits and should not.
            #[retry(attempts = 3, backoff = "1s..30s")]
            step analyze_schema(database) -> current_schema: SchemaAnalysis;
            /// Sets what users and on-call people complain of beside what the schema gets wrong; yields each pain
            /// with its suspected cause, worst first.
            step identify_pain_points(current_schema) -> pain_points: PainPoints;
            /// Times each statement of the application on production, with as many values as the input says, beside
            /// the calls a day that its log counts; yields latency, rows read and the engine's plan for each, the
            /// baseline.
            #[timeout("8d")]
            #[estimate("5s..1h")]
            step collect_query_metrics(database, pain_points) -> query_metrics: QueryMetrics;
            /// Adds up data and indexes now and, by the dates of the rows, at the end of each past month; yields how
            /// fast they grow and when the disk is full.
            step document_growth(database, current_schema) -> growth: GrowthRecord;
            /// Makes a backup, restores it into another database and compares every value; yields what would be lost,
            /// how long it takes and what the procedure lacks. A backup that nobody has restored is refused.
            #[check(RecoveryReview::check)]
            #[timeout("1d")]
            #[estimate("5s..8h")]
            step evaluate_backups(database, growth) -> recovery: RecoveryReview;
        }

        /// What it shall become, how it gets there, and how it gets back.
        phase Planning {
            /// Draws the new tables, columns and indexes; each says where its data comes from, and each change
            /// which pain it ends. Sent back, it draws indexes that also put the rows in order.
            #[check(TargetSchema::check)]
            step design_target_schema(current_schema, pain_points, query_metrics, growth)
                -> target_schema: TargetSchema;
            /// Cuts the way into stages that expand, backfill, switch and only then contract, so that old and new
            /// code work side by side; the sum of the interruptions must fit the budget.
            #[check(MigrationStrategy::check)]
            step plan_migration(current_schema, target_schema, growth) -> strategy: MigrationStrategy;
            /// Gives each stage its way back, names the stage after which there is none but the backup, and says
            /// who decides to turn round on which sign.
            #[check(RollbackPlan::check)]
            step plan_rollback(strategy, recovery) -> rollback_plan: RollbackPlan;
            /// Turns the baseline into numbers that decide: a p99 for each statement that hurt, rows that may
            /// differ, seconds of interruption, growth on disk.
            #[check(SuccessCriteria::check)]
            step set_success_criteria(query_metrics, pain_points, strategy) -> criteria: SuccessCriteria;
            /// Chooses what is compared before and after, and on which copy of the data the rehearsal runs.
            step design_validation(target_schema, strategy, criteria) -> validation_plan: ValidationPlan;
            /// The owner accepts the interruption, the point of no return and the criteria, or has the plan redone.
            #[by(ServiceOwner)]
            #[rework(to = Planning, max = 3)]
            manual gate approve_plan(strategy, rollback_plan, criteria, validation_plan);
        }

        /// Everything that the migration needs, written and under version control.
        phase Development {
            /// Writes the scripts of each stage, with the one that reverses it.
            step write_migrations(target_schema, strategy, rollback_plan) -> migrations: MigrationScripts;
            /// Writes what carries old values into new columns and what cleans faulty ones; each rule says where
            /// the rows go that it cannot read.
            step write_transformations(current_schema, target_schema, migrations) -> transformations: Transformations;
            /// Writes the new indexes and engine settings, built without locking where the engine can.
            step build_indexes(target_schema, query_metrics, growth) -> indexes: IndexScripts;
            /// Teaches the application to read and write both schemas behind a flag, until the contraction is done.
            #[by(ApplicationDeveloper)]
            #[check(ApplicationChange::check)]
            #[estimate("2d..10d")]
            manual step adapt_application(target_schema, strategy) -> application: ApplicationChange;
            /// Builds a tool for each planned comparison and proves on a planted fault that it can fail.
            #[check(ValidatorSet::check)]
            step build_validators(validation_plan, transformations) -> validators: ValidatorSet;
        }

        /// The whole migration on a copy, there and back.
        parallel phase Testing {
            /// Runs every stage on a copy of production while orders are placed on it at the input's pace; yields how
            /// long each took and how long writers were blocked. An order that is lost is a failure.
            #[timeout("1d")]
            #[undo(discard_copy)]
            step rehearse_migration(database, migrations, transformations, indexes) -> rehearsal: Rehearsal;
            /// Times the baseline's statements on the migrated copy and, in the same minute, on the unmigrated one;
            /// yields both.
            #[timeout("6h")]
            step measure_performance(rehearsal, query_metrics, criteria) -> staging_figures: BenchmarkReport;
            /// Runs the validators on the migrated copy; yields what differs, row by row.
            step validate_staging_data(rehearsal, validators) -> staging_integrity: IntegrityReport;
            /// Runs the application's suites against the migrated copy, with the flag in both positions.
            #[retry(attempts = 2, backoff = "10s")]
            step test_application(rehearsal, application) -> application_tests: ApplicationTests;
            /// Takes a second copy there and back again, stage by stage, with a watch in hand; yields checksums
            /// from before and after.
            #[timeout("1d")]
            step practise_rollback(rehearsal, migrations, rollback_plan) -> rollback_drill: RollbackDrill;
            /// Passes if every statement keeps within its criterion; else the schema was wrong, and planning begins
            /// anew.
            #[rework(to = Planning, max = 3)]
            gate criteria_met(staging_figures, rehearsal, criteria);
            /// Passes if no row differs, the application works and the way back was walked; else the scripts were
            /// wrong.
            #[rework(to = Development, max = 5)]
            gate fit_for_production(staging_integrity, application_tests, rollback_drill);
        }

        /// The one time that counts.
        #[by(DatabaseAdministrator)]
        phase Execution {
            /// Picks the hours in which the fewest are hurt, long enough for what the rehearsal took and the way
            /// back, and tells everyone who must know.
            #[check(MigrationWindow::check)]
            manual step schedule_window(strategy, rehearsal, rollback_drill) -> window: MigrationWindow;
            /// Takes a backup and runs the stages in batches inside the window, pausing while look-ups beside it are
            /// slow and stopping by itself when they stay so or fail; undone by the rollback of each stage that ran.
            #[undo(roll_back_migration)]
            #[timeout("2d")]
            step execute_migration(database, migrations, transformations, indexes, rollback_plan, window)
                -> migrated: MigrationRecord;
            /// Runs the validators and the application's smoke tests on production; yields what differs.
            #[retry(attempts = 3, backoff = "30s..5m")]
            step verify_production(migrated, validators, application) -> production_integrity: IntegrityReport;
            /// Watches the same statements for as long as the input says, which is a full cycle of the load where there
            /// is one; yields the round in the middle, beside what the backup takes in the same minute.
            #[timeout("9d")]
            #[estimate("5s..7d")]
            step monitor_performance(migrated, criteria) -> production_figures: BenchmarkReport;
            /// Passes if production keeps the criteria. A rejection halts the run: whether to undo is for a person.
            gate holds_in_production(production_integrity, production_figures, criteria);
            /// Sets down what was promised beside what was reached, what went badly, and who mends it by when.
            #[check(LessonsLearned::check)]
            manual step record_lessons(migrated, production_figures, criteria, pain_points)
                -> lessons: LessonsLearned;
        }
    }
}
