#!/bin/sh
# Takes the plan through as the people of the sample would: `sh examples/authentication/take_through.sh`. Another mandate than
# the sample's is named by MANDATE.
plan=authentication
. "$(dirname "$0")/../people.sh"

drive --input "${MANDATE:-$here/mandate.toml}"
approve sofia approve_design "short tokens, keys in files of the service only, hashes as dear as measured"
# As often as the attacks send the work back: Petra attacks what was mended, too.
for round in 1 2 3; do
    hand_in petra penetrate
    approve sofia design_holds "what was found lies in the code or is accepted"
done
approve olivia release "both findings are mine to bear; users may come in"
hand_in oscar establish_incident_response
finish
