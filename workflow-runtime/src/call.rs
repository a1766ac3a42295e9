//! From a team's method to a future that owns what it needs; not public API.
//!
//! The coroutine that keeps the team, the context and the artifacts alive while a step runs is written here once, so
//! that the user's crate gets none (checking a plan then costs about what the methods themselves cost).

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use crate::artifact::Value;
use crate::step::{StepContext, StepError, StepResult};
use crate::verdict::{Verdict, Waiver};

/// One attempt at a step.
pub type Work = Pin<Box<dyn Future<Output = Result<Product, StepError>> + Send>>;

/// What an attempt came to.
#[derive(Debug)]
pub enum Product {
    /// The step makes no artifact.
    Nothing,
    /// The artifact.
    Made(Value),
    /// What a gate said.
    Judged(Verdict),
    /// Whether an optional phase is waived.
    Waived(Option<Waiver>),
}

impl Product {
    fn made<Made: 'static>(cx: &StepContext, made: Made) -> Self {
        match cx.of.layout.step(cx.step).yields {
            Some(artifact) => {
                let codec = cx.of.layout.plan.artifacts[usize::from(artifact)].codec;
                Product::Made(codec.erase(made))
            }
            None => Product::Nothing,
        }
    }
}

/// The number under which a phase's `waive` is asked for.
pub const WAIVE: u16 = u16::MAX;

/// One attempt about to be made: the team and what the step takes.
pub struct Call<'t, T> {
    pub(crate) team: &'t Arc<T>,
    pub(crate) cx: StepContext,
    pub(crate) taken: Taken,
}

/// The artifacts that a step takes, in its order.
pub(crate) type Taken = Vec<Option<Value>>;

/// An artifact that is there by the order of the plan.
#[derive(Debug)]
pub struct Needed<A>(PhantomData<fn() -> A>);

/// An artifact that only an optional phase makes.
#[derive(Debug)]
pub struct Perhaps<A>(PhantomData<fn() -> A>);

/// How one taken artifact reaches the method.
pub trait Arrives {
    /// As the method's argument has it.
    type As<'a>;
    /// Finds it among what was taken.
    fn arrive(taken: &Taken, at: usize) -> Self::As<'_>;
}

impl<A: 'static> Arrives for Needed<A> {
    type As<'a> = &'a A;
    fn arrive(taken: &Taken, at: usize) -> &A {
        taken[at]
            .as_ref()
            .and_then(|value| value.downcast_ref())
            .expect("the plan's order makes it before it is taken")
    }
}

impl<A: 'static> Arrives for Perhaps<A> {
    type As<'a> = Option<&'a A>;
    fn arrive(taken: &Taken, at: usize) -> Option<&A> {
        taken[at].as_ref().and_then(|value| value.downcast_ref())
    }
}

/// A team's method: `async fn(&T, &StepContext, taken..) -> StepResult<Made>`.
pub trait Method<'a, T, Takes>: Copy + Send + 'static {
    /// What it makes.
    type Made;
    /// Its future.
    type Running: Future<Output = StepResult<Self::Made>> + Send + 'a;
    /// Calls it.
    fn begin(self, team: &'a T, cx: &'a StepContext, taken: &'a Taken) -> Self::Running;
}

macro_rules! method {
    ($($name:ident $at:tt)*) => {
        impl<'a, T, F, Running, Made, $($name),*> Method<'a, T, ($($name,)*)> for F
        where
            T: 'a,
            $($name: Arrives + 'a,)*
            F: FnOnce(&'a T, &'a StepContext, $($name::As<'a>),*) -> Running + Copy + Send + 'static,
            Running: Future<Output = StepResult<Made>> + Send + 'a,
        {
            type Made = Made;
            type Running = Running;
            fn begin(self, team: &'a T, cx: &'a StepContext, taken: &'a Taken) -> Running {
                let _ = taken;
                self(team, cx, $($name::arrive(taken, $at)),*)
            }
        }
    };
}

method!();
method!(A 0);
method!(A 0 B 1);
method!(A 0 B 1 C 2);
method!(A 0 B 1 C 2 D 3);
method!(A 0 B 1 C 2 D 3 E 4);
method!(A 0 B 1 C 2 D 3 E 4 G 5);
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6);
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7);
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8);
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9);
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10);
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11);
// Only for undoing a step that takes twelve.
method!(A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11 N 12);

impl<T: Send + Sync + 'static> Call<'_, T> {
    /// A step that makes an artifact.
    pub fn perform<Takes, M, Made>(self, method: M) -> Work
    where
        M: for<'a> Method<'a, T, Takes, Made = Made>,
        Made: 'static,
        Takes: 'static,
    {
        let Call { team, cx, taken } = self;
        let team = Arc::clone(team);
        Box::pin(async move {
            let made = method.begin(&team, &cx, &taken).await?;
            Ok(Product::made(&cx, made))
        })
    }

    /// A step that makes none.
    pub fn act<Takes, M>(self, method: M) -> Work
    where
        M: for<'a> Method<'a, T, Takes, Made = ()>,
        Takes: 'static,
    {
        let Call { team, cx, taken } = self;
        let team = Arc::clone(team);
        Box::pin(async move {
            method.begin(&team, &cx, &taken).await?;
            Ok(Product::Nothing)
        })
    }

    /// A gate.
    pub fn judge<Takes, M>(self, method: M) -> Work
    where
        M: for<'a> Method<'a, T, Takes, Made = Verdict>,
        Takes: 'static,
    {
        let Call { team, cx, taken } = self;
        let team = Arc::clone(team);
        Box::pin(async move { Ok(Product::Judged(method.begin(&team, &cx, &taken).await?)) })
    }

    /// Whether an optional phase is waived.
    pub fn waive<Takes, M>(self, method: M) -> Work
    where
        M: for<'a> Method<'a, T, Takes, Made = Option<Waiver>>,
        Takes: 'static,
    {
        let Call { team, cx, taken } = self;
        let team = Arc::clone(team);
        Box::pin(async move { Ok(Product::Waived(method.begin(&team, &cx, &taken).await?)) })
    }

    /// A number that the phase does not have; the generated code asks for none.
    pub fn unknown(self) -> Work {
        let step = self.cx.step().to_owned();
        Box::pin(async move { Err(StepError::terminal(format!("step `{step}` has no method"))) })
    }
}

/// The answer of a phase that is not waived.
pub fn not_waived() -> impl Future<Output = StepResult<Option<Waiver>>> + Send {
    std::future::ready(Ok(None))
}
