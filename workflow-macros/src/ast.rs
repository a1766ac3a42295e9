//! What was written: the declaration as a tree that keeps the user's tokens.
//!
//! The parser fills it and reports what it cannot read; nothing here knows what a name refers to. Whatever could be
//! read of a broken member is kept.

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Span, TokenStream};

/// `pub workflow RestfulApi(brief: Brief) { .. }`
pub(crate) struct Workflow {
    pub(crate) attributes: Attributes,
    pub(crate) visibility: TokenStream,
    pub(crate) name: Ident,
    pub(crate) inputs: Vec<Input>,
    pub(crate) roles: Vec<Role>,
    pub(crate) phases: Vec<Phase>,
    /// Whether something between the braces could not be read, so that it is not to be called empty.
    pub(crate) broken: bool,
    pub(crate) lost: Lost,
}

/// `brief: Brief`
pub(crate) struct Input {
    pub(crate) attributes: Attributes,
    pub(crate) name: Ident,
    pub(crate) ty: Written,
}

/// `role ApiOwner;`
pub(crate) struct Role {
    pub(crate) attributes: Attributes,
    pub(crate) name: Ident,
}

/// `optional(contract) phase Tuning { .. }`
pub(crate) struct Phase {
    pub(crate) attributes: Attributes,
    pub(crate) parallel: Option<Span>,
    pub(crate) optional: Option<Optional>,
    /// None when it could not be read; its steps were read all the same.
    pub(crate) name: Option<Ident>,
    pub(crate) steps: Vec<Step>,
    /// Whether something between its braces could not be read, so that it is not to be called empty.
    pub(crate) broken: bool,
}

/// `optional(contract)`
pub(crate) struct Optional {
    pub(crate) span: Span,
    pub(crate) inputs: Vec<Ident>,
    /// Whether something up to here could not be read and was reported.
    pub(crate) broken: bool,
}

/// `manual step name(takes) -> made: Type;`, or a gate.
pub(crate) struct Step {
    pub(crate) attributes: Attributes,
    pub(crate) manual: Option<Span>,
    pub(crate) kind: Kind,
    pub(crate) name: Ident,
    pub(crate) takes: Vec<Ident>,
    pub(crate) yields: Option<Yields>,
    pub(crate) work: Work,
    /// Whether something in it could not be read and was reported; it gets no second error.
    pub(crate) broken: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Step,
    Gate,
}

impl Kind {
    /// The keyword.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Step => "step",
            Kind::Gate => "gate",
        }
    }
}

/// `-> made: Type`, or `-> made` for an artifact yielded anew.
pub(crate) struct Yields {
    pub(crate) name: Ident,
    pub(crate) ty: Written,
}

/// A type where one may stand.
pub(crate) enum Written {
    /// No type was written.
    Absent,
    /// One was written or begun, and reported as unreadable.
    Broken,
    Type(Box<syn::Type>),
}

/// What follows the signature of a step.
pub(crate) enum Work {
    /// `;`
    None,
    /// `{ .. }`, the user's own group.
    Body(Group),
    /// `= expression;`
    Bound { eq: Span, expression: TokenStream },
}

/// What stands above a member.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) docs: Docs,
    pub(crate) list: Vec<Attribute>,
}

/// A doc comment.
#[derive(Default, Clone)]
pub(crate) struct Docs {
    /// `#[doc = ".."]` per line, as written.
    pub(crate) attributes: TokenStream,
    /// The lines joined, each without the space that follows `///`.
    pub(crate) text: String,
}

/// `#[retry(attempts = 3)]`
pub(crate) struct Attribute {
    /// The name; of a path such as `tokio::main` the path as written.
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What an attribute says, already checked by itself.
pub(crate) enum Value {
    By(Ident),
    Retry(Retry),
    /// Milliseconds.
    Timeout(u64),
    Undo(Ident),
    Rework {
        to: Ident,
        max: u32,
    },
    Check(Box<syn::ExprPath>),
    /// Milliseconds, from and to.
    Estimate(u64, u64),
    Was(Ident),
    /// One of ours whose arguments were reported as wrong.
    Broken,
    /// None of ours.
    Foreign,
}

/// `attempts = 3, backoff = "200ms..5s"`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Retry {
    /// How many attempts there are in all, at least 1.
    pub(crate) attempts: u32,
    /// The first wait in milliseconds; 0 if no `backoff` was given.
    pub(crate) first: u64,
    /// The longest wait in milliseconds.
    pub(crate) longest: u64,
}

/// Names that tokens which could not be read may have introduced; nobody is told that one of them is unknown.
#[derive(Default)]
pub(crate) struct Lost {
    /// Identifiers among the tokens that were passed over.
    pub(crate) names: HashSet<String>,
    /// The name of something that yields or is an input is missing altogether, so it may have been any.
    pub(crate) any_artifact: bool,
    pub(crate) any_phase: bool,
    pub(crate) any_role: bool,
}

impl Lost {
    /// When nothing could be read.
    pub(crate) fn of_anything() -> Self {
        Lost {
            names: HashSet::new(),
            any_artifact: true,
            any_phase: true,
            any_role: true,
        }
    }

    pub(crate) fn may_hold_artifact(&self, name: &Ident) -> bool {
        self.any_artifact || self.names.contains(&name.to_string())
    }

    pub(crate) fn may_hold_phase(&self, name: &Ident) -> bool {
        self.any_phase || self.names.contains(&name.to_string())
    }

    pub(crate) fn may_hold_role(&self, name: &Ident) -> bool {
        self.any_role || self.names.contains(&name.to_string())
    }
}
