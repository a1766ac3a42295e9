#!/bin/sh
# The service has a fault: testing sends it back to CoreImplementation, it is mended, and passes. FAULT names another of the
# planted ones; slow-tracking goes back to ArchitectureAndDesign.
plan=backend_development
. "$(dirname "$0")/../people.sh"
. "$here/way.sh"
: "${FAULT:=any-caller}"

begin brief.toml
requirements
design
planning
hand_in dora develop_data_layer
hand_in dmitri implement_business_logic
hand_in_variation dmitri create_endpoints "create_endpoints-$FAULT"
implementation
hand_in_variation tilda develop_integration_tests "develop_integration_tests-$FAULT"

# Whatever was sent back is handed in again, good this time.
design
planning
implementation
testing
optimization
delivery
finish
