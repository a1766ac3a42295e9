// Plans in surroundings that generated code must not depend on. No crate but `workflow-runtime` is named here: this is
// a module of the test `expansion`, and the whole of a crate of each edition.

/// The names of the prelude mean something else.
pub mod shadowed {
    #![allow(dead_code, non_snake_case, non_camel_case_types, missing_docs, unused_macros)]
    #![allow(clippy::pedantic, clippy::all)]

    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub struct Arc;
    pub struct Pin;
    pub struct PhantomData;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Self_;
    pub trait Send {}
    pub trait Sync {}
    pub trait Sized {}
    pub trait Drop {}
    pub trait Fn {}
    pub trait Clone {}
    pub trait Copy {}
    pub trait Debug {}
    pub trait Default {}
    pub trait From {}
    pub trait Into {}
    pub trait Iterator {}
    pub trait Future {}
    pub trait IntoFuture {}
    pub trait Artifact {}
    pub trait Team {}
    pub trait Step {}
    pub struct Runtime;
    pub struct Verdict;
    pub struct Waiver;
    pub struct Plan;
    pub struct StepContext;
    pub struct StepResult;
    pub fn drop() {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod workflow_runtime {}
    pub mod rt {}
    pub mod after {}
    pub mod past {}
    pub mod next {}
    pub mod types {}
    pub mod sealed {}
    pub mod machine {}
    macro_rules! vec {
        () => {
            compile_error!("not ours")
        };
    }
    macro_rules! unreachable {
        () => {
            compile_error!("not ours")
        };
    }

    ::workflow_runtime::workflow! {
        #[retry(attempts = 2, backoff = "1ms..2ms")]
        #[timeout("1m")]
        pub workflow Everything(text: ::std::string::String, count: u64) {
            role Owner;
            phase First {
                #[undo(forget)]
                step read(text) -> words: ::std::vec::Vec<::std::string::String> {
                    ::std::result::Result::Ok(text.split(' ').map(::std::borrow::ToOwned::to_owned).collect())
                }
                #[check(self::fine)]
                step measure(words, count) -> length: u64 = self::Length;
            }
            parallel phase Second {
                step left(words) -> left: u64;
                step right(words, left) -> right: u64;
                #[rework(to = First, max = 2)]
                gate good(left, right) { ::std::result::Result::Ok(::workflow_runtime::Verdict::Pass) }
                #[by(Owner)]
                #[estimate("1h..1d")]
                manual gate sign(right);
            }
            optional(length) phase Third {
                #[was(old)]
                step more(words) -> words;
                manual step note() -> note: ::std::string::String;
            }
            phase Fourth {
                step end(note) { ::std::result::Result::Ok(()) }
            }
        }
    }

    fn fine(length: &u64) -> ::workflow_runtime::Verdict {
        ::workflow_runtime::Verdict::pass_if(*length > 0, "there is nothing")
    }

    struct Length;

    impl ::workflow_runtime::Step<(::std::vec::Vec<::std::string::String>, u64), u64> for Length {
        async fn perform(
            &self,
            _: &::workflow_runtime::StepContext,
            takes: ::workflow_runtime::Given<'_, (::std::vec::Vec<::std::string::String>, u64)>,
        ) -> ::workflow_runtime::StepResult<u64> {
            ::std::result::Result::Ok(takes.0.0.len() as u64 + *takes.0.1)
        }
    }
}

/// Types that are called like what the module holds.
pub mod called_alike {
    use workflow_runtime::prelude::*;

    /// Like a phase.
    pub type Testing = u64;
    /// Like a state.
    pub type Start = u64;
    /// Like a generated type.
    pub type Position = u64;
    /// Like a type parameter.
    pub type S = u64;
    /// Like a type parameter.
    pub type T = u64;
    /// Like a type parameter.
    pub type P = u64;
    /// Like a type parameter.
    pub type At = u64;
    /// Like an associated type.
    pub type Next = u64;
    /// Like a trait.
    pub type Steps = u64;

