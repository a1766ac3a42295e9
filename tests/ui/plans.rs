//! The plan of a RESTful API in full, as a project has it in its library: the cases use it as `mod plans`.

#![allow(dead_code, unused_imports, reason = "a case uses one thing of it")]

pub use std::sync::Arc;

pub use workflow_runtime::prelude::*;

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Brief {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct ResourceModel {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Conventions {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct OpenApi {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Service {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Findings {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct AuditReport {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct TestReport {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Gain {
    pub text: String,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Docs {
    pub text: String,
}

workflow! {
    /// Ship a RESTful API.
    pub workflow RestfulApi(brief: Brief) {
        /// Answers for the published contract.
        role ApiOwner;

        /// What the API must do, and for whom.
        phase Requirements {
            /// Define API resources and relationships.
            step define_resources(brief) -> resources: ResourceModel;
            step choose_conventions(resources) -> conventions: Conventions;
        }

        phase ApiDesign {
            step write_openapi(resources, conventions) -> openapi: OpenApi;
            #[by(ApiOwner)]
            manual gate sign_off(openapi);
        }

        phase Implementation {
            #[retry(attempts = 3, backoff = "200ms..5s")]
            #[timeout("2m")]
            #[undo(stop_service)]
            step build_service(openapi) -> service: Service;
            step lint(service) -> findings: Findings {
                let _ = service;
                Ok(Findings::default())
            }
            step fix(service, findings) -> service;
            step audit(service) -> audit: AuditReport = Audit::strict();
        }

        parallel phase Testing {
            step unit_tests(service) -> unit: TestReport;
            step contract_tests(service, openapi) -> contract: TestReport;
            #[rework(to = Implementation, max = 3)]
            gate quality(unit, contract);
        }

        optional(contract) phase Tuning {
            step cache_hot_paths(service) -> service;
            step measure(service) -> gain: Gain;
        }

        phase Documentation {
            step write_docs(openapi, gain) -> docs: Docs;
        }
    }
}

/// A step of a library.
#[derive(Debug)]
pub struct Audit(());

impl Audit {
    #[must_use]
    pub fn strict() -> Self {
        Audit(())
    }
}

impl Step<(Service,), AuditReport> for Audit {
    async fn perform(&self, _: &StepContext, _: Given<'_, (Service,)>) -> StepResult<AuditReport> {
        Ok(AuditReport::default())
    }
}

/// Does all phases.
#[derive(Debug)]
pub struct Team;

impl restful_api::Requirements for Team {
    async fn define_resources(&self, _: &StepContext, _: &Brief) -> StepResult<ResourceModel> {
        Ok(ResourceModel::default())
    }

    async fn choose_conventions(&self, _: &StepContext, _: &ResourceModel) -> StepResult<Conventions> {
        Ok(Conventions::default())
    }
}

impl restful_api::ApiDesign for Team {
    async fn write_openapi(&self, _: &StepContext, _: &ResourceModel, _: &Conventions) -> StepResult<OpenApi> {
        Ok(OpenApi::default())
    }
}

impl restful_api::Implementation for Team {
    async fn build_service(&self, _: &StepContext, _: &OpenApi) -> StepResult<Service> {
        Ok(Service::default())
    }

    async fn fix(&self, _: &StepContext, _: &Service, _: &Findings) -> StepResult<Service> {
        Ok(Service::default())
    }

    async fn stop_service(&self, _: &StepContext, _: &OpenApi, _: Option<&Service>) -> StepResult<()> {
        Ok(())
    }
}

impl restful_api::Testing for Team {
    async fn unit_tests(&self, _: &StepContext, _: &Service) -> StepResult<TestReport> {
        Ok(TestReport::default())
    }

    async fn contract_tests(&self, _: &StepContext, _: &Service, _: &OpenApi) -> StepResult<TestReport> {
        Ok(TestReport::default())
    }

    async fn quality(&self, _: &StepContext, _: &TestReport, _: &TestReport) -> StepResult<Verdict> {
        Ok(Verdict::Pass)
    }
}

impl restful_api::Tuning for Team {
    async fn cache_hot_paths(&self, _: &StepContext, _: &Service) -> StepResult<Service> {
        Ok(Service::default())
    }

    async fn measure(&self, _: &StepContext, _: &Service) -> StepResult<Gain> {
        Ok(Gain::default())
    }
}

impl restful_api::Documentation for Team {
    async fn write_docs(&self, _: &StepContext, _: &OpenApi, _: Option<&Gain>) -> StepResult<Docs> {
        Ok(Docs::default())
    }
}
