#!/bin/sh
# Takes the sample project through, but hands in each file of faulty/ first: it is refused at its step with the field named, and
# nothing of the run changes. Then somebody without the role is refused, and a gate says no once.
plan=backend_development
. "$(dirname "$0")/../people.sh"
. "$here/way.sh"
refused=0
handed_in=""

# Hands something in that must be refused with that exit code and those words.
refuse() {
    code="$1" words="$2" step="$3"
    shift 3
    before="$("$PROGRAM" export "$RUN" --format json)"
    got=0
    answer="$("$PROGRAM" "$@" --run "$RUN" 2>&1)" || got=$?
    after="$("$PROGRAM" export "$RUN" --format json)"
    if [ "$got" != "$code" ] || [ "$before" != "$after" ]; then
        printf 'error: %s: exit code %s instead of %s, or the run changed: %s\n' "$step" "$got" "$code" "$answer" >&2
        exit 1
    fi
    case "$answer" in
    *"$words"*) ;;
    *)
        printf 'error: %s: `%s` is not said in: %s\n' "$step" "$words" "$answer" >&2
        exit 1
        ;;
    esac
    refused=$((refused + 1))
    printf 'refused %s (exit code %s): %s\n' "$step" "$code" "$words"
}

hand_in() {
    if [ -f "$here/faulty/$2.toml" ] && waits "$2"; then
        case " $handed_in " in *" $2 "*) good "$@" && return ;; esac
        handed_in="$handed_in $2"
        words="$(sed -n '1s/^# refused: //p' "$here/faulty/$2.toml")"
        refuse "$REFUSED" "$words" "$2" done "$2" --artifact "$here/faulty/$2.toml" --by "$1"
    fi
    good "$@"
}

good() { if_waited_for "$2" done "$2" --artifact "$here/hand_ins/$2.toml" --by "$1"; }

REFUSED=2
begin brief.toml
refuse 3 'takes the role `ProductOwner`' 'gather_requirements by dora' \
    done gather_requirements --artifact "$here/hand_ins/gather_requirements.toml" --by dora
requirements
design
hand_in dora break_down_work
hand_in dora prioritize
hand_in dora select_frameworks
hand_in tilda create_test_strategy
hand_in dora establish_standards
refuse 3 'takes the role `ProductOwner`' 'approve_plan by dmitri' approve approve_plan --by dmitri
reject petra approve_plan 'tracking comes before dispatch: the desk needs it first'
printf 'sent back by approve_plan\n'
planning
implementation
testing
optimization
delivery
finish
printf '%s refusals\n' "$refused"
