//! Attacks on the running service: each threat of the plan that a machine can try, and the versions that it is built from.

mod dependencies;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    artifacts::{AccessControl, Attack, Endpoints, SampleCall, SecurityPlan, SecurityReport, Shown, Threat},
    bed::{Bed, Kept, Words, accepts},
    client::{Call, Reply},
    evidence::{Finding, Severity},
    failure::Outcome,
    outputs::Outputs,
};

/// Attacks one service.
struct Attacker<'a> {
    bed: &'a mut Bed,
    endpoints: &'a Endpoints,
    access: &'a AccessControl,
    kept: Kept,
    calls: BTreeMap<Attack, u32>,
    findings: Vec<Finding>,
}

/// Texts that become something else where statements are glued together.
const INJECTIONS: [&str; 4] = [
    "' or '1'='1",
    "'; drop table parcels; --",
    "\" union select 1, 2, 3 --",
    "1) or (1=1",
];
/// Paths that leave where they are, as they are and encoded.
const TRAVERSALS: [&str; 4] = [
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "....%2f%2fetc%2fpasswd",
    "..%5c..%5cwindows%5cwin.ini",
];
/// Signs that one of them worked.
const SIGNS: [&str; 6] = [
    "root:x:",
    "[fonts]",
    "sqlite",
    "syntax error",
    "unrecognized token",
    "panicked",
];

/// Tries what can be tried, whole and in the order of the plan. What keeps that from being done is a finding too, for the
/// gate to judge.
pub(crate) async fn run(
    plan: &SecurityPlan,
    access: &AccessControl,
    endpoints: &Endpoints,
    outputs: &Outputs,
) -> Outcome<SecurityReport> {
    let attacked = attack(plan, access, endpoints, outputs).await;
    let report = attacked.unwrap_or_else(|failure| SecurityReport {
        scanners: Vec::new(),
        threats_tried: Vec::new(),
        threats_left_to_people: Vec::new(),
        findings: vec![Finding {
            title: format!("not attacked: {failure}"),
            severity: Severity::High,
            place: String::from("endpoints.service"),
            reproduction: String::from("start it"),
            fixed_in: None,
        }],
        calls: BTreeMap::new(),
        shows: Vec::new(),
    });
    outputs.write_json("reports/security.json", &report)?;
    Ok(report)
}

async fn attack(
    plan: &SecurityPlan,
    access: &AccessControl,
    endpoints: &Endpoints,
    outputs: &Outputs,
) -> Outcome<SecurityReport> {
    let mut bed = Bed::start(&endpoints.service, outputs).await?;
    let kept = bed.succeed_all(&endpoints.calls).await?;
    let mut attacker = Attacker {
        bed: &mut bed,
        endpoints,
        access,
        kept,
        calls: BTreeMap::new(),
        findings: Vec::new(),
    };
    attacker.allowed_may().await?;
    let (mut tried, mut left, mut shows, mut scanners) =
        (Vec::new(), Vec::new(), BTreeSet::new(), Vec::new());
    for threat in &plan.threats {
        let Some(attack) = threat.tried_by else {
            left.push(threat.attack.clone());
            continue;
        };
        let before = attacker.findings.len();
        if attack == Attack::KnownFaults {
            let words = Words::new(std::path::Path::new(""));
            let (scanned, found) = dependencies::scan(plan, endpoints.service.lock_file.as_deref(), &words)?;
            scanners.push(scanned);
            attacker.findings.extend(found);
        } else {
            attacker.attempt(attack, threat).await?;
        }
        tried.push(threat.attack.clone());
        if attacker.findings.len() == before {
            shows.extend(threat.serves.iter().map(|requirement| Shown {
                requirement: requirement.clone(),
                test: format!("attack: {}", threat.attack),
            }));
        }
    }
    let Attacker { calls, findings, .. } = attacker;
    bed.stop().await?;
    Ok(SecurityReport {
        scanners,
        threats_tried: tried,
        threats_left_to_people: left,
        findings,
        calls,
        shows: shows.into_iter().collect(),
    })
}

