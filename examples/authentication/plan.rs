//! The plan: users prove who they are, and nobody else can.

pub mod artifacts;

use workflow_runtime::prelude::*;

use self::artifacts::*;

workflow! {
    /// Build an authentication system, attack it, and only then let users in.
    pub workflow Authentication(#[check(SecurityMandate::check)] mandate: SecurityMandate) {
        /// Answers for the design against attackers.
        role SecurityArchitect;
        /// Attacks it, and has not built it.
        role PenetrationTester;
        /// Answers to the users and to the law.
        role SystemOwner;
        /// Runs it, and is called when it is attacked.
        role Operator;

        /// Who logs in by what, how sure one must be, and for how long.
        phase RequirementsAnalysis {
            /// Decides who may log in by password, by another's word (SSO) or with a second factor, and records why
            /// a second factor is required, offered or left out.
            #[check(AuthenticationMechanisms::check)]
            step define_mechanisms(mandate) -> mechanisms: AuthenticationMechanisms;
            /// Chooses the standards to hold to and their levels; yields each rule as something a test can check.
            #[check(SecurityStandards::check)]
            step establish_standards(mandate, mechanisms) -> standards: SecurityStandards;
            /// Writes down how an account comes to be, changes, is locked and goes, with who may do what and what
            /// is recorded of it.
            #[check(UserManagement::check)]
            step document_user_management(mandate, mechanisms) -> user_management: UserManagement;
            /// Sets how long a login lasts idle and in all, on how many devices, and what ends it everywhere.
            #[check(SessionRequirements::check)]
            step define_session_management(mechanisms, standards) -> session_requirements: SessionRequirements;
            /// Lists every application that it must work with, by what protocol, and what each wants to know of a user;
            /// the providers are among the mechanisms.
            step identify_integrations(mandate, mechanisms) -> integrations: IntegrationPoints;
        }

        /// How each secret is made, kept, used and forgotten.
        #[by(SecurityArchitect)]
        phase SecurityArchitecture {
            /// Decides what a token says, who signs it for whom, how long it lives and how it is taken back early.
            #[check(TokenDesign::check)]
            step design_tokens(standards, session_requirements, integrations) -> token_design: TokenDesign;
            /// Plans where keys lie, how often they change, and that an old key verifies until its last token has
            /// expired.
            #[check(KeyPlan::check)]
            step plan_key_rotation(token_design, standards) -> key_plan: KeyPlan;
            /// Chooses argon2id's cost by measuring on the target machine, never below the published minimum, and
            /// how old hashes move up.
            #[check(PasswordStorage::check)]
            step design_password_storage(mechanisms, standards) -> password_storage: PasswordStorage;
            /// Decides where a session lives, when its id changes and when it expires, so that a stolen or planted
            /// id is of little use.
            #[check(SessionDesign::check)]
            step design_session_handling(session_requirements, token_design) -> session_design: SessionDesign;
            /// Decides when guessing is slowed and stopped, and how an owner gets back in, without telling an
            /// attacker which accounts exist.
            #[check(LockoutDesign::check)]
            step design_lockout_and_recovery(standards, user_management) -> lockout_design: LockoutDesign;
            /// The architect signs the design as a whole, or has it redone.
            #[rework(to = SecurityArchitecture, max = 3)]
            manual gate approve_design(token_design, key_plan, password_storage, session_design, lockout_design);
        }

        /// The service. It uses cryptography that others maintain and writes none.
        phase Implementation {
            /// Hashes and verifies passwords at the chosen cost, raises old hashes at the next login, and refuses
            /// passwords that are known to be stolen.
            #[check(PasswordStore::check)]
            step set_up_password_storage(password_storage) -> password_store: PasswordStore;
            /// Builds registration, login, logout and the SSO round trip, answering alike whether an account exists
            /// or not.
            step implement_endpoints(mechanisms, user_management, password_store, lockout_design)
                -> endpoints: AuthEndpoints;
            /// Issues, verifies, refreshes and revokes tokens under keys that rotate without a restart.
            step develop_tokens(token_design, key_plan) -> token_service: TokenService;
            /// Creates, renews, lists and ends sessions, on one device or on all.
            step create_session_management(session_design, endpoints, token_service)
                -> session_service: SessionService;
            /// Lets an owner back in by a secret that works once and not for long, and tells them that it was used.
            step implement_recovery(lockout_design, user_management, endpoints) -> recovery: RecoveryFlow;
            /// Adds the second factor that was decided on, with codes for the day the device is lost, or records
            /// that none was required.
            #[check(SecondFactor::check)]
            step add_multi_factor(mechanisms, endpoints, session_service) -> second_factor: SecondFactor;
        }

        /// The attack, before others try.
        #[timeout("6h")]
        parallel phase SecurityTesting {
            /// Someone who did not build it tries to get in, stay in and become someone else; yields what they
            /// tried and what they found.
            #[by(PenetrationTester)]
            #[check(PenetrationReport::check)]
            #[estimate("3d..10d")]
            manual step penetrate(endpoints, token_service, session_service, recovery, second_factor)
                -> penetration: PenetrationReport;
            /// Guesses passwords for one account, and one password for all, from one address and from many; yields
            /// how far that got and whether owners were locked out.
            step attack_by_brute_force(endpoints, lockout_design) -> brute_force: BruteForceReport;
            /// Presents tokens that are expired, forged, altered, replayed or meant for another; yields what was
            /// accepted.
            step attack_tokens(token_service, token_design, key_plan) -> token_attacks: AttackReport;
            /// Plants, steals and outlives sessions; yields which of them still worked, and when each timeout fell.
            step attack_sessions(session_service, session_design) -> session_attacks: AttackReport;
            /// Tries weak and stolen passwords, reads the store as a thief would, and times answers for accounts
            /// that exist and that do not.
            step audit_passwords(password_store, password_storage, endpoints) -> password_audit: PasswordAudit;
            /// Passes if no finding of weight is open; else the code is mended and attacked again.
            #[rework(to = Implementation, max = 5)]
            gate withstands(penetration, brute_force, token_attacks, session_attacks, password_audit);
            /// Passes if no finding lies in the design itself; else the architecture begins anew.
            #[by(SecurityArchitect)]
            #[rework(to = SecurityArchitecture, max = 2)]
            manual gate design_holds(penetration);
        }

        /// Into the hands of users, with someone watching.
        phase IntegrationAndDeployment {
            /// Connects each application and provider and logs a test user in and out through each.
            #[check(IntegrationRecord::check)]
            #[retry(attempts = 3, backoff = "10s..2m")]
            step integrate(integrations, endpoints, token_service, session_service) -> integrated: IntegrationRecord;
            /// Writes for each kind of client how it logs in, keeps its tokens and reacts when they end, with code
            /// that was run.
            step document_integration_patterns(integrations, token_design, integrated)
                -> client_patterns: ClientPatterns;
            /// Writes what users need when they enrol, forget and lose, and what developers need for each endpoint.
            step write_documentation(user_management, endpoints, recovery, second_factor, client_patterns)
                -> documentation: Documentation;
            /// The owner reads what was found and what was written, and lets users in or not. A rejection halts the
            /// run.
            #[by(SystemOwner)]
            manual gate release(password_audit, penetration, integrated, documentation);
            /// Deploys it with alerts on what an attack looks like, each fired once; undone by bringing the former
            /// login back.
            #[by(Operator)]
            #[check(Deployment::check)]
            #[undo(withdraw)]
            #[timeout("2h")]
            step deploy(integrated, key_plan, endpoints) -> deployment: Deployment;
            /// Decides who does what when keys, passwords or sessions are stolen, within which time, and whom the
            /// law wants told; an exercise has shown that it works.
            #[by(Operator)]
            #[check(IncidentPlan::check)]
            manual step establish_incident_response(deployment, key_plan, standards) -> incident_plan: IncidentPlan;
        }
    }
}
