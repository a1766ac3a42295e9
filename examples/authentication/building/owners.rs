//! The way back in and the second factor, set up and gone through.

use examples::{
    authentication_plan::artifacts::{
        AuthenticationMechanisms, FactorKind, LockoutDesign, RecoveryFlow, SecondFactor, SecondFactorDecision,
    },
    failure::{Outcome, ensure},
    outputs::Outputs,
};
use serde_json::json;

use super::{read_definition, write};
use crate::{
    bed::{Bed, User, expect},
    design,
    service::{
        definition::{Factor, Recovery},
        random_hex,
    },
};

/// A user writes down no more.
const RECOVERY_CODES: u32 = 8;

/// Sets up the way back in, and goes it.
///
/// # Errors
/// When it does not work.
pub async fn recovery(lockout: &LockoutDesign, outputs: &Outputs) -> Outcome<RecoveryFlow> {
    let mut definition = read_definition(outputs)?;
    definition.recovery = Some(Recovery {
        lives_s: lockout.recovery_lives_s,
    });
    let bed = Bed::start(&definition, outputs).await?;
    let (user, mut browser) = bed.logged_in("ada").await?;
    let mut lost = bed.browser("192.0.2.6");
    expect(
        &lost.post("/recovery", &json!({ "name": user.name })).await?,
        202,
        "asking for a way back in",
    )?;
    let secret = bed.secret_by_post(&user.name).await?;
    let new = User {
        password: random_hex()?,
        ..user.clone()
    };
    let taken = lost
        .post(
            "/recovery/complete",
            &json!({ "secret": secret, "new_password": new.password }),
        )
        .await?;
    expect(&taken, 200, "the way back in")?;
    lost.log_in(&new).await?;
    let ends_sessions = !browser.is_in().await?;
    ensure(ends_sessions, "a recovery left a session alive")?;
    let told = bed
        .service
        .post
        .sent_to(&user.name)
        .last()
        .map(|message| message.text.clone())
        .unwrap_or_default();
    ensure(
        told.contains("replaced"),
        "the owner was not told of the recovery",
    )?;
    bed.stop().await?;
    let seen = [
        "a secret by post replaces the password",
        "it ends all sessions",
        "the owner is told",
    ];
    Ok(RecoveryFlow {
        set_up: write(&definition, &seen, outputs)?,
        sent_by: "post to the address of the account".to_owned(),
        lives_s: lockout.recovery_lives_s,
        ends_sessions,
        notice: told,
    })
}

/// Sets up the second factor that was decided on, and logs in with it and without the device.
///
/// # Errors
/// When it does not work.
pub async fn second_factor(
    mechanisms: &AuthenticationMechanisms,
    outputs: &Outputs,
) -> Outcome<SecondFactor> {
    let mut definition = read_definition(outputs)?;
    if let SecondFactorDecision::LeftOut { because } = &mechanisms.second_factor {
        return Ok(SecondFactor::NotRequired {
            because: because.clone(),
        });
    }
    let required_of = design::factor_groups(mechanisms).unwrap_or_default();
    definition.factor = Some(Factor {
        required_of,
        recovery_codes: RECOVERY_CODES,
    });
    let bed = Bed::start(&definition, outputs).await?;
    let (user, _) = bed.with_factor("ada").await?;
    bed.advance(60);
    let mut browser = bed.browser("192.0.2.7");
    browser.log_in(&user).await?;
    ensure(!browser.is_in().await?, "a password alone is enough")?;
    let code = json!({ "code": bed.code(&user)? });
    expect(
        &browser.post("/login/factor", &code).await?,
        200,
        "the code of the app",
    )?;
    ensure(browser.is_in().await?, "password and code are not enough")?;
    let mut again = bed.browser("192.0.2.7");
    again.log_in(&user).await?;
    let codes_work_once = again.post("/login/factor", &code).await?.status != 200;
    let mut without = bed.browser("192.0.2.8");
    without.log_in(&user).await?;
    let code = user.recovery_codes.first().cloned().unwrap_or_default();
    expect(
        &without
            .post("/login/recovery-code", &json!({ "code": code }))
            .await?,
        200,
        "a recovery code",
    )?;
    bed.stop().await?;
    let seen = [
        "a password alone is not enough, with the code of the app it is",
        "a recovery code stands in for a lost device",
    ];
    Ok(SecondFactor::Added {
        set_up: write(&definition, &seen, outputs)?,
        kinds: vec![FactorKind::Totp],
        recovery_codes: RECOVERY_CODES,
        codes_work_once,
    })
}