impl Attacker<'_> {
    async fn attempt(&mut self, attack: Attack, threat: &Threat) -> Outcome<()> {
        for sample in self.endpoints.calls.clone() {
            let good = self.bed.request(&sample, &self.kept)?;
            match attack {
                Attack::MissingToken | Attack::ForeignToken | Attack::WrongCaller => {
                    self.without_right(attack, threat, &sample, &good).await?;
                }
                Attack::SqlInjection | Attack::PathTraversal => {
                    self.smuggle(attack, threat, &sample, &good).await?;
                }
                Attack::OversizedBody | Attack::MalformedBody => {
                    self.bad_body(attack, threat, &sample, &good).await?;
                }
                Attack::KnownFaults => {}
            }
        }
        // Whatever was tried, the service is still there.
        let ready = Call::new("GET", self.endpoints.service.ready.as_str());
        let reply = self.send(attack, &ready).await?;
        if reply.status != 200 {
            self.find(threat, &ready, &reply, "the service no longer answers");
        }
        Ok(())
    }

    async fn send(&mut self, attack: Attack, call: &Call) -> Outcome<Reply> {
        *self.calls.entry(attack).or_default() += 1;
        self.bed.send(call).await
    }

    /// Everyone whom the access rules name may: a service that refuses all is not safe, but broken.
    async fn allowed_may(&mut self) -> Outcome<()> {
        for permission in &self.access.permissions.clone() {
            let sample = self
                .endpoints
                .calls
                .iter()
                .find(|call| call.operation == permission.operation);
            let Some(sample) = sample.cloned() else {
                self.findings.push(Finding {
                    title: format!(
                        "nothing calls `{}`, so its access is untested",
                        permission.operation
                    ),
                    severity: Severity::High,
                    place: permission.operation.clone(),
                    reproduction: String::from("add a call to `endpoints.calls`"),
                    fixed_in: None,
                });
                continue;
            };
            for role in &permission.roles {
                let Some(token) = self.bed.tokens().get(role).cloned() else {
                    continue;
                };
                let call = self.bed.request(&sample, &self.kept)?.with_token(&token);
                let reply = self.bed.send(&call).await?;
                if [401, 403].contains(&reply.status) {
                    self.findings.push(finding(
                        format!("`{role}` is refused, who may do this"),
                        Severity::High,
                        &call,
                        &reply,
                    ));
                }
            }
        }
        for operation in &self.endpoints.operations {
            let ruled = self
                .access
                .permissions
                .iter()
                .any(|permission| permission.operation == *operation);
            if !ruled {
                self.findings.push(Finding {
                    title: format!("nobody says who may do `{operation}`"),
                    severity: Severity::High,
                    place: operation.clone(),
                    reproduction: String::from("read `access_control.permissions`"),
                    fixed_in: None,
                });
            }
        }
        Ok(())
    }

    /// Calls by somebody who may not.
    async fn without_right(
        &mut self,
        attack: Attack,
        threat: &Threat,
        sample: &SampleCall,
        good: &Call,
    ) -> Outcome<()> {
        let permission = self
            .access
            .permissions
            .iter()
            .find(|permission| permission.operation == sample.operation);
        let roles = permission
            .map(|permission| permission.roles.clone())
            .unwrap_or_default();
        if roles.is_empty() && permission.is_some() {
            return Ok(());
        }
        let anonymous = Call {
            token: None,
            ..good.clone()
        };
        let calls: Vec<Call> = match attack {
            Attack::MissingToken => vec![
                anonymous.clone(),
                anonymous.clone().with_header("authorization", "Bearer "),
                anonymous.with_header("authorization", "Basic cGFja2VyOnBhY2tlcg=="),
            ],
            Attack::ForeignToken => vec![
                anonymous.clone().with_token("00000000000000000000000000000000"),
                anonymous.with_token("' or '1'='1"),
            ],
            _ => {
                let others = self.bed.tokens().iter().filter(|(name, _)| !roles.contains(name));
                others
                    .map(|(_, token)| anonymous.clone().with_token(token))
                    .collect()
            }
        };
        for call in calls {
            let reply = self.send(attack, &call).await?;
            if ![401, 403].contains(&reply.status) {
                let what = format!("`{}` is done for somebody who may not", sample.operation);
                self.find(threat, &call, &reply, &what);
            }
        }
        Ok(())
    }

    /// Texts in the body, the path and the query that mean something to what is behind.
    async fn smuggle(
        &mut self,
        attack: Attack,
        threat: &Threat,
        sample: &SampleCall,
        good: &Call,
    ) -> Outcome<()> {
        let payloads = if attack == Attack::SqlInjection {
            INJECTIONS
        } else {
            TRAVERSALS
        };
        for payload in payloads {
            let mut calls = Vec::new();
            if let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(&good.body) {
                for (name, _) in fields.iter().filter(|(_, value)| value.is_string()) {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), json!(payload));
                    calls.push(good.clone().with_json(&fields.into()));
                }
            }
            let encoded = encoded(payload);
            for word in self.kept.keys() {
                if sample.route.contains(&format!("{{{word}}}")) {
                    let mut kept = self.kept.clone();
                    kept.insert(word.clone(), encoded.clone());
                    let mut call = good.clone();
                    call.path = self.bed.request(sample, &kept)?.path;
                    calls.push(call);
                }
            }
            if good.method == "GET" {
                let mut call = good.clone();
                let sign = if call.path.contains('?') { '&' } else { '?' };
                call.path = format!("{}{sign}status={encoded}", call.path);
                calls.push(call);
            }
            for call in calls {
                let reply = self.send(attack, &call).await?;
                let body = String::from_utf8_lossy(&reply.body).to_lowercase();
                let sign = SIGNS.iter().find(|sign| body.contains(*sign));
                if let Some(sign) = sign {
                    self.find(threat, &call, &reply, &format!("the answer says `{sign}`"));
                } else if reply.status >= 500 {
                    self.find(threat, &call, &reply, "the service stumbles over it");
                }
            }
        }
        Ok(())
    }

    /// Bodies that are too much, or nothing.
    async fn bad_body(
        &mut self,
        attack: Attack,
        threat: &Threat,
        sample: &SampleCall,
        good: &Call,
    ) -> Outcome<()> {
        if sample.body.is_none() {
            return Ok(());
        }
        let bodies = if attack == Attack::OversizedBody {
            vec![format!("{{\"a\":\"{}\"}}", "a".repeat(4 << 20))]
        } else {
            vec![
                String::from("{\"order_number\":"),
                String::from("\u{0}\u{1}\u{2}"),
                "[".repeat(8_000),
                String::from("null"),
            ]
        };
        for body in bodies {
            let call = good.clone().with_body("application/json", body);
            *self.calls.entry(attack).or_default() += 1;
            // A service may well close the connection on somebody who does not stop talking.
            let Ok(reply) = self.bed.send_apart(&call).await else {
                continue;
            };
            if accepts(&reply) || reply.status >= 500 {
                self.find(threat, &call, &reply, "it is not refused");
            }
        }
        Ok(())
    }

    fn find(&mut self, threat: &Threat, call: &Call, reply: &Reply, what: &str) {
        let title = format!("{what} ({})", threat.attack);
        self.findings.push(finding(title, threat.severity, call, reply));
    }
}

fn finding(title: String, severity: Severity, call: &Call, reply: &Reply) -> Finding {
    Finding {
        title,
        severity,
        place: format!("{} {}", call.method, call.path),
        reproduction: format!("send it again; {} came back", reply.status),
        fixed_in: None,
    }
}

/// A text as it may stand in a path.
fn encoded(text: &str) -> String {
    let letters = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'%' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    letters.collect()
}
