//! The pages that machines write.

use examples::{
    backend_development,
    backend_development_plan::artifacts::{
        ApiDocumentation, ApiSpecification, DataLayer, Endpoints, ErrorPolicy, SchemaDesign,
        SchemaDocumentation,
    },
};
use workflow_runtime::prelude::*;

use super::Team;
use crate::{reference, schema_page};

impl backend_development::DocumentationAndDelivery for Team {
    async fn document_api(
        &self,
        cx: &StepContext,
        api: &ApiSpecification,
        endpoints: &Endpoints,
        policy: &ErrorPolicy,
    ) -> StepResult<ApiDocumentation> {
        let documentation =
            reference::write(api, endpoints, policy, &self.folders.begin_or_go_on(cx)?).await?;
        cx.say(format_args!(
            "{} operations, {} examples run, in {}",
            api.operations.len(),
            documentation.examples_run,
            reference::PAGE
        ));
        Ok(documentation)
    }

    async fn document_schema(
        &self,
        cx: &StepContext,
        schema: &SchemaDesign,
        data: &DataLayer,
    ) -> StepResult<SchemaDocumentation> {
        let outputs = self.folders.begin_or_go_on(cx)?;
        let documentation = schema_page::write(schema, data, &outputs)?;
        // The last step of a machine; what a killed one left is no longer needed.
        outputs.sweep();
        cx.say(format_args!(
            "{} tables of the live schema, in {}",
            documentation.pages[0].sections.len() - 1,
            schema_page::PAGE
        ));
        Ok(documentation)
    }
}
