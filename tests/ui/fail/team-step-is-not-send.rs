#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Writer;

impl restful_api::Documentation for Writer {
    async fn write_docs(&self, _: &StepContext, _: &OpenApi, _: Option<&Gain>) -> StepResult<Docs> {
        let shared = std::rc::Rc::new("text".to_owned());
        std::future::ready(()).await;
        Ok(Docs { text: (*shared).clone() })
    }
}

fn main() {}
