//! What the attributes of a member say, so that one level can stand in for another.

use proc_macro2::Ident;

use crate::ast::{self, Value};
use crate::model::Retry;

impl ast::Attributes {
    /// The first that gives something.
    pub(super) fn find<T>(&self, mut give: impl FnMut(&Value) -> Option<T>) -> Option<T> {
        self.list.iter().find_map(|attribute| give(&attribute.value))
    }

    pub(super) fn retry(&self) -> Option<Retry> {
        self.find(|value| {
            if let Value::Retry(retry) = value {
                Some(*retry)
            } else {
                None
            }
        })
    }

    pub(super) fn timeout(&self) -> Option<u64> {
        self.find(|value| {
            if let Value::Timeout(millis) = value {
                Some(*millis)
            } else {
                None
            }
        })
    }

    pub(super) fn estimate(&self) -> Option<(u64, u64)> {
        self.find(|value| {
            if let Value::Estimate(from, to) = value {
                Some((*from, *to))
            } else {
                None
            }
        })
    }

    pub(super) fn undo(&self) -> Option<Ident> {
        self.find(|value| {
            if let Value::Undo(method) = value {
                Some(method.clone())
            } else {
                None
            }
        })
    }

    pub(super) fn check(&self) -> Option<syn::ExprPath> {
        self.find(|value| {
            if let Value::Check(path) = value {
                Some((**path).clone())
            } else {
                None
            }
        })
    }

    pub(super) fn was(&self) -> Option<Ident> {
        self.find(|value| {
            if let Value::Was(old) = value {
                Some(old.clone())
            } else {
                None
            }
        })
    }
}
