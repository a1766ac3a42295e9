use std::sync::Arc;
use workflow_runtime::prelude::*;

workflow! {
    /// From a wish to a release.
    pub workflow Ship(wish: String) {
        /// What is wanted.
        phase Requirements {
            step gather(wish) -> needs: Vec<String>;
        }

        /// How it will be.
        phase Design {
            step draw(needs) -> drawing: String;
            /// A person looks at the drawing.
            manual gate review(drawing);
        }

        phase Build {
            #[retry(attempts = 3, backoff = "200ms..5s")]
            step code(drawing) -> code: String;
            #[rework(to = Design, max = 2)]
            gate quality(code);
        }
    }
}

struct Team;

impl ship::Requirements for Team {
    async fn gather(&self, _: &StepContext, wish: &String) -> StepResult<Vec<String>> {
        Ok(wish.split(',').map(|need| need.trim().to_owned()).collect())
    }
}

impl ship::Design for Team {
    async fn draw(&self, _: &StepContext, needs: &Vec<String>) -> StepResult<String> {
        Ok(format!("a drawing of {}", needs.join(" and ")))
    }
}

impl ship::Build for Team {
    async fn code(&self, _: &StepContext, drawing: &String) -> StepResult<String> {
        Ok(format!("code for {drawing}"))
    }
    async fn quality(&self, _: &StepContext, code: &String) -> StepResult<Verdict> {
        Ok(Verdict::pass_if(code.len() < 200, "too long to review"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Runtime::open("plan.db")?;
    let team = Arc::new(Team);
    let wish = "a shop, a till".to_owned();

    // Starts the run, or takes it up where it stopped. It stops where a person is asked.
    if let Err(halted) = Ship::run(&runtime, "till", &team, wish.clone()).await {
        println!("{halted}");
        // Whoever can open the journal can answer, from any process.
        ship::hand_in::review(&runtime, "till", Actor::new("ada"), Verdict::Pass).await?;
    }

    let done = Ship::run(&runtime, "till", &team, wish).await?;
    println!("{}", done.artifacts().code());
    Ok(())
}
