//! A long plan: a hundred steps, the last of which is by hand.

use workflow_runtime::prelude::*;

macro_rules! march {
    ($($phase:ident)*) => {
        workflow! {
            /// A hundred steps.
            pub workflow March() {
                $(
                    phase $phase {
                        step first() { Ok(()) }
                        step second() { Ok(()) }
                        step third() { Ok(()) }
                        step fourth() { Ok(()) }
                        step fifth() { Ok(()) }
                        step sixth() { Ok(()) }
                        step seventh() { Ok(()) }
                        step eighth() { Ok(()) }
                        step ninth() { Ok(()) }
                        step tenth() { Ok(()) }
                    }
                )*
                phase Camp {
                    step light() { Ok(()) }
                    step cook() { Ok(()) }
                    step eat() { Ok(()) }
                    step sing() { Ok(()) }
                    step wash() { Ok(()) }
                    step mend() { Ok(()) }
                    step read() { Ok(()) }
                    step pray() { Ok(()) }
                    step count() { Ok(()) }
                    manual gate sleep();
                }
            }
        }

        $(impl march::$phase for Marchers {})*
    };
}

/// They do whatever the steps do by themselves.
#[derive(Debug)]
pub struct Marchers;

march!(One Two Three Four Five Six Seven Eight Nine);

impl march::Camp for Marchers {}
