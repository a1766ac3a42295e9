#!/bin/sh
# Takes the shop's migration through, as its people would: dana keeps the database, amir writes the application, selma
# answers to the users. Run it from the top of the repository. INPUT names another input than shop.toml.
plan=database_migration
. "$(dirname "$0")/../people.sh"

# With another input, its shop is there already.
if [ -z "${INPUT:-}" ]; then
    INPUT=shop.toml
    shop=target/database_migration/shop.db
    [ -f "$shop" ] || "$PROGRAM" make-shop "$shop"
fi
case "$INPUT" in
/*) drive --input "$INPUT" ;;
*) begin "$INPUT" ;;
esac

# A plan that misses its criteria is sent back, and its people are asked again.
for round in first second; do
    approve selma approve_plan "the interruption fits before opening hours ($round plan)"
    hand_in amir adapt_application
done
hand_in dana schedule_window
hand_in dana record_lessons
finish