    workflow! {
        /// Its inputs are called like the parameters of generated functions.
        pub workflow Alike(
            runtime: Start, id: Position, team: S, core: T, made: P, verdict: At, artifact: Next, actor: Steps,
            state: u8, entered: u8, f: u8, call: u8,
        ) {
            /// Its type is called like it.
            phase Testing {
                /// Takes all.
                #[undo(take_back)]
                step test(runtime, id, team, core, made, verdict, artifact, actor, state, entered, f, call,)
                    -> testing: Testing;
                /// A common name.
                step new(testing) -> result: Vec<Testing>;
            }
            /// Hides the type in the module.
            phase Option {
                /// A common name.
                step clone(result) -> next: ::std::option::Option<u8>;
                /// The same type by its short name.
                step next(next) -> other: Option<u8>;
            }
            /// Hides the type in the module.
            phase Vec {
                /// A common name.
                step drop(result, other) -> list: Vec<Vec<u8>>;
                /// A common name.
                step from(list);
                /// A common name.
                step id(list);
                /// A common name.
                step at(list);
            }
            /// Hides the trait in the module.
            phase Send {
                /// A common name.
                gate run(list);
            }
        }
    }
}

/// Types by all kinds of paths.
pub mod paths {
    /// How many.
    pub const LENGTH: usize = 4;
    /// A number.
    pub type Number = u64;

    macro_rules! number {
        () => {
            Number
        };
    }

    /// Deeper.
    pub mod inner {
        use std::collections::BTreeMap as Map;
        use workflow_runtime::prelude::*;

        use super::Number;

        /// A list.
        pub type List = Vec<Number>;

        workflow! {
            /// Seen only around it.
            pub(super) workflow Paths(first: super::Number, second: self::List) {
                /// Its types mention the module that they are written in.
                phase Only {
                    /// A map.
                    step map(first) -> map: Map<String, self::List> { Ok(Map::from([(first.to_string(), vec![*first])])) }
                    /// An array.
                    step array(map) -> array: [u8; { let half = super::LENGTH / 2; half * 2 }] { Ok([u8::try_from(map.len())?; super::LENGTH]) }
                    /// A tuple.
                    step tuple(second) -> tuple: (super::Number, Option<self::List>,) { Ok((second.len() as u64, None)) }
                    /// By a macro.
                    step number(array, tuple) -> number: number!() {
                        let _ = array;
                        Ok(tuple.0)
                    }
                    /// By a qualified path.
                    step item(number) -> item: <self::List as IntoIterator>::Item { Ok(*number) }
                }
            }
        }
    }

    /// Uses it from around it.
    #[must_use]
    pub fn steps() -> usize {
        inner::Paths::PLAN
            .phases
            .iter()
            .map(|phase| phase.steps.len())
            .sum()
    }
}

/// Two workflows, of which one is private, side by side.
pub mod two {
    use workflow_runtime::prelude::*;

    workflow! {
        /// The first.
        pub workflow One(text: String,) {
            /// The same name twice.
            phase Only {
                /// The same name twice.
                step work(text) { let _ = text; Ok(()) };
            }
        }
    }

    workflow! {
        workflow Other {
            phase Only {
                step work() { Ok(()) }
            }
        }
    }

    /// One team for both.
    #[derive(Debug)]
    pub struct Team<T>(pub T);

    impl<T: Send + Sync + 'static> one::Only for Team<T> {}
    impl<T: Send + Sync + 'static> other::Only for Team<T> {}

    /// What both are called.
    #[must_use]
    pub fn names() -> [&'static str; 2] {
        [One::PLAN.name, Other::PLAN.name]
    }
}

/// A workflow written by a macro.
pub mod written_by_a_macro {
    use workflow_runtime::prelude::*;

    macro_rules! pipeline {
        ($name:ident($input:ident: $type:ty) { $($phase:ident: $step:ident -> $made:ident: $makes:ty = $body:expr, $check:path;)* }) => {
            workflow! {
                /// Written by a macro.
                pub workflow $name($input: $type) {
                    $(
                        /// A phase of one step.
                        phase $phase {
                            /// Its step.
                            #[check($check)]
                            step $step($input) -> $made: $makes { let _ = (cx.attempt(), $input); Ok($body) }
                        }
                    )*
                }
            }
        };
    }

    fn any<T>(_: &T) -> Verdict {
        Verdict::Pass
    }

    pipeline!(Pipeline(number: u64) {
        Doubling: double -> doubled: u64 = 2, any;
        Naming: name -> name: String = "two".to_owned(), any;
    });
}
