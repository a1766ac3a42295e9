# What the people of the sample project hand in, phase by phase. Sourced after ../people.sh; each function begins where the
# one before it ended.

requirements() {
    hand_in petra gather_requirements
    hand_in anton define_contracts
    hand_in anton identify_integration_points
    hand_in petra establish_criteria
    hand_in petra document_constraints
    approve petra approve_requirements 'this is what we asked for'
}

design() {
    hand_in anton design_architecture
    hand_in anton design_schema
    hand_in anton specify_api
    hand_in anton plan_security
    hand_in anton establish_error_handling
    hand_in anton determine_transactions
    approve amara approve_design 'read whole, with the dispatch on paper'
}

planning() {
    hand_in dora break_down_work
    hand_in dora prioritize
    hand_in dora select_frameworks
    hand_in tilda create_test_strategy
    hand_in dora establish_standards
    approve petra approve_plan 'fits before Easter'
}

implementation() {
    hand_in dora develop_data_layer
    hand_in dmitri implement_business_logic
    hand_in dmitri create_endpoints
    hand_in dmitri develop_access_control
    hand_in dmitri implement_validation
    hand_in dmitri write_unit_tests
    approve dora review_code 'read all of it'
}

# The automatic steps run as soon as the suite is there.
testing() { hand_in tilda develop_integration_tests; }

# Nothing of it is waited for where the figures have waived it.
optimization() {
    hand_in dora optimize_queries
    hand_in dora introduce_caching
    hand_in dmitri refactor
    hand_in dmitri address_debt
    hand_in dora tune_resources
}

delivery() {
    hand_in oskar write_deployment_guide
    hand_in oskar create_runbooks
    hand_in anton document_limitations
    hand_in dora prepare_handover
    approve petra accept_delivery 'the desk has it'
}

# Hands in another file than hand_ins/STEP.toml.
hand_in_variation() { if_waited_for "$2" done "$2" --artifact "$here/variations/$3.toml" --by "$1"; }
