#!/bin/sh
# The other variation of the sample: the attack finds something that lies in the design, the architect sends the work back there,
# and the new design is signed and attacked again.
plan=authentication
. "$(dirname "$0")/../people.sh"

drive --input "${MANDATE:-$here/mandate.toml}"
approve sofia approve_design "short tokens, keys in files of the service only, hashes as dear as measured"
if_waited_for penetrate done penetrate --artifact "$here/hand_ins/penetrate_long_tokens.toml" --by petra
reject sofia design_holds "access tokens outlive a logout for too long; choose a shorter life"
approve sofia approve_design "access tokens live half as long"
hand_in petra penetrate
approve sofia design_holds "what was found lies in the code or is accepted"
approve olivia release "both findings are mine to bear; users may come in"
hand_in oscar establish_incident_response
finish
