//! The documents, the review and the bundle.

use workflow_runtime::prelude::*;

use super::Team;
use crate::{
    database::diagram::EntityDiagram, database::migrations::Migrations, design::openapi::OpenApi,
    finalization, finalization::bundle::Bundle, finalization::reference::Document,
    finalization::review::SecurityReview, finalization::usage::UsageExamples,
    implementation::project::Project, plan::restful_api, service::definition::ServiceDefinition,
};

impl restful_api::Finalization for Team {
    async fn write_reference(&self, cx: &StepContext, openapi: &OpenApi) -> StepResult<Document> {
        let document =
            finalization::reference::write(&openapi.document, openapi.operations, &self.folders.of(cx)?)?;
        cx.say(&document.file.path);
        Ok(document)
    }

    async fn record_examples(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<UsageExamples> {
        let usage = finalization::usage::record(service, &openapi.document, &self.folders.of(cx)?).await?;
        cx.say(format_args!(
            "{} requests performed, {}",
            usage.performed, usage.file.path
        ));
        Ok(usage)
    }

    async fn write_guide(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        project: &Project,
        migrations: &Migrations,
        diagram: &EntityDiagram,
    ) -> StepResult<Document> {
        let document =
            finalization::guide::write(service, project, migrations, diagram, &self.folders.of(cx)?)?;
        cx.say(&document.file.path);
        Ok(document)
    }

    async fn review_security(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        openapi: &OpenApi,
    ) -> StepResult<SecurityReview> {
        let review = finalization::review::perform(service, &openapi.document, &self.folders.of(cx)?).await?;
        let open = review.objections().len();
        cx.say(format_args!(
            "{} claims checked, {open} do not hold",
            review.checks.len()
        ));
        Ok(review)
    }

    async fn security(&self, cx: &StepContext, review: &SecurityReview) -> StepResult<Verdict> {
        let objections = review.objections();
        if objections.is_empty() {
            cx.say("nothing is open");
        }
        Ok(Verdict::pass_if(objections.is_empty(), objections.join("; ")))
    }

    async fn prepare_production(
        &self,
        cx: &StepContext,
        service: &ServiceDefinition,
        _reference: &Document,
        _usage: &UsageExamples,
        _guide: &Document,
        _review: &SecurityReview,
    ) -> StepResult<Bundle> {
        let bundle = finalization::bundle::prepare(service, &self.folders.of(cx)?)?;
        cx.say(format_args!(
            "{} files, {} bytes",
            bundle.files.len(),
            bundle.total_bytes
        ));
        Ok(bundle)
    }
}
