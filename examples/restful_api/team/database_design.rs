//! The database, designed.

use workflow_runtime::prelude::*;

use super::{Team, listed};
use crate::{
    database, database::diagram::EntityDiagram, database::indexes::IndexPlan,
    database::migrations::Migrations, database::queries::QueryCatalog, database::tables::TableSchema,
    plan::restful_api, requirements::resources::ResourceModel,
};

impl restful_api::DatabaseDesign for Team {
    async fn draw_entities(&self, cx: &StepContext, resources: &ResourceModel) -> StepResult<EntityDiagram> {
        let diagram = database::diagram::draw(resources, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} entities, {} relationships",
            diagram.entities, diagram.relationships
        ));
        Ok(diagram)
    }

    async fn define_tables(&self, cx: &StepContext, resources: &ResourceModel) -> StepResult<TableSchema> {
        let tables = database::tables::define(resources)?;
        cx.say(listed(tables.tables.iter().map(|table| table.name.as_str())));
        Ok(tables)
    }

    async fn plan_indexes(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        tables: &TableSchema,
    ) -> StepResult<IndexPlan> {
        let plan = database::indexes::plan(resources, tables)?;
        cx.say(format_args!(
            "{} indexes, each seen in the plan of its query",
            plan.indexes.len()
        ));
        Ok(plan)
    }

    async fn establish_migrations(
        &self,
        cx: &StepContext,
        tables: &TableSchema,
        indexes: &IndexPlan,
    ) -> StepResult<Migrations> {
        let migrations = database::migrations::establish(tables, indexes, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} migrations, {} new to {}",
            migrations.steps.len(),
            migrations.newly_applied,
            migrations.database_file
        ));
        Ok(migrations)
    }

    async fn design_access_patterns(
        &self,
        cx: &StepContext,
        resources: &ResourceModel,
        migrations: &Migrations,
    ) -> StepResult<QueryCatalog> {
        let queries = database::queries::design(resources, &migrations.steps)?;
        cx.say(format_args!(
            "{} statements, none reads a whole table",
            queries.queries.len()
        ));
        Ok(queries)
    }
}
